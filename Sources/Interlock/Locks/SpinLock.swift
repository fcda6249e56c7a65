/// A lock whose waiters never sleep: they look again and again.
///
/// It is here to be learnt from, and to be measured against ``Lock``. A waiter burns its CPU, which
/// the owner may need to get on: with more threads than CPUs a spin lock is the slowest lock there
/// is, and with threads of different priorities it may never be free again.
///
///     let lock = SpinLock()
///     lock.withLock { count += 1 }
///
/// ## Ordering
///
/// Everything a thread does before `release()` happens before everything another thread does after
/// the `acquire()` that follows it.
///
/// ## Waiting
///
/// `acquire()` spins until the lock is free; every so often it lets other threads run. The forms with
/// a deadline give up when it passes, or when the calling thread is cancelled. Nobody stands in line:
/// a thread may be overtaken without end.
///
/// ## Cost
///
/// Two atomic instructions for an acquisition and its release, and all the CPU time that waiting
/// takes.
public final class SpinLock: Sendable {
  /// What the lock was called, for reports.
  public let name: String?

  private static let free: UInt32 = 0
  /// How often to look before letting others run.
  private static let looks = 64

  // The number of the thread that holds the lock, or `free`.
  private let word = Atomic<UInt32>(free)
  let orderNumber = LockNumber()

  /// Creates a lock that is free.
  public init(name: String? = nil) {
    self.name = name
  }

  deinit {
    if Seam.isWatched { LockWatch.shared.forget(subject) }
    if word.rawLoad(ordering: .relaxed) != Self.free, Seam.watchingWorld == nil {
      let holder = owner.map { "thread \"\($0.name)\"" } ?? "a thread that has ended"
      misuse("a SpinLock\(quotedName) is destroyed while \(holder) holds it")
    }
  }

  /// Spins until the lock is free and takes it.
  ///
  /// - Precondition: The calling thread does not hold the lock.
  public func acquire() {
    Seam.perform(.acquire, on: subject) { _ = spin(until: nil) }
  }

  /// Takes the lock if it is free.
  ///
  /// - Returns: Whether the calling thread has the lock now.
  public func tryAcquire() -> Bool {
    Seam.attempt(.tryAcquire, on: subject) { isTaken(by: ThreadNumber.current) }
  }

  /// Spins until the lock is free and takes it, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether the calling thread has the lock now; `false` if the deadline passed or the
  ///   thread was cancelled.
  /// - Precondition: The calling thread does not hold the lock.
  public func acquire(until deadline: Deadline) -> Bool {
    Seam.attempt(.acquire, on: subject, mayGiveUp: true) { spin(until: deadline) }
  }

  /// Spins until the lock is free and takes it, or gives up.
  ///
  /// - Parameter duration: How long to spin at the most.
  /// - Returns: Whether the calling thread has the lock now; `false` if the time was over or the
  ///   thread was cancelled.
  /// - Precondition: The calling thread does not hold the lock.
  public func acquire(for duration: Duration) -> Bool {
    acquire(until: .after(duration))
  }

  /// Lets the lock go.
  ///
  /// - Precondition: The calling thread holds the lock.
  public func release() {
    Seam.perform(.release, on: subject) {
      guard word.load(ordering: .relaxed) == ThreadNumber.current else {
        // It went on without the lock.
        if Seam.isEnding { return }
        misuse(
          "SpinLock.release()\(quotedName) by a thread that does not hold it. Only the thread that "
            + "acquired a lock releases it."
        )
      }
      // Ordering (S1): releasing, pairs with the exchange in `isTaken`.
      word.store(Self.free, ordering: .releasing)
    }
  }

  /// Runs `body` while holding the lock.
  public func withLock<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    acquire()
    defer { release() }
    return try body()
  }

  /// The thread that holds the lock.
  ///
  /// The answer may be old when it arrives.
  public var owner: ThreadIdentity? {
    Seam.world.registry.record(number: Seam.look(at: subject) { ownerNumber })
      .map(ThreadIdentity.init)
  }

  /// Whether some thread holds the lock.
  public var isHeld: Bool { Seam.look(at: subject) { ownerNumber } != Self.free }

  /// Whether the calling thread holds the lock.
  public var isHeldByCurrentThread: Bool {
    // Nobody else can change the answer, so no world needs to know of the question.
    ownerNumber == ThreadNumber.current
  }
}

extension SpinLock {
  /// The number of the thread that has the lock; 0 if nobody has.
  package var ownerNumber: UInt32 { word.rawLoad(ordering: .relaxed) }

  private var subject: Subject { Subject("SpinLock", self, exclusion: .spinLock) }
  private var quotedName: String { name.map { " \"\($0)\"" } ?? "" }

  private func isTaken(by number: UInt32) -> Bool {
    // Ordering (S1): acquiring, pairs with the store in `release`.
    word.compareExchange(expected: Self.free, desired: number, ordering: .acquiring).exchanged
  }

  private func spin(until deadline: Deadline?) -> Bool {
    let me = ThreadRecord.current
    if word.load(ordering: .relaxed) == me.number {
      misuse(
        "SpinLock.acquire()\(quotedName) by its own owner; this thread would spin for ever. "
          + "Acquire it once and pass the value down."
      )
    }
    while true {
      // Looking does not take the word away from its owner's CPU; trying does.
      for _ in 0..<Self.looks where word.load(ordering: .relaxed) == Self.free {
        if isTaken(by: me.number) { return true }
      }
      if let deadline, deadline.hasPassed || me.isCancelled { return false }
      Seam.world.yield()
      if Seam.isEnding { return false }
    }
  }
}

extension SpinLock: Named {
  package var nameForReports: String? { name }
}
