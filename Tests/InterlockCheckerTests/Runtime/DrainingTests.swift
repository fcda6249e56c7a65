import Interlock
import InterlockChecker
import Testing

/// Threads that a run leaves in the middle come to their ends, so that nothing is left of what they own.
@Suite struct `A run that is over before its threads` {
  @Test(arguments: Leaving.all)
  func `leaves nothing behind`(_ leaving: Leaving) throws {
    let census = Census()
    let found = leaving.explore(census)
    #expect(found?.kind == leaving.kind)
    let born = census.born
    #expect(born > 0)
    #expect(census.alive == 0)
  }

  @Test(arguments: Leaving.hopeless)
  func `may leave what waits for something that cannot be made up`(_ leaving: Leaving) throws {
    let census = Census()
    let found = leaving.explore(census)
    #expect(found?.kind == leaving.kind)
    #expect(census.alive > 0)
  }

  @Test func `leaves nothing behind if its search has seen enough of it`() throws {
    let census = Census()
    let coverage = try explore(strategy: .bounded(preemptions: 1)) {
      let lock = Lock()
      try together(3) {
        let canary = census.makeCanary()
        for _ in 1...2 { lock.withLock { canary.sing() } }
      }
    }
    #expect(coverage.verdict == .bounded(preemptions: 1))
    #expect(census.alive == 0)
  }

  @Test func `ends as it was found, whatever its threads do afterwards`() throws {
    let census = Census()
    let found = Leaving.mutexes.explore(census)
    let again = Leaving.mutexes.explore(census)
    #expect(found?.schedule == again?.schedule)
    #expect(found?.steps == again?.steps)
    #expect(found?.executions == again?.executions)
  }
}
