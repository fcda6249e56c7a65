/// The rules of a barrier, in one word that changes as a whole.
///
/// | bits | holds |
/// |---|---|
/// | 0–15 | `arrived`: how many parties wait for the others |
/// | 16–31 | `parties` |
/// | 32 | `isBroken`: whoever comes is refused until a reset; nobody waits |
/// | 33 | `isActing`: all have arrived, and the last one runs the action |
/// | 34 | `hasSleepers`: whoever ends the round has somebody to wake |
/// | 35–47 | how the last 13 rounds ended, the latest first: 1 for broken |
/// | 48–63 | `round`, modulo 2¹⁶ |
///
/// A round ends when the last party arrives, when the action has run, or when it breaks; then `round`
/// grows, and `arrived`, `isActing` and `hasSleepers` are zero again. So a waiting thread only looks
/// at `round`, and finds in the history how its own one ended. The history may be too short for a
/// thread that looks away while others reset the barrier again and again, or while more threads than
/// parties meet: then the barrier counts breaks.
struct BarrierRules: Equatable {
  var bits: UInt64

  private enum Place {
    static let arrived: UInt64 = 0
    static let parties: UInt64 = 16
    static let history: UInt64 = 35
    static let round: UInt64 = 48
    static let count: UInt64 = 0xFFFF
    static let isBroken: UInt64 = 1 << 32
    static let isActing: UInt64 = 1 << 33
    static let hasSleepers: UInt64 = 1 << 34
    static let rememberedRounds: UInt64 = 13
    static let rememberedMask: UInt64 = 1 << rememberedRounds - 1
  }

  /// As many threads as can meet.
  static let greatestParties = Int(Place.count)

  /// What an arriving thread has to do.
  enum Arrival: Equatable {
    /// The barrier is broken.
    case refuse
    /// The action of a round runs that the thread does not belong to: wait for its end, come again.
    case early(round: UInt64)
    /// Wait for the others.
    case wait(round: UInt64, index: Int)
    /// Run the action and finish the round: all have arrived.
    case act(round: UInt64, index: Int)
    /// Go on: all have arrived, and the round has ended.
    case pass(round: UInt64, index: Int)
  }

  init(bits: UInt64) {
    self.bits = bits
  }

  init(parties: Int) {
    bits = UInt64(parties) << Place.parties
  }

  private(set) var arrived: Int {
    get { Int(bits >> Place.arrived & Place.count) }
    set { set(Place.count << Place.arrived, UInt64(newValue) << Place.arrived) }
  }

  private(set) var parties: Int {
    get { Int(bits >> Place.parties & Place.count) }
    set { set(Place.count << Place.parties, UInt64(newValue) << Place.parties) }
  }

  private(set) var isBroken: Bool {
    get { bits & Place.isBroken != 0 }
    set { set(Place.isBroken, newValue ? Place.isBroken : 0) }
  }

  private(set) var isActing: Bool {
    get { bits & Place.isActing != 0 }
    set { set(Place.isActing, newValue ? Place.isActing : 0) }
  }

  private(set) var hasSleepers: Bool {
    get { bits & Place.hasSleepers != 0 }
    set { set(Place.hasSleepers, newValue ? Place.hasSleepers : 0) }
  }

  var round: UInt64 { bits >> Place.round }

  private mutating func set(_ mask: UInt64, _ value: UInt64) {
    bits = bits & ~mask | value
  }
}

// Events.
extension BarrierRules {
  mutating func arrive(hasAction: Bool) -> Arrival {
    guard !isBroken else { return .refuse }
    guard !isActing else { return .early(round: round) }
    let index = arrived
    guard index + 1 >= parties else {
      arrived = index + 1
      return .wait(round: round, index: index)
    }
    return complete(index: index, hasAction: hasAction)
  }

  /// One party less; `refuse` if there is none left.
  mutating func drop(hasAction: Bool) -> Arrival {
    guard parties > 0 else { return .refuse }
    parties -= 1
    guard !isBroken, !isActing, arrived > 0, arrived >= parties else {
      return .wait(round: round, index: 0)
    }
    return complete(index: 0, hasAction: hasAction)
  }

  private mutating func complete(index: Int, hasAction: Bool) -> Arrival {
    let round = round
    if hasAction {
      isActing = true
      return .act(round: round, index: index)
    }
    end(isBroken: false)
    return .pass(round: round, index: index)
  }

  /// The action has returned or thrown.
  ///
  /// - Returns: `false` if the round was broken while it ran.
  mutating func finishAction(of round: UInt64, hasFailed: Bool) -> Bool {
    guard self.round == round, isActing else { return false }
    end(isBroken: hasFailed)
    isBroken = hasFailed
    return true
  }

  mutating func abort() {
    if arrived > 0 || isActing { end(isBroken: true) }
    isBroken = true
  }

  mutating func reset() {
    if arrived > 0 || isActing { end(isBroken: true) }
    isBroken = false
  }

  /// A party of a round gives up, which breaks the barrier.
  ///
  /// - Returns: `false` if there is nothing to give up any more: the round has ended, or all have
  ///   arrived.
  mutating func giveUp(in round: UInt64) -> Bool {
    guard self.round == round, !isActing else { return false }
    abort()
    return true
  }

  /// A party of a round is going to sleep.
  ///
  /// - Returns: `false` if the round has ended.
  mutating func sleep(in round: UInt64) -> Bool {
    guard self.round == round else { return false }
    hasSleepers = true
    return true
  }

  private mutating func end(isBroken: Bool) {
    let history = (bits >> Place.history) << 1 & Place.rememberedMask | (isBroken ? 1 : 0)
    let next = (round + 1) & Place.count
    let parties = parties
    self = BarrierRules(parties: parties)
    bits |= history << Place.history | next << Place.round
  }

  /// How a round ended; `nil` if it has not.
  ///
  /// Where the history does not reach the answer is `complete`; see ``remembers(_:)``.
  func outcome(of round: UInt64) -> Outcome? {
    let distance = distance(from: round)
    guard distance > 0 else { return nil }
    guard distance <= Place.rememberedRounds else { return .complete }
    return bits >> (Place.history + distance - 1) & 1 == 0 ? .complete : .broken
  }

  /// Whether the history reaches back to a round.
  func remembers(_ round: UInt64) -> Bool { distance(from: round) <= Place.rememberedRounds }

  private func distance(from round: UInt64) -> UInt64 { (self.round &- round) & Place.count }

  enum Outcome {
    case complete
    case broken
  }
}
