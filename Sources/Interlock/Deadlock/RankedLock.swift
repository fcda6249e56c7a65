/// A lock with a rank: one that is acquired after those with smaller ranks.
///
/// Made by ``LockHierarchy/lock(rank:name:fairness:)``. To guard a value, use ``RankedMutex``.
///
///     let hierarchy = LockHierarchy(name: "house")
///     let door = hierarchy.lock(rank: 1, name: "door")
///     let safe = hierarchy.lock(rank: 2, name: "safe")
///     door.withLock {
///       safe.withLock { print("in the order of their ranks") }
///     }
///
/// ## Ordering
///
/// That of ``Lock``.
///
/// ## Waiting
///
/// That of ``Lock``. The rank is looked at before the thread waits.
///
/// ## Cost
///
/// That of ``Lock``, and that of the watch; see ``LockHierarchy``.
public final class RankedLock: Sendable {
  /// What the lock belongs to.
  public let hierarchy: LockHierarchy
  /// When it is acquired: after those with smaller ranks.
  public let rank: Int
  private let lock: Lock

  init(
    as type: StaticString,
    in hierarchy: LockHierarchy,
    rank: Int,
    name: String?,
    fairness: Lock.Fairness
  ) {
    self.hierarchy = hierarchy
    self.rank = rank
    lock = Lock(as: type, name: name, fairness: fairness)
  }

  /// Waits until the lock is free and takes it.
  ///
  /// - Precondition: The calling thread does not hold the lock. What the hierarchy does if the thread holds
  ///   another one that comes later was said when it was made.
  public func acquire() {
    let stack = watchOrder()
    lock.acquire()
    noteAcquired(stack)
  }

  /// Takes the lock if it is free, whatever the order.
  ///
  /// - Returns: Whether the calling thread has the lock now.
  public func tryAcquire() -> Bool {
    guard lock.tryAcquire() else { return false }
    noteAcquired(CallStack.capture())
    return true
  }

  /// Waits until the lock is free and takes it, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether the calling thread has the lock now; `false` if the deadline passed or the
  ///   thread was cancelled.
  /// - Precondition: As with ``acquire()``.
  public func acquire(until deadline: Deadline) -> Bool {
    let stack = watchOrder()
    guard lock.acquire(until: deadline) else { return false }
    noteAcquired(stack)
    return true
  }

  /// Waits until the lock is free and takes it, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether the calling thread has the lock now; `false` if the time was over or the
  ///   thread was cancelled.
  /// - Precondition: As with ``acquire()``.
  public func acquire(for duration: Duration) -> Bool { acquire(until: .after(duration)) }

  /// Lets the lock go.
  ///
  /// - Precondition: The calling thread holds the lock.
  public func release() {
    ThreadRecord.current.forgetHold(of: self)
    // The lock itself traps if the calling thread does not hold it.
    lock.release()
  }

  /// Runs `body` while holding the lock.
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
extension RankedLock {
  /// What the lock was called, for reports.
  public var name: String? { lock.name }

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

extension RankedLock: ExclusiveLock {
  /// Where the lock stands in the order in which several are acquired: that of the ranks.
  public var acquisitionOrder: AcquisitionOrder {
    AcquisitionOrder(hierarchy: hierarchy.number, rank: rank, number: lock.orderNumber.value)
  }
}

// Watching the order.
extension RankedLock {
  /// Looks whether the calling thread may wait for the lock.
  ///
  /// - Returns: Where the thread is.
  private func watchOrder() -> CallStack {
    let stack = CallStack.capture()
    let me = ThreadRecord.current
    if let held = me.greatestHold(in: hierarchy), held.rank >= rank,
      // That one is a mistake of another kind, which the lock names.
      !lock.isHeldByCurrentThread
    {
      hierarchy.respond(to: violation(by: me, held, stack))
    }
    return stack
  }

  private func violation(
    by thread: ThreadRecord,
    _ held: RankedHold,
    _ stack: CallStack
  ) -> LockHierarchy.Violation {
    LockHierarchy.Violation(
      hierarchy: hierarchy.name,
      thread: ThreadIdentity(thread),
      wanted: .init(hold(stack)),
      held: .init(held)
    )
  }

  private func hold(_ stack: CallStack) -> RankedHold {
    RankedHold(
      lock: ObjectIdentifier(self),
      hierarchy: hierarchy.number,
      rank: rank,
      type: lock.type,
      name: name,
      stack: stack
    )
  }

  private func noteAcquired(_ stack: CallStack) {
    ThreadRecord.current.noteHold(hold(stack))
  }
}

// The ranked locks that a thread holds; only the thread itself asks.
extension ThreadRecord {
  fileprivate func noteHold(_ hold: RankedHold) {
    unsafe rankedHolds.append(hold)
  }

  fileprivate func forgetHold(of lock: RankedLock) {
    let identity = ObjectIdentifier(lock)
    // The last one acquired is nearly always the first one released.
    guard let place = unsafe rankedHolds.lastIndex(where: { $0.lock == identity }) else { return }
    unsafe rankedHolds.remove(at: place)
  }

  fileprivate func greatestHold(in hierarchy: LockHierarchy) -> RankedHold? {
    let number = hierarchy.number
    var greatest: RankedHold?
    for index in unsafe rankedHolds.indices {
      let hold = unsafe rankedHolds[index]
      if hold.hierarchy == number, hold.rank >= greatest?.rank ?? .min { greatest = hold }
    }
    return greatest
  }
}
