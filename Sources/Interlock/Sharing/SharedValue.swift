/// A value that processes share, with its lock, and that no death can tear.
///
/// It is to processes what ``Monitor`` is to threads: the value is read and changed under the lock, and
/// one can wait until it is as one wants it. If a process dies in the middle of a change, the value is as
/// it was before.
///
///     let stock = try SharedValue(0)
///     let shop = try WorkerProcess(stock) { stock in
///       stock.withLock(when: { $0 >= 20 }) { $0 -= 20 }
///     }
///     stock.withLock { $0 += 20 }
///     try shop.join()
///
/// ## Ordering
///
/// Everything in one `withLock` happens before everything in the next one, in whatever process.
///
/// ## Waiting
///
/// `withLock` blocks until the lock is free, and with a condition until that holds. The forms with a
/// deadline give up when it passes, or when the calling thread or task is cancelled. The body must not
/// use the same value again.
///
/// ## Cost
///
/// That of a ``SharedLock``, and two copies of the value. Everybody who waits looks at the value whenever
/// it has changed.
public final class SharedValue<Value: BitwiseCopyable & Sendable>: Sendable {
  private let cell: RobustCell<Value>

  /// Makes a value.
  ///
  /// - Throws: ``SharingError`` if the system has no memory for it.
  public init(_ initialValue: Value) throws(SharingError) {
    cell = try RobustCell(.value, initialValue)
  }

  /// What the value is at the moment.
  public var current: Value { cell.withLock { $0 } }

  /// Reads and changes the value.
  ///
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws; then the value is as before.
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let outcome = cell.withLock { value in Self.attempt(&value, body) }
    cell.announceChange()
    return try outcome.get()
  }

  /// Waits until a condition holds, and reads and changes the value then.
  ///
  /// - Parameters:
  ///   - condition: Whether the value is as it should be; it is asked again after each change.
  ///   - body: What to do then, before anybody else.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws; then the value is as before.
  public func withLock<Result, Failure: Error>(
    when condition: (Value) -> Bool,
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let outcome = cell.wait(until: nil) { value in
      condition(value) ? Self.attempt(&value, body) : nil
    }
    guard let outcome else { fatalError("a wait without a deadline does not give up") }
    cell.announceChange()
    return try outcome.get()
  }

  /// Waits until a condition holds, and reads and changes the value then, or gives up.
  ///
  /// - Parameters:
  ///   - condition: Whether the value is as it should be; it is asked again after each change.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  ///   - body: What to do then, before anybody else.
  /// - Returns: What `body` returns; `nil` if the deadline passed or the thread or task was cancelled.
  /// - Throws: What `body` throws; then the value is as before.
  public func withLock<Result, Failure: Error>(
    when condition: (Value) -> Bool,
    until deadline: Deadline,
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let outcome = cell.wait(until: deadline) { value in
      condition(value) ? Self.attempt(&value, body) : nil
    }
    guard let outcome else { return nil }
    cell.announceChange()
    return try outcome.get()
  }

  private static func attempt<Result, Failure: Error>(
    _ value: inout Value,
    _ body: (inout Value) throws(Failure) -> Result
  ) -> Swift.Result<Result, Failure> {
    let before = value
    do throws(Failure) {
      return .success(try body(&value))
    } catch {
      value = before
      return .failure(error)
    }
  }

  private init(_ cell: RobustCell<Value>) {
    self.cell = cell
  }
}

extension SharedValue: Codable {
  /// Hands the value to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws { try cell.encode(to: encoder) }

  /// Takes a value that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is not one of this type.
  public convenience init(from decoder: any Decoder) throws {
    self.init(try RobustCell(.value, from: decoder))
  }
}
