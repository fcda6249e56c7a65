import Interlock
import InterlockChecker
import Testing

@Suite struct `Known bugs and their twins` {
  @Test(arguments: BugPair.all)
  func `a bug is found, and its schedule shows it again`(_ pair: BugPair) throws {
    let found = try #require(pair.counterexample(), "\(pair.name): nothing was found")
    #expect(found.kind == pair.kind, "\(found)")
    #expect(found.summary.contains(pair.word), "\(found)")
    let again = try #require(pair.counterexample(.replay(found.schedule)))
    #expect(again.kind == found.kind)
    #expect(again.summary == found.summary)
    #expect(again.steps == found.steps)
  }

  @Test(arguments: BugPair.all)
  func `the twin of a bug is proved`(_ pair: BugPair) throws {
    let coverage = try Exploration(stepLimit: pair.stepLimit).run(pair.twin)
    #expect(coverage.verdict == pair.verdict, "\(coverage)")
  }

  @Test func `there are forty pairs at least, each with a name of its own`() {
    #expect(BugPair.all.count >= 40)
    #expect(Set(BugPair.all.map(\.name)).count == BugPair.all.count)
  }
}
