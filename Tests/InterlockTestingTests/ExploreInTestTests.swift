import Interlock
import InterlockChecker
import InterlockTesting
import Testing

@Suite struct `An exploration in a test` {
  @Test func `says what it has covered`() {
    let coverage = exploreInTest {
      let lock = Lock()
      try withThreads { threads in
        for _ in 0..<2 { try threads.spawn { for _ in 0..<3 { lock.withLock {} } } }
      }
    }
    #expect(coverage?.verdict == .proved)
    #expect(coverage?.executions == 20)
  }

  @Test func `is an issue of the test if it finds something`() {
    withKnownIssue {
      exploreInTest {
        let cell = PlainCell(0)
        let other = try spawn { cell.value = 1 }
        cell.value = 2
        other.join()
      }
    } matching: { issue in
      (issue.error as? Counterexample)?.kind == .race
    }
  }
}
