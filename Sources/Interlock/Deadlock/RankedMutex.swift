/// A value that only one thread at a time can reach, with a rank: it is entered after those with smaller
/// ranks.
///
/// Made by ``LockHierarchy/mutex(_:rank:name:fairness:)``; otherwise like ``Mutex``.
///
///     let hierarchy = LockHierarchy()
///     let stock = hierarchy.mutex(["nail": 7], rank: 1, name: "stock")
///     let orders = hierarchy.mutex(0, rank: 2, name: "orders")
///     stock.withLock { stock in
///       stock["nail", default: 0] -= 1
///       orders.withLock { $0 += 1 }
///     }
///
/// ## Ordering
///
/// That of ``Mutex``.
///
/// ## Waiting
///
/// That of ``Mutex``. The rank is looked at before the thread waits.
///
/// ## Cost
///
/// That of ``Mutex``, and that of the watch; see ``LockHierarchy``.
@safe
public struct RankedMutex<Value: ~Copyable>: ~Copyable {
  private let lock: RankedLock
  // SAFETY: allocated and initialised in `init`, freed in `deinit`, reached only by the thread that
  // holds `lock`.
  private let pointer: UnsafeMutablePointer<Value>

  init(_ initialValue: consuming sending Value, _ lock: RankedLock) {
    self.lock = lock
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(to: initialValue)
  }

  deinit {
    unsafe pointer.deinitialize(count: 1)
    unsafe pointer.deallocate()
  }

  /// Runs `body` with the value, alone.
  ///
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws; the value stays as `body` left it.
  /// - Precondition: The calling thread is not inside already. What the hierarchy does if the thread is
  ///   inside of one that comes later was said when it was made.
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock.acquire()
    defer { lock.release() }
    return try unsafe body(&pointer.pointee)
  }

  /// Runs `body` with the value if no other thread is inside, whatever the order.
  ///
  /// - Returns: What `body` returns, or `nil` if another thread was inside.
  /// - Throws: What `body` throws; the value stays as `body` left it.
  public borrowing func withLockIfAvailable<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result? {
    guard lock.tryAcquire() else { return nil }
    defer { lock.release() }
    return try unsafe body(&pointer.pointee)
  }

  /// Runs `body` with the value, unless waiting for it takes too long.
  ///
  /// - Returns: What `body` returns, or `nil` if the deadline passed or the thread was cancelled.
  /// - Throws: What `body` throws; the value stays as `body` left it.
  /// - Precondition: As with the form without a deadline.
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    until deadline: Deadline,
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result? {
    guard lock.acquire(until: deadline) else { return nil }
    defer { lock.release() }
    return try unsafe body(&pointer.pointee)
  }
}

// SAFETY: values go in and out as `sending`, and in between only one thread reaches them.
extension RankedMutex: @unchecked Sendable where Value: ~Copyable {}

// What a mutex tells about itself. The answers may be old when they arrive.
extension RankedMutex where Value: ~Copyable {
  /// What the mutex was called, for reports.
  public var name: String? { lock.name }

  /// When it is entered: after those with smaller ranks.
  public var rank: Int { lock.rank }

  /// The thread that is inside.
  public var owner: ThreadIdentity? { lock.owner }

  /// The threads that sleep until they can come inside, the next one first.
  public var waiters: [ThreadIdentity] { lock.waiters }
}
