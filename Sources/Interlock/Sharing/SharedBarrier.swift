/// A meeting point for threads of several processes, which the death of one of them breaks.
///
/// The same barrier serves round after round. A process takes part from when it gets the barrier until it
/// lets go of it; if it dies meanwhile, the barrier breaks: everybody who waits gets a ``BarrierError``
/// instead of waiting for ever, and so does everybody who comes until ``reset()``.
///
///     let barrier = try SharedBarrier(parties: 2)
///     let halves = try [0, 1].map { try pool.submit(Half(number: $0, field, barrier)) { half in
///       for _ in 0..<half.rounds {
///         half.compute()
///         try half.barrier.arriveAndWait()
///       }
///     } }
///
/// ## Ordering
///
/// Everything a party does before it arrives happens before everything any party does after its
/// `arriveAndWait()`.
///
/// ## Waiting
///
/// `arriveAndWait()` blocks until the last party arrives or the barrier breaks. The form with a deadline
/// gives up when it passes, or when the calling thread or task is cancelled, and breaks the barrier for
/// all. At most 64 processes can have the barrier at the same time.
///
/// ## Cost
///
/// One atomic instruction to arrive. Before it sleeps a thread looks for some microseconds. Sleeping and
/// waking add one kernel call each. A death is noticed after a twentieth of a second at the most.
@safe
public final class SharedBarrier: Sendable {
  // Everything that a round needs is one word, changed by one instruction: no death tears it.
  //
  // | bits | hold |
  // |---|---|
  // | 0–30 | how many rounds have ended, modulo 2³¹ |
  // | 31 | whether the barrier is broken |
  // | 32–47 | how many parties have arrived in this round |
  // | 48–63 | which of the last sixteen rounds were ended by `reset`, the last one in bit 48 |
  //
  // Who waits sleeps on the lower half, which changes when the round ends or the barrier breaks. Whether
  // its last party has come stands in the same word, for as many rounds as may end before a waiter that
  // was let go has looked.

  private struct Rounds: Equatable {
    static let roundMask: UInt64 = (1 << 31) - 1
    static let brokenBit: UInt64 = 1 << 31

    var bits: UInt64

    var round: UInt32 { UInt32(bits & Self.roundMask) }
    var isBroken: Bool { bits & Self.brokenBit != 0 }
    var arrived: Int { Int(UInt16(truncatingIfNeeded: bits >> 32)) }
    /// What to sleep on.
    var half: UInt32 { UInt32(truncatingIfNeeded: bits) }

    func with(arrived: Int) -> Rounds {
      Rounds(bits: bits & ~(UInt64(UInt16.max) << 32) | UInt64(arrived) << 32)
    }

    /// Whether an earlier round was ended by `reset`.
    func wasReset(_ earlier: UInt32) -> Bool {
      let distance = (UInt64(round) &- UInt64(earlier)) & Self.roundMask
      return 1...16 ~= distance && (bits >> (47 + distance)) & 1 != 0
    }

    /// The first moment of the next round.
    func next(isReset: Bool) -> Rounds {
      let round = (UInt64(round) + 1) & Self.roundMask
      let resets = (bits >> 48) << 1 | (isReset ? 1 : 0)
      return Rounds(bits: round | resets << 48)
    }

    var broken: Rounds { Rounds(bits: bits | Self.brokenBit) }
  }

  private enum Place {
    static let rounds = 0
    static let parties = 64
    static let sleepers = 128
    static let size = 192
  }

  private enum Arrival {
    case last, broken
    case waits(Rounds)
  }

  /// How long a sleeper relies on being woken.
  private static let patience = Duration.milliseconds(50)

  private let memory: SharedMemory
  /// How many handles each process has.
  private let members: RobustCell<MemberTable>
  private let word: SharedLongWord
  private let half: SharedWord
  private let sleepers: SharedWord
  private let spin = SpinHint()

  /// How many threads meet.
  public let parties: Int

  /// Makes a barrier.
  ///
  /// - Parameter parties: How many threads meet.
  /// - Throws: ``SharingError`` if the system has no memory for it.
  /// - Precondition: `parties` is from 1 to 65,535.
  public convenience init(parties: Int) throws(SharingError) {
    guard 1...65_535 ~= parties else {
      misuse("SharedBarrier(parties: \(parties)): there are from 1 to 65,535.")
    }
    let memory = try SharedMemory(.barrier, of: UInt64.self, bytes: Place.size)
    Self.word(memory, Place.parties).store(UInt32(parties), ordering: .relaxed)
    try self.init(memory, try RobustCell(.members, MemberTable()))
  }

  private init(
    _ memory: SharedMemory,
    _ members: RobustCell<MemberTable>
  ) throws(SharingError) {
    try memory.check(.barrier, of: UInt64.self, bytes: Place.size)
    let parties = Self.word(memory, Place.parties).load(ordering: .relaxed)
    guard 1...65_535 ~= parties else {
      throw SharingError(.mismatch, "a barrier is for \(parties) parties")
    }
    try members.register()
    self.memory = memory
    self.members = members
    self.parties = Int(parties)
    unsafe word = SharedLongWord(at: memory.elements + Place.rounds)
    half = Self.word(memory, Place.rounds)
    sleepers = Self.word(memory, Place.sleepers)
  }

  deinit {
    members.unregister()
  }

  private static func word(_ memory: SharedMemory, _ place: Int) -> SharedWord {
    unsafe SharedWord(
      at: (memory.elements + place).bindMemory(to: UInt32.self, capacity: 1)
    )
  }

  private var rounds: Rounds {
    Rounds(bits: word.load(ordering: .acquiring))
  }

  /// Replaces the rounds by what `next` makes of them.
  ///
  /// - Returns: What they were; `nil` if `next` refused.
  @discardableResult
  private func change(_ next: (Rounds) -> Rounds?) -> Rounds? {
    var seen = rounds.bits
    // Ordering (B1): releasing what the party did before, acquiring what the others did.
    while let wanted = next(Rounds(bits: seen)) {
      if word.compareExchange(&seen, wanted.bits, ordering: .sequentiallyConsistent) {
        return Rounds(bits: seen)
      }
    }
    return nil
  }

  /// Lets everybody who sleeps look.
  private func wakeAll() {
    // Ordering: sequentially consistent, pairs with `arrive`: either the sleeper sees the new half, or
    // this sees the sleeper.
    if sleepers.load(ordering: .sequentiallyConsistent) != 0 { half.wake(.max) }
  }
}

// Meeting.
extension SharedBarrier {
  /// Waits until all parties have arrived.
  ///
  /// - Returns: The caller's number in this round: each from 0 to `parties` - 1 once, 0 for the last one.
  /// - Throws: ``BarrierError`` if the barrier is broken, or breaks.
  @discardableResult
  public func arriveAndWait() throws(BarrierError) -> Int {
    try arrive(until: nil)
  }

  /// Waits until all parties have arrived, or gives up and breaks the barrier.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: The caller's number in this round.
  /// - Throws: ``BarrierError`` if the barrier is broken, or breaks.
  @discardableResult
  public func arriveAndWait(until deadline: Deadline) throws(BarrierError) -> Int {
    try arrive(until: deadline)
  }

  private func arrive(until deadline: Deadline?) throws(BarrierError) -> Int {
    let before = change { rounds in
      if rounds.isBroken { return nil }
      let arrived = rounds.arrived + 1
      return arrived == parties ? rounds.next(isReset: false) : rounds.with(arrived: arrived)
    }
    guard let before else { throw BarrierError(reason: .broken) }
    let index = parties - before.arrived - 1
    if index == 0 {
      wakeAll()
      return 0
    }
    let isInTime = SharedWait.run(until: deadline) { wait in
      if spin.look(at: half, while: before.half) { return true }
      sleepers.update(ordering: .sequentiallyConsistent) { $0 &+ 1 }
      defer { sleepers.update(ordering: .sequentiallyConsistent) { $0 &- 1 } }
      while rounds.half == before.half {
        guard wait.sleep(on: half, while: before.half, atMost: Self.patience) else { return false }
        if rounds.half == before.half { lookForDeaths() }
      }
      return true
    }
    // Who gives up breaks the round, unless it has ended meanwhile.
    let hasBroken = !isInTime && change { $0.half == before.half ? $0.broken : nil } != nil
    if hasBroken { wakeAll() }
    guard !hasBroken else {
      throw BarrierError(reason: deadline?.hasPassed ?? false ? .timedOut : .cancelled)
    }
    // Broken in this round, or ended by a reset.
    let after = rounds
    if after.round == before.round || after.wasReset(before.round) {
      throw BarrierError(reason: .broken)
    }
    return index
  }

  /// Breaks the barrier if a process has died that had it.
  private func lookForDeaths() {
    var seen = rounds
    while members.hasDead {
      // Not a later round: a reset may have forgotten the dead since.
      if change({ $0.round == seen.round ? $0.broken : nil }) != nil {
        members.forgetDead()
        return wakeAll()
      }
      seen = rounds
    }
  }

  /// Breaks the barrier: everybody who waits gets an error, and everybody who comes.
  public func abort() {
    change { $0.broken }
    wakeAll()
  }

  /// Makes the barrier as new; whoever waits gets an error.
  public func reset() {
    let hadDead = members.forgetDead()
    // What is as new stays so: a round for it would push out of the word what earlier waiters need.
    change { hadDead || $0.isBroken || $0.arrived > 0 ? $0.next(isReset: true) : nil }
    wakeAll()
  }

  /// Whether the barrier is broken.
  public var isBroken: Bool {
    lookForDeaths()
    return rounds.isBroken
  }

  /// How many threads wait.
  public var waiterCount: Int { rounds.arrived }
}

extension SharedBarrier: Codable {
  private enum CodingKeys: CodingKey {
    case memory, members
  }

  /// Hands the barrier to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(memory, forKey: .memory)
    try members.encode(to: values.superEncoder(forKey: .members))
  }

  /// Takes a barrier that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is none, or if too many processes have it.
  public convenience init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      values.decode(SharedMemory.self, forKey: .memory),
      RobustCell(.members, from: values.superDecoder(forKey: .members))
    )
  }
}
