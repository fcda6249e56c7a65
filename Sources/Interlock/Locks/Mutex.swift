/// A value that only one thread at a time can reach.
///
/// It has the shape of the standard library's `Mutex`: the value is inside, and the only way to it
/// is ``withLock(_:)``, so no access can forget the lock. In addition a mutex can be waited for
/// with a deadline, has a name, says who holds it, and is seen by the checker.
///
///     let balance = Mutex(100)
///     balance.withLock { $0 += 10 }
///     let now = balance.withLock { $0 }
///
/// A file that also imports `Synchronization` names this one `Interlock::Mutex`.
///
/// ## Ordering
///
/// Everything a thread does in `withLock` happens before everything another thread does in a later
/// `withLock`.
///
/// ## Waiting
///
/// `withLock` blocks until no other thread is inside. With a deadline it gives up when that passes,
/// or when the calling thread is cancelled. ``withLockIfAvailable(_:)`` never waits. Running threads
/// may overtake sleeping ones, within reason; see ``Lock``.
///
/// ## Cost
///
/// Two atomic instructions for a `withLock` that nobody disputes. Two allocations for its creation.
@safe
public struct Mutex<Value: ~Copyable>: ~Copyable {
  @usableFromInline let lock: Lock
  // SAFETY: allocated and initialised in `init`, freed in `deinit`, reached only by the thread that
  // holds `lock`.
  @usableFromInline let pointer: UnsafeMutablePointer<Value>

  /// Creates a mutex that holds `initialValue`.
  ///
  /// - Parameters:
  ///   - initialValue: The value to guard.
  ///   - name: What to call the mutex in reports.
  ///   - fairness: Who gets it when it is released while threads wait.
  public init(
    _ initialValue: consuming sending Value,
    name: String? = nil,
    fairness: Lock.Fairness = .barging
  ) {
    lock = Lock(as: "Mutex", name: name, fairness: fairness)
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
  /// - Precondition: The calling thread is not inside already.
  @inlinable
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock.acquire()
    defer { lock.release() }
    return try unsafe body(&pointer.pointee)
  }

  /// Runs `body` with the value if no other thread is inside.
  ///
  /// - Returns: What `body` returns, or `nil` if another thread was inside.
  /// - Throws: What `body` throws; the value stays as `body` left it.
  @inlinable
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
  /// - Precondition: The calling thread is not inside already.
  @inlinable
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
extension Mutex: @unchecked Sendable where Value: ~Copyable {}

// What a mutex tells about itself. The answers may be old when they arrive.
extension Mutex where Value: ~Copyable {
  /// What the mutex was called, for reports.
  public var name: String? { lock.name }

  /// The thread that is inside.
  public var owner: ThreadIdentity? { lock.owner }

  /// The threads that sleep until they can come inside, the next one first.
  public var waiters: [ThreadIdentity] { lock.waiters }
}
