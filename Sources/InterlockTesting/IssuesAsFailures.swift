import Interlock
import InterlockChecker
import Synchronization
import Testing

/// Runs `explore`; issues that its executions record make them fail, and go no further.
///
/// Swift Testing hands issues to whoever has provided the scope of the test, and to provide one is an
/// asynchronous call. The task that makes it begins at once on the calling thread, and so ends there, because
/// nothing in it waits; should a version of Swift Testing do otherwise, the caller waits for it.
///
/// What is no failure, such as a warning or a known issue, is recorded once for each place.
///
/// - Parameter explore: What records the issues, by way of fibers on the calling thread.
/// - Returns: What came of it.
func withIssuesAsFailures<Success: Sendable>(
  _ explore: @escaping @Sendable () throws(Counterexample) -> Success
) -> Result<Success, Counterexample> {
  guard let test = Test.current else { return Result(catching: explore) }
  let scope = IssueScope<Success>()
  Task.immediate {
    let trait: IssueHandlingTrait = .compactMapIssues { scope.filter($0) }
    do {
      try await trait.provideScope(for: test, testCase: Test.Case.current) {
        let result = Result(catching: explore)
        scope.result.withLock { $0 = result }
      }
    } catch {
      Issue.record(error)
    }
    scope.isOver.set()
  }
  scope.isOver.wait()
  return scope.result.withLock { $0 } ?? Result(catching: explore)
}

/// What the task and its caller share.
private final class IssueScope<Success: Sendable>: Sendable {
  // Not Interlock's, whose operations would be steps of the execution that records an issue.
  let result = Synchronization.Mutex<Result<Success, Counterexample>?>(nil)
  private let places = Synchronization.Mutex<Set<SourceLocation>>([])
  let isOver = Interlock.Event()

  /// What becomes of an issue; `nil` if it goes no further.
  func filter(_ issue: Issue) -> Issue? {
    guard issue.isFailure else {
      guard let place = issue.sourceLocation else { return issue }
      return places.withLock { $0.insert(place).inserted } ? issue : nil
    }
    return Exploration.failExecution(with: IssueFailure(issue)) ? nil : issue
  }
}
