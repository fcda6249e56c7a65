/// A lock that its owner may acquire again.
///
/// Each acquisition needs a release; the lock is free after the last one. Use it where guarded code
/// calls guarded code and cannot be taken apart. It hides who is in the middle of what, so prefer
/// ``Mutex`` with the value passed down.
///
///     let ledger = RecursiveLock(name: "ledger")
///     ledger.withLock {
///       ledger.withLock { print("still mine, depth \(ledger.depth)") }
///     }
///
/// ## Ordering
///
/// Everything a thread does before its last `release()` happens before everything another thread
/// does after the `acquire()` that follows it.
///
/// ## Waiting
///
/// As with ``Lock``. The owner never waits.
///
/// ## Cost
///
/// That of ``Lock``, and a comparison.
public final class RecursiveLock: @unchecked Sendable {
  let lock: Lock
  // SAFETY: touched only by the thread that holds `lock`.
  private nonisolated(unsafe) var held = 0

  /// Creates a lock that is free.
  ///
  /// - Parameters:
  ///   - name: What to call it in reports.
  ///   - fairness: Who gets it when it is released while threads wait.
  public init(name: String? = nil, fairness: Lock.Fairness = .barging) {
    lock = Lock(as: "RecursiveLock", name: name, fairness: fairness)
  }

  /// Waits until the lock is free or the calling thread's own, and takes it once more.
  public func acquire() {
    if !lock.isHeldByCurrentThread { lock.acquire() }
    unsafe held += 1
  }

  /// Takes the lock once more if it is free or the calling thread's own.
  ///
  /// - Returns: Whether it was taken.
  public func tryAcquire() -> Bool {
    guard lock.isHeldByCurrentThread || lock.tryAcquire() else { return false }
    unsafe held += 1
    return true
  }

  /// Waits until the lock is free or the calling thread's own and takes it once more, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether it was taken; `false` if the deadline passed or the thread was cancelled.
  public func acquire(until deadline: Deadline) -> Bool {
    guard lock.isHeldByCurrentThread || lock.acquire(until: deadline) else { return false }
    unsafe held += 1
    return true
  }

  /// Waits until the lock is free or the calling thread's own and takes it once more, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether it was taken; `false` if the time was over or the thread was cancelled.
  public func acquire(for duration: Duration) -> Bool {
    acquire(until: .after(duration))
  }

  /// Takes one acquisition back; the last one lets the lock go.
  ///
  /// - Precondition: The calling thread holds the lock.
  public func release() {
    guard lock.isHeldByCurrentThread, unsafe held > 1 else {
      // The lock itself traps if the calling thread does not hold it.
      if lock.isHeldByCurrentThread { unsafe held = 0 }
      return lock.release()
    }
    unsafe held -= 1
  }

  /// Runs `body` while holding the lock.
  public func withLock<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    acquire()
    defer { release() }
    return try body()
  }

  /// Runs `body` while holding the lock, if it is free or the calling thread's own.
  ///
  /// - Returns: What `body` returns, or `nil` if another thread had the lock.
  public func withLockIfAvailable<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard tryAcquire() else { return nil }
    defer { release() }
    return try body()
  }

  /// Runs `body` while holding the lock, unless waiting for it takes too long.
  ///
  /// - Returns: What `body` returns, or `nil` if the deadline passed or the thread was cancelled.
  public func withLock<Result: ~Copyable, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard acquire(until: deadline) else { return nil }
    defer { release() }
    return try body()
  }
}

// What a lock tells about itself. The answers may be old when they arrive.
extension RecursiveLock {
  /// What the lock was called, for reports.
  public var name: String? { lock.name }

  /// How often the calling thread holds the lock: 0 if it does not.
  public var depth: Int { lock.isHeldByCurrentThread ? unsafe held : 0 }

  /// Whether some thread holds the lock.
  public var isHeld: Bool { lock.isHeld }

  /// Whether the calling thread holds the lock.
  public var isHeldByCurrentThread: Bool { lock.isHeldByCurrentThread }

  /// The thread that holds the lock.
  public var owner: ThreadIdentity? { lock.owner }

  /// The threads that sleep until the lock is free, the next one first.
  public var waiters: [ThreadIdentity] { lock.waiters }

  /// How many threads sleep until the lock is free.
  public var waiterCount: Int { lock.waiterCount }
}
