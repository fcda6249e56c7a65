/// The rules of an arbitrator between processes: who holds which resource, and a line of requests.
///
/// It is part of a state in shared memory, so it has a fixed size; a set of resources is a word of bits.
///
/// Nobody is given anything: whoever waits looks again whenever something has changed, and takes what it
/// wants if nothing of it is held, or wanted by somebody further in front. So whoever dies while it waits
/// has had nothing, and its request only has to be taken out of the line.
struct SharedArbitratorRules: BitwiseCopyable, Sendable {
  /// A thread of a process.
  struct Party: BitwiseCopyable, Hashable, Sendable {
    let member: ProcessFamily.Member
    let thread: UInt32

    static let nobody = Party(member: .nobody, thread: 0)
  }

  struct Request: BitwiseCopyable, Sendable {
    let party: Party
    let wanted: UInt64
  }

  enum Entry: Equatable {
    /// All of it is the party's.
    case pass
    /// The party stands in line.
    case wait
    /// The party would have to wait while it holds something.
    case refuse
    /// There is no room in the line.
    case full
  }

  /// How many resources there can be, and how many parties can wait in line.
  static let limit = 64

  private var owners = [64 of Party](repeating: .nobody)
  private var line = [64 of Request](repeating: Request(party: .nobody, wanted: 0))
  private(set) var waiterCount = 0
  /// The resources that are held.
  private(set) var held: UInt64 = 0
  /// Those whose holder has died, and that nobody has declared mended.
  private(set) var torn: UInt64 = 0

  /// Those that a party holds.
  func held(by party: Party) -> UInt64 {
    var bits: UInt64 = 0
    for index in 0..<Self.limit where held & 1 << index != 0 && owners[index] == party {
      bits |= 1 << index
    }
    return bits
  }

  /// Who holds a resource.
  func owner(of index: Int) -> Party? { held & 1 << index != 0 ? owners[index] : nil }

  /// Those that are waited for by parties in front of a place.
  private func promised(before place: Int) -> UInt64 {
    (0..<place).reduce(0) { $0 | line[$1].wanted }
  }

  /// Takes all that is wanted if nothing of it is held, and nobody waits for any of it.
  mutating func acquireAtOnce(_ wanted: UInt64, _ party: Party) -> Bool {
    guard wanted & (held | promised(before: waiterCount)) == 0 else { return false }
    hand(wanted, to: party)
    return true
  }

  /// The same for a party that stands in line, or puts it there.
  mutating func acquire(_ wanted: UInt64, _ party: Party) -> Entry {
    if held(by: party) != 0 { return .refuse }
    guard let place = place(of: party) else {
      if acquireAtOnce(wanted, party) { return .pass }
      guard waiterCount < Self.limit else { return .full }
      line[waiterCount] = Request(party: party, wanted: wanted)
      waiterCount += 1
      return .wait
    }
    guard wanted & (held | promised(before: place)) == 0 else { return .wait }
    remove(at: place)
    hand(wanted, to: party)
    return .pass
  }

  /// Takes resources back.
  ///
  /// - Returns: `false`, and nothing has changed, if the party does not hold all of them.
  mutating func release(_ given: UInt64, _ party: Party) -> Bool {
    guard given & ~held(by: party) == 0 else { return false }
    held &= ~given
    return true
  }

  /// Takes a party out of the line.
  mutating func leave(_ party: Party) {
    if let place = place(of: party) { remove(at: place) }
  }

  /// Says that resources are whole again.
  ///
  /// - Returns: `false`, and nothing has changed, if the party does not hold all of them.
  mutating func mend(_ mended: UInt64, _ party: Party) -> Bool {
    guard mended & ~held(by: party) == 0 else { return false }
    torn &= ~mended
    return true
  }

  /// Takes back what the dead hold, and their requests.
  ///
  /// - Returns: Whether there was anything.
  mutating func removeDead(_ isAlive: (ProcessFamily.Member) -> Bool) -> Bool {
    var isChanged = false
    for index in 0..<Self.limit where held & 1 << index != 0 && !isAlive(owners[index].member) {
      held &= ~(1 << index)
      torn |= 1 << index
      isChanged = true
    }
    for place in (0..<waiterCount).reversed() where !isAlive(line[place].party.member) {
      remove(at: place)
      isChanged = true
    }
    return isChanged
  }

  private func place(of party: Party) -> Int? {
    (0..<waiterCount).first { line[$0].party == party }
  }

  private mutating func remove(at place: Int) {
    waiterCount -= 1
    for index in place..<waiterCount { line[index] = line[index + 1] }
  }

  private mutating func hand(_ wanted: UInt64, to party: Party) {
    held |= wanted
    for index in 0..<Self.limit where wanted & 1 << index != 0 { owners[index] = party }
  }
}
