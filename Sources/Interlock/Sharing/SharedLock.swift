/// A lock that threads of several processes share, and that the death of its owner does not leave locked.
///
/// Handed to a worker's function, it is the same lock there. When a process, or a thread, ends while it
/// has the lock, the next one gets it, and is told that what the lock guards may be *torn*: changed by
/// half. It stays torn for all that come until somebody has put it right and says so.
///
///     try lock.withLock { isTorn in
///       if isTorn {
///         rebuild(field)
///         lock.declareMended()
///       }
///       move(amount, in: field)
///     }
///
/// For a single value there is ``SharedValue``, which cannot be torn.
///
/// ## Ordering
///
/// Everything before a release happens before everything after the acquisition that follows it, in
/// whatever process; also before that of whoever gets the lock of one that has died.
///
/// ## Waiting
///
/// `acquire()` blocks until the lock is free. The forms with a deadline give up when it passes, or when
/// the calling thread or task is cancelled; `tryAcquire()` never waits. Who comes first is not kept.
///
/// ## Cost
///
/// Two atomic instructions, and some others for the list in which the system finds the locks of a
/// thread that ends. Waiting and waking add one kernel call each.
@safe
public final class SharedLock: Sendable {
  private let memory: SharedMemory
  private let lock: RobustLock
  private let torn: SharedWord
  /// What tells the lock from all others, in every process.
  let identifier: UInt64

  private struct Content: BitwiseCopyable {}
  private static let tornOffset = 64
  private static let identifierOffset = 72
  private static let size = 128

  /// Makes a lock that is free.
  ///
  /// - Throws: ``SharingError`` if the system has no memory for it.
  public convenience init() throws(SharingError) {
    let memory = try SharedMemory(.lock, of: Content.self, bytes: Self.size)
    unsafe memory.elements.storeBytes(
      of: .random(in: 1 ... .max),
      toByteOffset: Self.identifierOffset,
      as: UInt64.self
    )
    self.init(memory)
  }

  private init(_ memory: SharedMemory) {
    self.memory = memory
    lock = unsafe RobustLock(at: memory.elements)
    torn = unsafe SharedWord(
      at: (memory.elements + Self.tornOffset).bindMemory(to: UInt32.self, capacity: 1)
    )
    identifier = unsafe memory.elements.load(
      fromByteOffset: Self.identifierOffset,
      as: UInt64.self
    )
  }

  /// Waits until the lock is free, and takes it.
  ///
  /// - Precondition: The calling thread does not have the lock.
  public func acquire() {
    note(lock.acquire(until: nil, call: "SharedLock.acquire()"))
  }

  /// Takes the lock if it is free.
  ///
  /// - Returns: Whether the calling thread has the lock now.
  public func tryAcquire() -> Bool {
    guard let outcome = lock.tryAcquire(call: "SharedLock.tryAcquire()") else { return false }
    return note(outcome)
  }

  /// Waits until the lock is free and takes it, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether the calling thread has the lock; `false` if the deadline passed or the thread or
  ///   task was cancelled.
  /// - Precondition: The calling thread does not have the lock.
  public func acquire(until deadline: Deadline) -> Bool {
    note(lock.acquire(until: deadline, call: "SharedLock.acquire(until:)"))
  }

  /// Waits until the lock is free and takes it, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether the calling thread has the lock; `false` if the time was over or the thread or
  ///   task was cancelled.
  /// - Precondition: The calling thread does not have the lock.
  public func acquire(for duration: Duration) -> Bool { acquire(until: .after(duration)) }

  /// Gives the lock back.
  ///
  /// - Precondition: The calling thread has it.
  public func release() { lock.release(call: "SharedLock.release()") }

  @discardableResult
  private func note(_ outcome: RobustLock.Outcome) -> Bool {
    switch outcome {
    case .acquired: return true
    case .inherited:
      // Guarded by: `lock`.
      torn.store(1, ordering: .relaxed)
      return true
    case .givenUp: return false
    }
  }

  /// Whether an owner has died, and nobody has put right since what it may have torn.
  ///
  /// It may be another answer in a moment, unless the calling thread has the lock.
  public var isTorn: Bool { torn.load(ordering: .acquiring) != 0 }

  /// Says that what the lock guards is whole again.
  ///
  /// - Precondition: The calling thread has the lock.
  public func declareMended() {
    guard isMine else {
      misuse(
        "SharedLock.declareMended() by a thread that does not have the lock: acquire it first."
      )
    }
    torn.store(0, ordering: .releasing)
  }

  /// Whether the calling thread has the lock.
  public var isMine: Bool { lock.isMine }

  /// Runs `body` while the calling thread has the lock.
  ///
  /// - Parameter body: It is told whether what the lock guards may be torn.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  /// - Precondition: The calling thread does not have the lock.
  public func withLock<Result, Failure: Error>(
    _ body: (_ isTorn: Bool) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    acquire()
    defer { release() }
    return try body(isTorn)
  }

  /// Runs `body` while the calling thread has the lock, or gives up.
  ///
  /// - Parameters:
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  ///   - body: It is told whether what the lock guards may be torn.
  /// - Returns: What `body` returns; `nil` if the deadline passed or the thread or task was cancelled.
  /// - Throws: What `body` throws.
  /// - Precondition: The calling thread does not have the lock.
  public func withLock<Result, Failure: Error>(
    until deadline: Deadline,
    _ body: (_ isTorn: Bool) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard acquire(until: deadline) else { return nil }
    defer { release() }
    return try body(isTorn)
  }
}

extension SharedLock: Codable {
  /// Hands the lock to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws { try memory.encode(to: encoder) }

  /// Takes a lock that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is none.
  public convenience init(from decoder: any Decoder) throws {
    let memory = try SharedMemory(from: decoder)
    try memory.check(.lock, of: Content.self, bytes: Self.size)
    self.init(memory)
  }
}
