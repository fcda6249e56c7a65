/// Something that a pool does, for whoever wants to know what comes of it.
///
/// ``ThreadPool/submit(name:_:)`` makes it. Joining waits for the task and gives what its body
/// returned, or throws what it threw. Any number of threads may join, any number of times, tasks of
/// the same pool included.
///
///     let sum = try ThreadPool.shared.submit { (1...1_000_000).reduce(0, +) }
///     print(try sum.join())
///
/// A task that could only wait for itself is not left hanging: joining a task from its own body, or
/// from a task that it waits for in turn, ends the program with a message that names the tasks.
///
/// ## Ordering
///
/// Everything before `submit` happens before the body; everything in the body happens before
/// everything after a `join()`.
///
/// ## Waiting
///
/// `join()` blocks until the task is over. A thread of the task's pool does not idle meanwhile: if
/// nobody has begun the task, it runs the task itself; otherwise it sleeps, and another thread takes
/// its place in the pool. It never runs any other task while it waits, so no foreign code meets the
/// locks that it holds, its thread-local values, or its stack.
///
/// The forms with a deadline give up when it passes, or when the calling thread or the task that it
/// runs is cancelled; they never run the task themselves.
///
/// ## Cost
///
/// Joining a task that is over is one atomic load. Waiting and waking add one kernel call each.
@safe
public final class PoolTask<Success: Sendable, Failure: Error>: AnyPoolTask, @unchecked Sendable {
  // SAFETY: belongs to whoever begins or prevents the task, which only one thread can.
  private nonisolated(unsafe) var body: (@Sendable () throws(Failure) -> Success)?
  // SAFETY (both): written by the thread that runs the body, read when the task's word says
  // `finished`. One of them is there then. No `Result`: where the types are not known, each use of one
  // would look up what it is made of, which costs more than all the rest.
  private nonisolated(unsafe) var success: UnsafeMutablePointer<Success>?
  private nonisolated(unsafe) var failure: (any Error)?

  @usableFromInline
  init(
    name: String?,
    pool: ThreadPool,
    body: @escaping @Sendable () throws(Failure) -> Success
  ) {
    unsafe self.body = body
    super.init(name: name, core: pool.core)
  }

  deinit {
    guard let success = unsafe success else { return }
    unsafe success.deinitialize(count: 1)
    unsafe success.deallocate()
  }

  override func perform() -> Bool {
    guard let body = unsafe body else { fatalError("a task runs its body once") }
    unsafe self.body = nil
    do throws(Failure) {
      let value = try body()
      let memory = UnsafeMutablePointer<Success>.allocate(capacity: 1)
      unsafe memory.initialize(to: value)
      unsafe success = memory
      return true
    } catch {
      unsafe failure = error
      return false
    }
  }

  override func discard() {
    unsafe body = nil
  }

  /// Waits until the task is over.
  ///
  /// - Returns: What the body returned.
  /// - Throws: What the body threw, as ``PoolTaskError/failed(_:)``, or ``PoolTaskError/cancelled``
  ///   if the task was cancelled before it ran.
  /// - Precondition: The task does not wait for the calling one.
  @discardableResult
  public func join() throws(PoolTaskError<Failure>) -> Success {
    wait()
    return try get()
  }

  /// Waits until the task is over, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: What the body returned, or `nil` if the deadline passed or the calling thread or task
  ///   was cancelled.
  /// - Throws: What `join()` throws.
  /// - Precondition: The calling thread does not run the task.
  public func join(until deadline: Deadline) throws(PoolTaskError<Failure>) -> Success? {
    guard wait(until: deadline) else { return nil }
    return try get()
  }

  /// Waits until the task is over, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: What the body returned, or `nil` if the time was over or the calling thread or task
  ///   was cancelled.
  /// - Throws: What `join()` throws.
  /// - Precondition: The calling thread does not run the task.
  public func join(for duration: Duration) throws(PoolTaskError<Failure>) -> Success? {
    try join(until: .after(duration))
  }

  /// Looks whether the task is over.
  ///
  /// - Returns: What the body returned, or `nil` if it waits or runs.
  /// - Throws: What `join()` throws.
  public func tryJoin() throws(PoolTaskError<Failure>) -> Success? {
    isFinished ? try get() : nil
  }

  /// Calls `callback` with what came of the task, once.
  ///
  /// If the task is over, that is now, in the calling thread; otherwise when it ends, in the thread
  /// that ends it: the one that ran the body, or that cancelled the task. Several callbacks are
  /// called in the order in which they came. The toolkit holds no lock meanwhile.
  public func whenDone(
    _ callback: @escaping @Sendable (Result<Success, PoolTaskError<Failure>>) -> Void
  ) {
    if !follow(.callback { callback(self.outcome) }) { callback(outcome) }
  }

  /// What the body returned, for tasks of Swift's concurrency: waiting suspends and blocks no thread.
  ///
  /// Cancelling the waiting task does not end the wait; cancel this one.
  public var value: Success {
    get async throws(PoolTaskError<Failure>) {
      let outcome = await withCheckedContinuation { continuation in
        whenDone { continuation.resume(returning: $0) }
      }
      return try outcome.get()
    }
  }

  /// What the body of the task returned, which is over.
  private func get() throws(PoolTaskError<Failure>) -> Success {
    if let success = unsafe success { return unsafe success.pointee }
    guard let failure = unsafe failure as? Failure else { throw .cancelled }
    throw .failed(failure)
  }

  /// What came of the task, which is over.
  private var outcome: Result<Success, PoolTaskError<Failure>> {
    do throws(PoolTaskError<Failure>) {
      return .success(try get())
    } catch {
      return .failure(error)
    }
  }
}
