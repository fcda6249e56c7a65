import Interlock

/// The threads of one test: all are joined at its end, and what they threw fails the test.
///
/// Unlike `withThreads` a crew gives up on threads that are stuck, and says what every thread waits
/// for.
final class Crew {
  private struct Member {
    let name: String
    let cancel: () -> Void
    let join: (Deadline) throws -> Bool
  }

  private var members: [Member] = []

  /// Starts a thread.
  @discardableResult
  func spawn<Success: Sendable, Failure: Error>(
    _ name: String? = nil,
    _ body: @escaping @Sendable () throws(Failure) -> Success
  ) throws -> ThreadHandle<Success, Failure> {
    let handle = try Interlock.spawn(name: name, body)
    members.append(
      Member(
        name: handle.name,
        cancel: { handle.cancel() },
        join: { try handle.join(until: $0) != nil }
      )
    )
    return handle
  }

  /// Starts `count` threads, which are told their numbers.
  func spawn<Success: Sendable>(
    count: Int,
    _ name: String? = nil,
    _ body: @escaping @Sendable (Int) throws -> Success
  ) throws -> [ThreadHandle<Success, any Error>] {
    try (0..<count).map { number in
      try spawn(name.map { "\($0)-\(number)" }) { () throws(any Error) in try body(number) }
    }
  }

  func cancelAll() {
    for member in members { member.cancel() }
  }

  func joinAll() throws {
    let deadline = Deadline.after(TestTime.limit)
    for member in members where try !member.join(deadline) {
      throw Stuck("the thread \"\(member.name)\" did not finish")
    }
    members = []
  }
}

/// Runs `body` with a crew, and joins the crew.
func withCrew<Result>(_ body: (Crew) throws -> Result) throws -> Result {
  let crew = Crew()
  do {
    let result = try body(crew)
    try crew.joinAll()
    return result
  } catch {
    // Threads that are stuck stay so: the test has failed already.
    crew.cancelAll()
    throw error
  }
}

extension ThreadHandle {
  /// Joins the thread: what it returned, or ``Stuck``.
  func result() throws -> Success {
    guard let success = try join(until: .after(TestTime.limit)) else {
      throw Stuck("the thread \"\(name)\" did not finish")
    }
    return success
  }

  /// Waits until the thread sleeps in a call of the toolkit.
  func waitUntilBlocked() throws {
    try eventually { identity.wait != nil || isFinished }
    if isFinished { throw Stuck("the thread \"\(name)\" finished and should have waited") }
  }
}
