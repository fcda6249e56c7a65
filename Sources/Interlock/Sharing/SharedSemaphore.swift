/// Permits that threads of several processes share.
///
/// A permit that a process has leased with `withPermit` comes back when the process dies. One that it has
/// taken bare, with `acquire`, is lost then, because nobody knows whether it meant to give it back:
/// ``lostPermits`` says so, and `release` replaces it.
///
///     let printers = try SharedSemaphore(permits: 2)
///     try pool.forEach(pages.map { Job($0, printers) }) { job in
///       job.printers.withPermit { job.print() }
///     }
///
/// ## Ordering
///
/// Everything before a release happens before everything after the acquisition that takes its permit.
///
/// ## Waiting
///
/// `acquire()` blocks until there are permits. The forms with a deadline give up when it passes, or when
/// the calling thread or task is cancelled; `tryAcquire()` never waits. Who comes first is not kept. At
/// most 64 processes can have permits at the same time; others wait.
///
/// ## Cost
///
/// That of a ``SharedLock``, and some thousand bytes copied. A permit of a process that has died is there
/// for others after a twentieth of a second at the most.
public final class SharedSemaphore: Sendable {
  private struct State: BitwiseCopyable, Sendable {
    var permits: Int32
    var lost: Int32 = 0
    /// For each process, how many it has leased, and how many it has taken bare.
    var holders = MemberTable()

    mutating func acquire(
      _ count: Int32,
      _ isLease: Bool,
      _ family: ProcessFamily
    ) -> Bool {
      if permits < count { repair(family) }
      guard permits >= count else { return false }
      let hasRoom = holders.update(family.member) { entry in
        if isLease { entry.first += count } else { entry.second += count }
      }
      guard hasRoom else {
        repair(family)
        return false
      }
      permits -= count
      return true
    }

    mutating func release(_ count: Int32, _ isLease: Bool, _ member: ProcessFamily.Member) {
      permits += count
      let entry = holders.entry(of: member)
      if entry.isFree { return }
      _ = holders.update(member) { entry in
        // Permits may be released by others than those who have taken them.
        if isLease { entry.first -= count } else { entry.second = max(0, entry.second - count) }
      }
    }

    mutating func repair(_ family: ProcessFamily) {
      guard let dead = holders.removeDead(family) else { return }
      permits += dead.first
      lost += dead.second
    }
  }

  private let cell: RobustCell<State>

  /// Makes a semaphore.
  ///
  /// - Throws: ``SharingError`` if the system has no memory for it.
  /// - Precondition: `permits` is from 0 to 2³⁰.
  public init(permits: Int) throws(SharingError) {
    guard 0...1 << 30 ~= permits else {
      misuse("SharedSemaphore(permits: \(permits)): there are from 0 to 2³⁰.")
    }
    cell = try RobustCell(.semaphore, State(permits: Int32(permits)))
  }

  private init(_ cell: RobustCell<State>) {
    self.cell = cell
  }

  private static func require(_ count: Int, _ call: StaticString) -> Int32 {
    guard 1...1 << 30 ~= count else { misuse("\(call): it is for 1 permit or more, up to 2³⁰.") }
    return Int32(count)
  }

  private func take(_ count: Int, _ isLease: Bool, until deadline: Deadline?) -> Bool {
    let count = Self.require(count, "SharedSemaphore.acquire()")
    let family = cell.family
    return cell.wait(until: deadline) { $0.acquire(count, isLease, family) ? true : nil } != nil
  }

  private func giveBack(_ count: Int, _ isLease: Bool) {
    let count = Self.require(count, "SharedSemaphore.release()")
    let member = cell.family.member
    cell.withLock { $0.release(count, isLease, member) }
    cell.announceChange()
  }

  /// Waits until there are permits, and takes them.
  public func acquire(_ count: Int = 1) { _ = take(count, false, until: nil) }

  /// Takes permits if they are there.
  ///
  /// - Returns: Whether it has.
  public func tryAcquire(_ count: Int = 1) -> Bool {
    let count = Self.require(count, "SharedSemaphore.tryAcquire()")
    let family = cell.family
    return cell.withLock { $0.acquire(count, false, family) }
  }

  /// Waits until there are permits and takes them, or gives up.
  ///
  /// - Returns: Whether it has; `false` if the deadline passed or the thread or task was cancelled.
  public func acquire(_ count: Int = 1, until deadline: Deadline) -> Bool {
    take(count, false, until: deadline)
  }

  /// Waits until there are permits and takes them, or gives up.
  ///
  /// - Returns: Whether it has; `false` if the time was over or the thread or task was cancelled.
  public func acquire(_ count: Int = 1, for duration: Duration) -> Bool {
    take(count, false, until: .after(duration))
  }

  /// Gives permits back, or adds new ones.
  public func release(_ count: Int = 1) { giveBack(count, false) }

  /// Runs `body` with a permit that comes back in any case, also if this process dies.
  ///
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func withPermit<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    _ = take(1, true, until: nil)
    defer { giveBack(1, true) }
    return try body()
  }

  /// Runs `body` with a permit that comes back in any case, also if this process dies, or gives up.
  ///
  /// - Returns: What `body` returns; `nil` if the deadline passed or the thread or task was cancelled.
  /// - Throws: What `body` throws.
  public func withPermit<Result, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard take(1, true, until: deadline) else { return nil }
    defer { giveBack(1, true) }
    return try body()
  }

  /// How many permits there are at the moment.
  public var availablePermits: Int {
    let family = cell.family
    return cell.withLock { state in
      state.repair(family)
      return Int(state.permits)
    }
  }

  /// How many permits were taken bare by processes that have died since.
  public var lostPermits: Int {
    let family = cell.family
    return cell.withLock { state in
      state.repair(family)
      return Int(state.lost)
    }
  }
}

extension SharedSemaphore: Codable {
  /// Hands the semaphore to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws { try cell.encode(to: encoder) }

  /// Takes a semaphore that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is none.
  public convenience init(from decoder: any Decoder) throws {
    self.init(try RobustCell(.semaphore, from: decoder))
  }
}
