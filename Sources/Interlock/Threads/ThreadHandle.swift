import Synchronization

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
  let record: ThreadRecord
  private let outcome = Guarded(ThreadOutcome())

  init(record: ThreadRecord) {
    self.record = record
  }

  deinit {
    guard let ending = outcome.last.unseen, case .failure(let failure) = typed(ending).result else {
      return
    }
    UnjoinedFailure.report(failure, of: identity)
  }

  /// Which thread it is.
  public var identity: ThreadIdentity { ThreadIdentity(record) }

  /// What the thread was called, or `thread-7`.
  public var name: String { record.name }

  /// Whether the body has returned or thrown.
  public var isFinished: Bool { outcome.withLock { $0.ending != nil } }

  /// Asks the thread to end.
  ///
  /// The thread finds out when it asks (``CurrentThread/isCancelled``), and every blocking call with
  /// a deadline gives up. A thread stays cancelled.
  public func cancel() {
    Seam.perform(.cancel, on: subject) { record.cancel() }
  }

  /// Whether the thread was asked to end.
  public var isCancelled: Bool { Seam.look(at: subject) { record.isAskedToEnd } }

  /// Waits until the thread has finished.
  ///
  /// - Returns: What the body returned.
  /// - Throws: What the body threw.
  /// - Precondition: The calling thread is another one.
  @discardableResult
  public func join() throws(Failure) -> Success {
    // Without a deadline the wait does not give up.
    while true {
      if let result = waitForResult(.join, until: nil) { return try result.get() }
    }
  }

  /// Waits until the thread has finished, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: What the body returned, or `nil` if the deadline passed or the calling thread was
  ///   cancelled.
  /// - Throws: What the body threw.
  /// - Precondition: The calling thread is another one.
  public func join(until deadline: Deadline) throws(Failure) -> Success? {
    guard let result = waitForResult(.join, until: deadline) else { return nil }
    return try result.get()
  }

  /// Waits until the thread has finished, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: What the body returned, or `nil` if the time was over or the calling thread was
  ///   cancelled.
  /// - Throws: What the body threw.
  /// - Precondition: The calling thread is another one.
  public func join(for duration: Duration) throws(Failure) -> Success? {
    try join(until: .after(duration))
  }

  /// Looks whether the thread has finished.
  ///
  /// - Returns: What the body returned, or `nil` if it still runs.
  /// - Throws: What the body threw.
  public func tryJoin() throws(Failure) -> Success? {
    guard let ending = outcome.withLock({ $0.look() }) else { return nil }
    return try typed(ending).get()
  }

  /// What the body returned, for tasks: waiting suspends and blocks no thread.
  ///
  /// Cancelling the task does not end the wait; cancel the thread.
  public var value: Success {
    get async throws(Failure) { try await resultForTasks().get() }
  }
}

// The compiler (6.3.1) crashes where a getter that throws `Never` is used.
extension ThreadHandle where Failure == Never {
  /// What the body returned, for tasks: waiting suspends and blocks no thread.
  ///
  /// Cancelling the task does not end the wait; cancel the thread.
  public var value: Success {
    get async { await resultForTasks().get() }
  }
}

extension ThreadHandle {
  private func resultForTasks() async -> Result<Success, Failure> {
    let ending = await withCheckedContinuation { continuation in
      let finished = outcome.withLock { $0.enter(continuation) }
      if let finished { continuation.resume(returning: finished) }
    }
    return typed(ending).result
  }
}

extension ThreadHandle {
  var subject: Subject { Subject("ThreadHandle", record, name: record.name) }

  private func waitForResult(
    _ kind: Operation.Kind,
    until deadline: Deadline?
  )
    -> ThreadResult<Success, Failure>?
  {
    let me = ThreadRecord.current
    if me === record {
      misuse(
        "ThreadHandle.join() by the thread \"\(name)\" itself, which would wait for its own end. "
          + "Return the value from the body and join in the thread that spawned it."
      )
    }
    var ending: (any ThreadEnding)?
    _ = Seam.attempt(kind, on: subject, mayGiveUp: deadline != nil) {
      me.prepareToWait()
      ending = outcome.withLock { $0.enter(me) }
      guard ending == nil else { return true }
      _ = me.waitForSignal(Operation(kind, subject), until: deadline, heldBy: record)
      ending = outcome.withLock { $0.leave(me) }
      return ending != nil
    }
    guard let ending else { return nil }
    return typed(ending)
  }

  /// The body has returned or thrown.
  func finish(_ ending: ThreadResult<Success, Failure>) {
    Seam.perform(.finish, on: subject) {
      // Act after unlocking.
      let waiting = outcome.withLock { $0.finish(ending) }
      // What goes wrong in an ending world is not worth a report.
      if Seam.isEnding { outcome.withLock { _ = $0.look() } }
      waiting.threads.wake()
      for continuation in waiting.continuations { continuation.resume(returning: ending) }
    }
  }

  private func typed(_ ending: any ThreadEnding) -> ThreadResult<Success, Failure> {
    guard let ending = ending as? ThreadResult<Success, Failure> else {
      fatalError("a thread ends as its handle says")
    }
    return ending
  }
}

/// A thread has its own end.
extension ThreadRecord: HeldByThreads {
  package func holdingThreads(against waiter: ThreadRecord) -> [ThreadRecord] { [self] }
}

/// What the body of a thread returned or threw.
final class ThreadResult<Success: Sendable, Failure: Error>: ThreadEnding {
  let result: Result<Success, Failure>

  init(_ result: Result<Success, Failure>) {
    self.result = result
  }

  func get() throws(Failure) -> Success { try result.get() }
}

/// A ``ThreadResult`` of some type.
protocol ThreadEnding: AnyObject, Sendable {}

/// How a thread ended, and who waits for that: running until the one call of `finish`, then
/// finished for ever.
///
/// It does not know the types of the result: each look at a generic type costs more than all the rest.
struct ThreadOutcome {
  typealias Continuation = CheckedContinuation<any ThreadEnding, Never>
  struct Waiting {
    var threads: [ThreadRecord] = []
    var continuations: [Continuation] = []
  }

  private(set) var ending: (any ThreadEnding)?
  private var waiting = Waiting()
  private var isSeen = false

  /// An ending that nobody asked for.
  var unseen: (any ThreadEnding)? { isSeen ? nil : ending }

  mutating func look() -> (any ThreadEnding)? {
    if ending != nil { isSeen = true }
    return ending
  }

  mutating func enter(_ thread: ThreadRecord) -> (any ThreadEnding)? {
    if ending == nil { waiting.threads.append(thread) }
    return look()
  }

  mutating func enter(_ continuation: Continuation) -> (any ThreadEnding)? {
    if ending == nil { waiting.continuations.append(continuation) }
    return look()
  }

  mutating func leave(_ thread: ThreadRecord) -> (any ThreadEnding)? {
    waiting.threads.removeAll { $0 === thread }
    return look()
  }

  mutating func finish(_ ending: any ThreadEnding) -> Waiting {
    precondition(self.ending == nil, "a thread finishes once")
    self.ending = ending
    if !waiting.continuations.isEmpty { isSeen = true }
    for thread in waiting.threads { thread.signal(.given) }
    defer { waiting = Waiting() }
    return waiting
  }
}
