import Synchronization

/// A lock: at most one thread has it at a time.
///
/// Use a `Lock` where acquiring and releasing happen in different places, or together with a
/// ``Condition``. To guard a value, use ``Mutex``, which cannot be forgotten.
///
///     let printer = Lock(name: "printer")
///     printer.withLock {
///       print("one page,")
///       print("and the next, with nobody else's in between")
///     }
///
/// Only the thread that acquired a lock may release it. Acquiring it twice would wait for itself;
/// both are mistakes that end the program with a message, in release builds too.
///
/// ## Ordering
///
/// Everything a thread does before `release()` happens before everything another thread does after
/// the `acquire()` that follows it.
///
/// ## Waiting
///
/// `acquire()` blocks until the lock is free, whatever happens. The forms with a deadline give up
/// when it passes, or when the calling thread is cancelled; `tryAcquire()` never waits. Waiting
/// threads stand in line, but a thread that comes just when the lock is released may take it first,
/// which is much faster than waiting for a sleeper to wake. A thread that was overtaken a few times
/// in that way gets the lock handed over. With `fairness: .fair` nobody is overtaken.
///
/// ## Cost
///
/// Two atomic instructions for an acquisition and its release. Waiting and waking add one kernel
/// call each.
public final class Lock: @unchecked Sendable {
  /// Who gets a lock that is released while threads wait for it.
  public enum Fairness: Sendable {
    /// Whoever comes first, a running thread before a sleeping one; within reason.
    case barging
    /// The thread that waits longest.
    case fair
  }

  // The word and the line of waiting threads are described in Documentation/Internals/Lock.md.
  @usableFromInline let state = Atomic<UInt32>(Bits.free)

  // Guards `line`, and every change of `Bits.parked`.
  let lineGuard = GuardLock()
  // Guarded by: `lineGuard`. The threads that sleep for this lock, the next one first.
  var line: [ThreadRecord] = []

  /// What the lock was called, for reports.
  public let name: String?
  let patience: UInt32
  let type: StaticString
  let orderNumber = LockNumber()

  /// Creates a lock that is free.
  ///
  /// - Parameters:
  ///   - name: What to call it in reports.
  ///   - fairness: Who gets it when it is released while threads wait.
  public convenience init(name: String? = nil, fairness: Fairness = .barging) {
    self.init(as: "Lock", name: name, fairness: fairness)
  }

  /// Creates the lock inside something else, which is called `type` in messages.
  init(as type: StaticString, name: String?, fairness: Fairness = .barging) {
    self.type = type
    self.name = name
    patience =
      switch fairness {
      case .barging: 16
      case .fair: 0
      }
  }

  deinit {
    if Seam.isWatched { LockWatch.shared.forget(subject) }
    let word = state.rawLoad(ordering: .relaxed)
    if Bits.owner(of: word) != Bits.free, Seam.watchingWorld == nil {
      misuse("a \(type)\(quotedName) is destroyed while \(describeOwner(word)) holds it")
    }
  }

  /// Waits until the lock is free and takes it.
  ///
  /// - Precondition: The calling thread does not hold the lock.
  @inlinable
  public func acquire() {
    if isAcquiredAtOnce() { return }
    acquireInLine()
  }

  /// Takes the lock if it is free.
  ///
  /// - Returns: Whether the calling thread has the lock now.
  @inlinable
  public func tryAcquire() -> Bool {
    isAcquiredAtOnce() || tryAcquireWatched()
  }

  /// Waits until the lock is free and takes it, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether the calling thread has the lock now; `false` if the deadline passed or the
  ///   thread was cancelled.
  /// - Precondition: The calling thread does not hold the lock.
  @inlinable
  public func acquire(until deadline: Deadline) -> Bool {
    isAcquiredAtOnce() || acquireInLine(until: deadline)
  }

  /// Waits until the lock is free and takes it, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether the calling thread has the lock now; `false` if the time was over or the
  ///   thread was cancelled.
  /// - Precondition: The calling thread does not hold the lock.
  @inlinable
  public func acquire(for duration: Duration) -> Bool {
    isAcquiredAtOnce() || acquireInLine(until: .after(duration))
  }

  /// Lets the lock go.
  ///
  /// - Precondition: The calling thread holds the lock.
  @inlinable
  public func release() {
    // Ordering (L1): releasing, pairs with `isAcquiredAtOnce` and `take`.
    guard !Seam.isWatched,
      state.rawCompareExchange(
        expected: ThreadNumber.current,
        desired: Bits.free,
        ordering: .releasing
      )
    else { return releaseToLine() }
  }

  /// Runs `body` while holding the lock.
  ///
  /// The same as `acquire()`, `defer { release() }` and `body()`.
  @inlinable
  public func withLock<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    acquire()
    defer { release() }
    return try body()
  }

  /// Runs `body` while holding the lock, if it is free.
  ///
  /// - Returns: What `body` returns, or `nil` if the lock was taken.
  @inlinable
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
  @inlinable
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
extension Lock {
  /// Whether some thread holds the lock.
  public var isHeld: Bool { Seam.look(at: subject) { ownerNumber } != Bits.free }

  /// Whether the calling thread holds the lock.
  public var isHeldByCurrentThread: Bool {
    // Nobody else can change the answer, so no world needs to know of the question.
    Bits.owner(of: state.rawLoad(ordering: .relaxed)) == ThreadNumber.current
  }

  /// The thread that holds the lock.
  public var owner: ThreadIdentity? {
    let owner = Seam.look(at: subject) { ownerNumber }
    guard owner != Bits.free else { return nil }
    return Seam.world.registry.record(number: owner).map(ThreadIdentity.init)
  }

  /// The threads that sleep until the lock is free, the next one first.
  public var waiters: [ThreadIdentity] {
    lineGuard.withLock { line }.map(ThreadIdentity.init)
  }

  /// How many threads sleep until the lock is free.
  public var waiterCount: Int { lineGuard.withLock { line.count } }
}

extension Lock: HeldByThreads {
  package func holdingThreads(against waiter: ThreadRecord) -> [ThreadRecord] {
    // Who waits for a condition waits for the lock's owner only when it was moved to the line.
    guard lineGuard.withLock({ line.contains { $0 === waiter } }) else { return [] }
    let owner = Bits.owner(of: state.rawLoad(ordering: .acquiring))
    return RealWorld.shared.registry.record(number: owner).map { [$0] } ?? []
  }
}

extension Lock {
  /// The number of the thread that has the lock; 0 if nobody has.
  package var ownerNumber: UInt32 { Bits.owner(of: state.rawLoad(ordering: .relaxed)) }
}

// The word.
extension Lock {
  /// The bits of `state`: the owner's number, and what its release has to do.
  @usableFromInline
  enum Bits {
    @usableFromInline static let free: UInt32 = 0
    static let ownerMask: UInt32 = ThreadRecord.greatestNumber
    /// The release has to look at the line.
    static let parked: UInt32 = 1 << 31

    static func owner(of word: UInt32) -> UInt32 { word & ownerMask }
  }

  var subject: Subject { Subject(type, self, exclusion: .lock) }
  var quotedName: String { name.map { " \"\($0)\"" } ?? "" }

  func describeOwner(_ word: UInt32) -> String {
    let number = Bits.owner(of: word)
    guard number != Bits.free else { return "nobody" }
    let owner = Seam.world.registry.record(number: number)
    return owner.map { "thread \"\($0.name)\"" } ?? "a thread that has ended"
  }
}

extension Lock: Named {
  package var nameForReports: String? { name }
}
