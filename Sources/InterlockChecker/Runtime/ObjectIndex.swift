/// Finds the last of many objects that was made at an address, and counts those of one kind.
///
/// Those that other executions find made are found, but not counted.
///
/// Memory is handed out in pieces of 16 bytes, so each of them belongs to one object at a time. Of an object that is
/// larger than a block, one at a time may begin in each block, and one that began before may end in it.
struct ObjectIndex {
  private static let pieceBits: UInt = 4
  private static let blockBits: UInt = 10

  /// For each piece of memory, the last small object in it.
  private var pieces: [UInt: Int] = [:]
  /// For each block, the last large object that begins in it, and the last one that goes on there.
  private var beginnings: [UInt: Int] = [:]
  private var continuations: [UInt: Int] = [:]
  /// For each object, how many of its kind come before it in its moment.
  private var ordinals: [Int] = []
  /// The moment of the last object, and how many of each kind there are in it.
  private var moment: ObjectOrigin.Moment?
  private var counts: [AccessLog.Object.Kind: Int] = [:]

  /// How many objects there are.
  var count: Int { ordinals.count }

  /// Forgets all of them.
  mutating func removeAll() {
    guard !ordinals.isEmpty else { return }
    moment = nil
    pieces.removeAll(keepingCapacity: true)
    beginnings.removeAll(keepingCapacity: true)
    continuations.removeAll(keepingCapacity: true)
    ordinals.removeAll(keepingCapacity: true)
    counts.removeAll(keepingCapacity: true)
  }

  /// Adds an object, whose number is ``count``.
  mutating func append(_ object: AccessLog.Object) {
    if moment != object.moment {
      moment = object.moment
      counts.removeAll(keepingCapacity: true)
    }
    let number = count
    ordinals.append(counts[object.kind, default: 0])
    if !object.isLasting { counts[object.kind, default: 0] += 1 }
    let last = object.address + max(object.size, 1) - 1
    if object.size <= 1 << Self.blockBits {
      for piece in object.address >> Self.pieceBits...last >> Self.pieceBits {
        pieces[piece] = number
      }
    } else {
      let first = object.address >> Self.blockBits
      beginnings[first] = number
      for block in first + 1..<(last >> Self.blockBits) + 1 { continuations[block] = number }
    }
  }

  /// The last object at an address.
  ///
  /// - Parameters:
  ///   - address: Where it is; it is in use.
  ///   - contains: Whether the object with a number has the byte there.
  /// - Returns: Its number; `nil` if there is none.
  func object(at address: UInt, if contains: (Int) -> Bool) -> Int? {
    let block = address >> Self.blockBits
    var last: Int?
    for number in [pieces[address >> Self.pieceBits], beginnings[block], continuations[block]] {
      guard let number, number > last ?? -1, contains(number) else { continue }
      last = number
    }
    return last
  }

  /// How many objects of its kind come before an object in its moment.
  func ordinal(of number: Int) -> Int { ordinals[number] }

  /// How many objects of a kind were made in a moment, if the last object was made in it; otherwise 0.
  func count(of kind: AccessLog.Object.Kind, in moment: ObjectOrigin.Moment) -> Int {
    moment == self.moment ? counts[kind, default: 0] : 0
  }
}
