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
  private var line: [ThreadRecord] = []

  /// What the lock was called, for reports.
  public let name: String?
  private let patience: UInt32
  private let type: StaticString

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
  public var isHeld: Bool { Bits.owner(of: state.load(ordering: .relaxed)) != Bits.free }

  /// Whether the calling thread holds the lock.
  public var isHeldByCurrentThread: Bool {
    Bits.owner(of: state.load(ordering: .relaxed)) == ThreadNumber.current
  }

  /// The thread that holds the lock.
  public var owner: ThreadIdentity? {
    let owner = Bits.owner(of: state.load(ordering: .relaxed))
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

  var subject: Subject { Subject(type, self, name: name) }
  private var quotedName: String { name.map { " \"\($0)\"" } ?? "" }

  private func describeOwner(_ word: UInt32) -> String {
    let number = Bits.owner(of: word)
    guard number != Bits.free else { return "nobody" }
    let owner = Seam.world.registry.record(number: number)
    return owner.map { "thread \"\($0.name)\"" } ?? "a thread that has ended"
  }
}

// Acquiring.
extension Lock {
  @inlinable @inline(__always)
  func isAcquiredAtOnce() -> Bool {
    // Ordering (L1): acquiring, pairs with the stores of `release` and `releaseSlowly`.
    !Seam.isWatched
      && state.rawCompareExchange(
        expected: Bits.free,
        desired: ThreadNumber.current,
        ordering: .acquiring
      )
  }

  @usableFromInline
  func acquireInLine() {
    Seam.perform(.acquire, on: subject) { _ = acquireSlowly(.acquire, until: nil) }
  }

  @usableFromInline
  func acquireInLine(until deadline: Deadline) -> Bool {
    Seam.attempt(.acquire, on: subject) { acquireSlowly(.acquire, until: deadline) }
  }

  @usableFromInline
  func tryAcquireWatched() -> Bool {
    guard Seam.isWatched else { return false }
    return Seam.attempt(.tryAcquire, on: subject) { take(as: ThreadNumber.current) }
  }

  /// Makes the word `word`, which says who owns the lock, if the lock is free.
  private func take(as word: UInt32) -> Bool {
    // Ordering (L1): acquiring, pairs with the stores of `release` and `releaseSlowly`.
    state.compareExchange(
      expected: Bits.free,
      desired: word,
      successOrdering: .acquiring,
      failureOrdering: .relaxed
    ).exchanged
  }

  /// Acquires the lock in the way that works always; gives up only with a deadline.
  private func acquireSlowly(_ kind: Operation.Kind, until deadline: Deadline?) -> Bool {
    let me = ThreadRecord.current
    if Bits.owner(of: state.load(ordering: .relaxed)) == me.number {
      misuse(
        "\(type).acquire()\(quotedName) by its own owner; this thread would wait for itself. "
          + "Acquire it once and pass the value down, or use a RecursiveLock."
      )
    }
    unsafe me.wakes = 0
    return acquireLoop(me, kind, until: deadline)
  }

  private func acquireLoop(
    _ me: ThreadRecord,
    _ kind: Operation.Kind,
    until deadline: Deadline?
  )
    -> Bool
  {
    // A thread that was woken answers for those that still sleep: it leaves `parked` behind.
    while !take(as: unsafe me.wakes == 0 ? me.number : me.number | Bits.parked) {
      guard enterLine(me) else { continue }
      switch me.waitForSignal(Operation(kind, subject), until: deadline) {
      case .given: return true
      case .tryAgain, .refused: unsafe me.wakes += 1
      case .none:
        if leaveLine(me) { return false }
        // Whoever released the lock has chosen this thread meanwhile.
        return me.signalled == .given || takeOrPassOn(me)
      }
    }
    return true
  }

  /// Stands in line, in front if the thread stood there before.
  ///
  /// - Returns: `false`, and the thread does not stand in line, if the lock is free.
  private func enterLine(_ me: ThreadRecord) -> Bool {
    me.prepareToWait()
    let wasWoken = unsafe me.wakes > 0
    return lineGuard.withLock {
      guard markParked() else { return false }
      line.insert(me, at: wasWoken ? 0 : line.count)
      return true
    }
  }

  /// Makes the owner look at the line when it releases.
  ///
  /// The caller has `lineGuard`.
  ///
  /// - Returns: `false` if there is no owner.
  private func markParked() -> Bool {
    var seen = state.load(ordering: .relaxed)
    while seen != Bits.free {
      let (isDone, now) = state.weakCompareExchange(
        expected: seen,
        desired: seen | Bits.parked,
        ordering: .relaxed
      )
      if isDone { return true }
      seen = now
    }
    return false
  }

  /// Gives up waiting in line.
  ///
  /// - Returns: `false` if the thread stands there no more: it was chosen.
  private func leaveLine(_ me: ThreadRecord) -> Bool {
    lineGuard.withLock {
      guard let place = line.firstIndex(where: { $0 === me }) else { return false }
      line.remove(at: place)
      if line.isEmpty { state.bitwiseAnd(~Bits.parked, ordering: .relaxed) }
      return true
    }
  }

  /// A thread that was woken gives up unless the lock is free; others that sleep must not suffer.
  ///
  /// - Returns: Whether the thread has the lock now.
  private func takeOrPassOn(_ me: ThreadRecord) -> Bool {
    lineGuard.withLock {
      while !take(as: me.number | Bits.parked) {
        if line.isEmpty || markParked() { return false }
      }
      return true
    }
  }
}

// Releasing.
extension Lock {
  @usableFromInline
  func releaseToLine() {
    Seam.perform(.release, on: subject) { releaseSlowly() }
  }

  /// Releases the lock in the way that works always.
  private func releaseSlowly() {
    let number = ThreadNumber.current
    let seen = state.load(ordering: .relaxed)
    guard Bits.owner(of: seen) == number else {
      misuse(
        "\(type).release()\(quotedName) by \"\(ThreadRecord.current.name)\", but "
          + "\(describeOwner(seen)) holds it. Only the thread that acquired a lock releases it."
      )
    }
    // Ordering (L1): releasing, pairs with `isAcquiredAtOnce` and `take`.
    if !state.compareExchange(expected: number, desired: Bits.free, ordering: .releasing).exchanged
    {
      releaseToNext()
    }
  }

  /// Releases the lock while threads sleep for it: wakes the next one, or hands the lock to it.
  private func releaseToNext() {
    let next = lineGuard.withLock { () -> ThreadRecord? in
      // The word has an owner and `parked` is guarded, so that nobody else changes it now.
      guard !line.isEmpty else {
        state.store(Bits.free, ordering: .releasing)
        return nil
      }
      let next = line.removeFirst()
      // SAFETY: `next` sleeps, so nobody else touches its count.
      let isHandedOver = unsafe next.wakes >= patience
      let others = line.isEmpty ? 0 : Bits.parked
      // Ordering (L1): releasing, pairs with `isAcquiredAtOnce` and `take`, and W1 for the one that is
      // given the lock.
      state.store(isHandedOver ? next.number | others : Bits.free, ordering: .releasing)
      // Only now, for a thread that is given the lock may release it at once. Before `lineGuard` is
      // free, for a thread that gave up looks for the signal when it is not in line any more.
      next.signal(isHandedOver ? .given : .tryAgain)
      return next
    }
    next?.parker.wake()
  }
}

// For conditions and monitors: threads that wait, without the lock, for something that holders of
// the lock bring about. They stand in a line of their own, which `lineGuard` guards too, and are
// moved to this lock's line by the holder who has brought it about. So they wake when they can have
// the lock, one after the other.
extension Lock {
  /// Lets the lock go, sleeps until another holder moves the thread to the line, and takes the lock.
  ///
  /// - Parameters:
  ///   - kind: What the thread does, for reports.
  ///   - subject: What it waits for.
  ///   - deadline: When to give up; `nil` never does.
  ///   - enter: Puts the thread in the other line. The thread has the lock and `lineGuard`.
  ///   - leave: Takes it out again, and says whether it stood there. The thread has `lineGuard`.
  /// - Returns: Whether the thread was moved; `false` if it gave up. It has the lock in any case.
  func waitOutside(
    _ kind: Operation.Kind,
    on subject: Subject,
    until deadline: Deadline?,
    enter: (ThreadRecord) -> Void,
    leave: (ThreadRecord) -> Bool
  ) -> Bool {
    let me = ThreadRecord.current
    me.prepareToWait()
    unsafe me.wakes = 0
    lineGuard.withLock { enter(me) }
    releaseSlowly()
    var reason = me.waitForSignal(Operation(kind, subject), until: deadline)
    if reason == .none {
      if lineGuard.withLock({ leave(me) }) {
        _ = acquireLoop(me, .acquire, until: nil)
        return false
      }
      // Moved meanwhile: the lock comes.
      reason = me.waitForSignal(Operation(kind, subject), until: nil)
    }
    if reason != .given {
      unsafe me.wakes = 1
      _ = acquireLoop(me, .acquire, until: nil)
    }
    return true
  }

  /// Puts threads of another line in this one.
  ///
  /// The caller holds the lock and `lineGuard`.
  func moveToLine(_ threads: some Sequence<ThreadRecord>) {
    line.append(contentsOf: threads)
    if !line.isEmpty { state.bitwiseOr(Bits.parked, ordering: .relaxed) }
  }
}
