/// What a thread does again and again without getting on: it waits until its time is over, gives way, or looks
/// at the same thing once more.
///
/// It could do so for ever before anybody else does anything, which no fair system would let it. So beyond
/// some limits it goes on only when nobody else can; see ``ControlledWorld/isTurn(of:)``.
struct Patience {
  /// How often the time of a thread may be over, or it may give way or look in vain, while others could go on.
  static let limit = 2
  /// How often a thread may give way if it does something in between.
  static let yieldLimit = 5

  /// How often its time was over, when it waited or slept.
  private(set) var timeouts = 0
  /// How often it has given way.
  private var yields = 0
  /// How often it has given way, or begun to look once more, since it last did anything but look.
  private var vainTurns = 0
  /// What it has looked at since, and what it has seen there.
  private var looks: [(address: UInt, bits: UInt64)] = []
  /// How often it has gone on because it was its turn.
  var turns = 0

  /// Forgets everything.
  mutating func reset() {
    (timeouts, yields, vainTurns, turns) = (0, 0, 0, 0)
    if !looks.isEmpty { looks.removeAll(keepingCapacity: true) }
  }

  /// Whether the thread may not give way, or look again, while others could go on.
  var isOver: Bool { vainTurns >= Self.limit || yields >= Self.yieldLimit }
  /// The same of a wait whose time is over.
  var isOverForTimeouts: Bool { timeouts >= Self.limit }

  /// Whether the thread has looked at an address, and done nothing since but look.
  func hasLooked(at address: UInt) -> Bool {
    looks.contains { $0.address == address }
  }

  mutating func noteTimeout() { timeouts += 1 }

  mutating func noteYield() {
    yields += 1
    noteTurn()
  }

  /// The thread has looked at an address; to see the same again begins another turn.
  mutating func noteLook(at address: UInt, seen bits: UInt64) {
    if let before = looks.first(where: { $0.address == address }) {
      if before.bits == bits { noteTurn() } else { noteChange() }
    }
    looks.append((address, bits))
  }

  /// The thread does something else, or others have.
  mutating func noteChange() {
    guard vainTurns > 0 || !looks.isEmpty else { return }
    vainTurns = 0
    looks.removeAll(keepingCapacity: true)
  }

  private mutating func noteTurn() {
    vainTurns += 1
    looks.removeAll(keepingCapacity: true)
  }
}
