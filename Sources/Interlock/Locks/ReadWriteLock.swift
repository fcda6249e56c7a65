/// A value that many threads may read at the same time, and one may change, alone.
///
/// It pays where reading takes long and is much more frequent than changing; where sections are
/// short, ``Mutex`` is faster.
///
///     let prices = ReadWriteLock(["tea": 3], name: "prices")
///     let tea = prices.withReadLock { $0["tea"] }
///     prices.withWriteLock { $0["coffee"] = 4 }
///
/// Entering twice from the same thread would sooner or later wait for itself, so it is a mistake that
/// ends the program with a message, also for readers.
///
/// ## Ordering
///
/// Everything a writer does happens before everything later readers and writers do; everything a
/// reader does happens before everything a later writer does.
///
/// ## Waiting
///
/// `withReadLock` blocks while a writer is inside, or has a right to go first; `withWriteLock` while
/// anybody is inside. The forms with a deadline give up when it passes, or when the calling thread is
/// cancelled; the …`IfAvailable` forms never wait. With `preference: .writers` a waiting writer goes
/// before all waiting readers, so that readers cannot keep it out; a stream of writers can keep
/// readers out. With `.fair` everybody goes in the order of arrival, neighbouring readers together.
///
/// ## Cost
///
/// Four atomic instructions for a section that nobody disputes. Waiting and waking add one kernel
/// call each.
@safe
public struct ReadWriteLock<Value: ~Copyable>: ~Copyable {
  /// Who goes first when both readers and writers wait.
  public typealias Preference = ReadWritePreference

  private let gate: ReadWriteGate
  // SAFETY: allocated and initialised in `init`, freed in `deinit`, changed only by the one writer
  // inside and read only by threads inside.
  private let pointer: UnsafeMutablePointer<Value>

  /// Creates a lock around `initialValue`.
  ///
  /// - Parameters:
  ///   - initialValue: The value to guard.
  ///   - preference: Who goes first when both readers and writers wait.
  ///   - name: What to call the lock in reports.
  public init(
    _ initialValue: consuming sending Value,
    preference: Preference = .writers,
    name: String? = nil
  ) {
    gate = ReadWriteGate(preference: preference, name: name)
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(to: initialValue)
  }

  deinit {
    unsafe pointer.deinitialize(count: 1)
    unsafe pointer.deallocate()
  }

  /// Runs `body` with the value, while others may read it too.
  ///
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withReadLock<Result: ~Copyable, Failure: Error>(
    _ body: (borrowing Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    _ = gate.enter(.reader, until: nil)
    defer { gate.leave(.reader) }
    return try unsafe body(pointer.pointee)
  }

  /// Runs `body` with the value, while others may read it too, if no writer is or goes inside.
  ///
  /// - Returns: What `body` returns, or `nil` if it did not run.
  public borrowing func withReadLockIfAvailable<Result: ~Copyable, Failure: Error>(
    _ body: (borrowing Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard gate.tryEnter(.reader) else { return nil }
    defer { gate.leave(.reader) }
    return try unsafe body(pointer.pointee)
  }

  /// Runs `body` with the value, while others may read it too, unless waiting takes too long.
  ///
  /// - Returns: What `body` returns, or `nil` if the deadline passed or the thread was cancelled.
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withReadLock<Result: ~Copyable, Failure: Error>(
    until deadline: Deadline,
    _ body: (borrowing Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard gate.enter(.reader, until: deadline) else { return nil }
    defer { gate.leave(.reader) }
    return try unsafe body(pointer.pointee)
  }

  /// Runs `body` with the value, alone.
  ///
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withWriteLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    _ = gate.enter(.writer, until: nil)
    defer { gate.leave(.writer) }
    return try unsafe body(&pointer.pointee)
  }

  /// Runs `body` with the value, alone, if nobody is inside.
  ///
  /// - Returns: What `body` returns, or `nil` if it did not run.
  public borrowing func withWriteLockIfAvailable<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard gate.tryEnter(.writer) else { return nil }
    defer { gate.leave(.writer) }
    return try unsafe body(&pointer.pointee)
  }

  /// Runs `body` with the value, alone, unless waiting takes too long.
  ///
  /// - Returns: What `body` returns, or `nil` if the deadline passed or the thread was cancelled.
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withWriteLock<Result: ~Copyable, Failure: Error>(
    until deadline: Deadline,
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard gate.enter(.writer, until: deadline) else { return nil }
    defer { gate.leave(.writer) }
    return try unsafe body(&pointer.pointee)
  }

  /// Changes the value alone, and goes on reading it with no writer in between.
  ///
  ///     let count = prices.withWriteLock({ $0["milk"] = 2 }, thenRead: { $0.count })
  ///
  /// - Parameters:
  ///   - write: What to do alone.
  ///   - read: What to do while others may read too; they see what `write` left.
  /// - Returns: What `read` returns.
  /// - Throws: What `write` or `read` throws.
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withWriteLock<Result: ~Copyable, Failure: Error>(
    _ write: (inout Value) throws(Failure) -> Void,
    thenRead read: (borrowing Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    _ = gate.enter(.writer, until: nil)
    do {
      try unsafe write(&pointer.pointee)
    } catch {
      gate.leave(.writer)
      throw error
    }
    gate.downgrade()
    defer { gate.leave(.reader) }
    return try unsafe read(pointer.pointee)
  }
}

// SAFETY: writers are alone with the value; readers are not, hence the condition.
extension ReadWriteLock: @unchecked Sendable where Value: Sendable & ~Copyable {}

// What a lock tells about itself. The answers may be old when they arrive.
extension ReadWriteLock where Value: ~Copyable {
  /// What the lock was called, for reports.
  public var name: String? { gate.name }

  /// The writer that is inside.
  public var writer: ThreadIdentity? { gate.identities.writer }

  /// The readers that are inside.
  public var readers: [ThreadIdentity] { gate.identities.readers }

  /// The threads that wait, in the order in which they came.
  public var waiters: [ThreadIdentity] { gate.identities.waiters }
}

/// Who goes first when both readers and writers wait for a ``ReadWriteLock``.
public enum ReadWritePreference: Sendable {
  /// Writers, in their order; then all readers together.
  case writers
  /// Whoever came first; readers that came one after the other go together.
  case fair
}
