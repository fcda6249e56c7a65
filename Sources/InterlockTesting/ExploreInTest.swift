public import InterlockChecker
public import Testing

/// Runs `body` under all schedules that matter, as part of a test of Swift Testing.
///
/// A schedule under which the body goes wrong is an issue of the test, at the line of the call, with the
/// table of what happens and the schedule to see it again. The body goes wrong when it throws, and when an
/// expectation in it fails: `#expect`, `#require` and `Issue.record` make the execution fail and are reported
/// once, with the simplest schedule, however many executions they have failed in.
///
///     @Test func `an account is never overdrawn`() {
///       exploreInTest {
///         let account = Mutex(100)
///         try withThreads { threads in
///           for _ in 1...2 { try threads.spawn { account.withLock { $0 -= 10 } } }
///         }
///         #expect(account.withLock { $0 } == 80)
///       }
///     }
///
/// Inside of `withKnownIssue`, in the body or around the call, expectations fail no execution.
///
/// With XCTest, write `XCTAssertNoThrow(try explore { … })` and ``/InterlockChecker/require(_:_:fileID:line:)``
/// in the body: `XCTAssert` would report each execution.
///
/// - Parameters:
///   - exploration: How to look.
///   - sourceLocation: Where to report; the caller's place.
///   - body: The first thread of each execution.
/// - Returns: What was covered; `nil` if it goes wrong.
@discardableResult
public func exploreInTest(
  _ exploration: Exploration = Exploration(),
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable () throws -> Void
) -> Coverage? {
  let result = withIssuesAsFailures { () throws(Counterexample) in try exploration.run(body) }
  switch result {
  case .success(let coverage): return coverage
  case .failure(let counterexample):
    Issue.record(counterexample, "\(counterexample)", sourceLocation: sourceLocation)
    return nil
  }
}
