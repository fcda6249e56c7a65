/// A thread that was started, for whoever wants to know how it ends.
///
/// Joining waits for the thread and gives what its body returned, or rethrows what it threw. Any
/// number of threads may join, any number of times.
///
///     let answer = try spawn(name: "search") { (1...1_000_000).reduce(0, +) }
///     print(answer.join())
///
/// A handle that goes away does not end its thread: the thread runs on, and if nobody ever asked
/// how it ended, an error it threw is reported by ``UnjoinedFailure``. Threads that must not outlive
/// a piece of code belong in ``withThreads(_:)``.
///
/// ## Ordering
///
/// Everything before `spawn` happens before the body; everything in the body happens before
/// everything after a `join()`.
///
/// ## Waiting
///
/// `join()` blocks until the thread has finished. The forms with a deadline give up when it passes,
/// or when the calling thread is cancelled. `value` suspends the calling task instead.
///
/// ## Cost
///
/// Joining a finished thread is one lock acquisition; waiting adds one kernel call each for waiting
/// and waking.
public final class ThreadHandle<Success: Sendable, Failure: Error>: Sendable {
  @usableFromInline let life: ThreadLife

  @inlinable
  init(_ life: ThreadLife) {
    self.life = life
  }

  /// Which thread it is.
  public var identity: ThreadIdentity { ThreadIdentity(life.record) }

  /// What the thread was called, or `thread-7`.
  public var name: String { life.record.name }

  /// Whether the body has returned or thrown.
  public var isFinished: Bool { life.isFinished }

  /// Asks the thread to end.
  ///
  /// The thread finds out when it asks (``CurrentThread/isCancelled``), and every blocking call with
  /// a deadline gives up. A thread stays cancelled.
  public func cancel() { life.cancel() }

  /// Whether the thread was asked to end.
  public var isCancelled: Bool { Seam.look(at: life.subject) { life.record.isAskedToEnd } }

  /// Waits until the thread has finished.
  ///
  /// - Returns: What the body returned.
  /// - Throws: What the body threw.
  /// - Precondition: The calling thread is another one.
  @discardableResult
  @inlinable
  public func join() throws(Failure) -> Success {
    try result(life.join()).get()
  }

  /// Waits until the thread has finished, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: What the body returned, or `nil` if the deadline passed or the calling thread was
  ///   cancelled.
  /// - Throws: What the body threw.
  /// - Precondition: The calling thread is another one.
  @inlinable
  public func join(until deadline: Deadline) throws(Failure) -> Success? {
    guard let ending = life.join(until: deadline) else { return nil }
    return try result(ending).get()
  }

  /// Waits until the thread has finished, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: What the body returned, or `nil` if the time was over or the calling thread was
  ///   cancelled.
  /// - Throws: What the body threw.
  /// - Precondition: The calling thread is another one.
  @inlinable
  public func join(for duration: Duration) throws(Failure) -> Success? {
    try join(until: .after(duration))
  }

  /// Looks whether the thread has finished.
  ///
  /// - Returns: What the body returned, or `nil` if it still runs.
  /// - Throws: What the body threw.
  @inlinable
  public func tryJoin() throws(Failure) -> Success? {
    guard let ending = life.look() else { return nil }
    return try result(ending).get()
  }

  /// What the body returned, for tasks: waiting suspends and blocks no thread.
  ///
  /// Cancelling the task does not end the wait; cancel the thread.
  public var value: Success {
    get async throws(Failure) { try await result(life.ending()).get() }
  }

  @inlinable
  func result(_ ending: ThreadEnding) -> Result<Success, Failure> {
    guard let ending = ending as? ThreadResult<Success, Failure> else {
      fatalError("a thread ends as its handle says")
    }
    return ending.result
  }
}

// The compiler (6.3.1) crashes where a getter that throws `Never` is used.
extension ThreadHandle where Failure == Never {
  /// What the body returned, for tasks: waiting suspends and blocks no thread.
  ///
  /// Cancelling the task does not end the wait; cancel the thread.
  public var value: Success {
    get async { await result(life.ending()).get() }
  }
}
