import Interlock
import InterlockChecker
import Testing

/// What should be so sometimes.
@Suite struct `What is so sometimes` {
  /// Two threads that load and store a word: 2 of 4 executions that differ lose an update.
  private static func loseAnUpdate() throws -> Bool {
    let word = Box(Atomic(0))
    try together(2) {
      let value = word.value.load(ordering: .acquiring)
      word.value.store(value + 1, ordering: .releasing)
    }
    return word.value.load(ordering: .relaxed) == 1
  }

  @Test(arguments: [.automatic, .exhaustive] as [Exploration.Strategy])
  func `is counted by executions that differ`(_ strategy: Exploration.Strategy) throws {
    let coverage = try explore(strategy: strategy) {
      let isLost = try Self.loseAnUpdate()
      sometimes(isLost, "an update is lost")
      sometimes(!isLost, "none is lost")
      sometimes(true, "the end")
      sometimes(true, "the end")
    }
    #expect(coverage.verdict == .proved)
    #expect(coverage.executions == 4)
    #expect(coverage.landmarks.map(\.name) == ["an update is lost", "none is lost", "the end"])
    #expect(coverage.landmarks.map(\.executions) == [2, 2, 4])
    #expect(coverage.unreached.isEmpty)
  }

  @Test(arguments: [.automatic, .exhaustive] as [Exploration.Strategy])
  func `and is never so, is a failure of a search that has tried everything`(
    _ strategy: Exploration.Strategy
  ) throws {
    let found = try #require(
      counterexample(Exploration(strategy: strategy)) {
        let isLost = try Self.loseAnUpdate()
        sometimes(isLost, "an update is lost")
        sometimes(false, "nothing happens")
      }
    )
    #expect(found.kind == .unreached)
    #expect(
      found.summary.contains("none of the 4 executions that differ reached \"nothing happens\"")
    )
    #expect(!found.description.contains("replay"))
  }

  @Test(arguments: [.bounded(preemptions: 0), .random(seed: 1)] as [Exploration.Strategy])
  func `and is not so yet, is said by a search that has not`(
    _ strategy: Exploration.Strategy
  )
    throws
  {
    let coverage = try Exploration(strategy: strategy, executions: 10).run {
      sometimes(false, "nothing happens")
      sometimes(true, "the end")
    }
    #expect(coverage.unreached.map(\.name) == ["nothing happens"])
    #expect(coverage.landmarks.last?.executions == coverage.executions)
    #expect(coverage.description.hasSuffix("none of them reached \"nothing happens\""))
  }

  @Test func `is nothing outside of explorations`() {
    sometimes(false, "nothing happens")
  }
}
