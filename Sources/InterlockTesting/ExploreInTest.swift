import Interlock
public import InterlockChecker
public import Testing

/// Runs `body` under all schedules that matter, as part of a test of Swift Testing.
///
/// A schedule under which the body goes wrong is an issue of the test, at the line of the call, with the
/// table of what happens and the schedule to see it again. The body fails by throwing, as
/// ``/InterlockChecker/require(_:_:fileID:line:)`` does.
///
///     @Test func `an account is never overdrawn`() {
///       exploreInTest {
///         let account = Mutex(100)
///         try withThreads { threads in
///           for _ in 1...2 { try threads.spawn { account.withLock { $0 -= 10 } } }
///         }
///         try require(account.withLock { $0 } == 80)
///       }
///     }
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
  do throws(Counterexample) {
    return try exploration.run(body)
  } catch {
    Issue.record(error, "\(error)", sourceLocation: sourceLocation)
    return nil
  }
}
