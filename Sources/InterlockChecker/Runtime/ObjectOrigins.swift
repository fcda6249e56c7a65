/// How an object came to be, and where in it something is: the same in all executions that begin alike.
struct ObjectOrigin: Hashable {
  /// A part of what a thread does: from a step, or from a thread that it started in it, to the next one.
  struct Moment: Hashable {
    let thread: UInt32
    /// How many steps the thread had done.
    let step: UInt32
    /// How many threads it had started.
    let children: UInt32
  }

  /// When it was made, and by whom.
  let moment: Moment
  let kind: AccessLog.Object.Kind
  /// How many others of its kind were made in the moment before it.
  let ordinal: Int
  /// How many bytes of it come before.
  let offset: UInt

  /// Something among the frames of a thread, so many bytes below the end of its stack.
  ///
  /// What was there before, in frames that are gone, has the same origin.
  static func frame(of thread: Int, depth: Int) -> Self {
    Self(
      moment: Moment(thread: UInt32(truncatingIfNeeded: thread), step: .max, children: 0),
      kind: .size(0),
      ordinal: 0,
      offset: UInt(bitPattern: depth)
    )
  }
}

/// Which object of an execution memory belongs to, and how that came to be.
///
/// The objects are in the ``AccessLog``, in the order in which they were made; memory is used again, so the last
/// one at an address is the one that is there. Few objects are asked for, so nothing is done when one is
/// made. The first ones are looked through one by one, and when there are many of them an ``ObjectIndex`` is made.
///
/// Objects of one kind are counted for themselves: what is made in the first execution only, such as room that the
/// toolkit or the checker keeps for later, is of other kinds than what threads share.
struct ObjectOrigins {
  /// How many objects are looked through before they are put into the index.
  private static let patience = 128

  private let log: AccessLog
  private var index = ObjectIndex()

  init(_ log: AccessLog) {
    self.log = log
  }

  /// How many objects there are.
  var count: Int { log.objectCount }

  /// Another execution begins.
  mutating func beginExecution() { index.removeAll() }

  /// The last object that was made at an address.
  ///
  /// - Parameters:
  ///   - address: Where something is that is in use.
  ///   - first: The first object to look at.
  /// - Returns: Its number; `nil` if there is none.
  mutating func object(at address: UInt, since first: Int) -> Int? {
    let count = log.objectCount
    if count - max(first, index.count) > Self.patience { addToIndex(count) }
    for number in stride(from: count - 1, through: max(first, index.count), by: -1)
    where log.object(number).contains(address) {
      return number
    }
    guard first < index.count else { return nil }
    let number = index.object(at: address) { log.object($0).contains(address) }
    return number.flatMap { $0 < first ? nil : $0 }
  }

  /// How the object with a number came to be; `nil` if that says nothing, for other executions find it made, or
  /// something else has been made in its place.
  func origin(of number: Int, at address: UInt) -> ObjectOrigin? {
    let object = log.object(number)
    guard !object.isLasting, log.isThere(number) else { return nil }
    return ObjectOrigin(
      moment: object.moment,
      kind: object.kind,
      ordinal: ordinal(of: object, number),
      offset: address - object.address
    )
  }

  /// How many of its kind come before an object in its moment.
  private func ordinal(of object: AccessLog.Object, _ number: Int) -> Int {
    if number < index.count { return index.ordinal(of: number) }
    var ordinal = 0
    for earlier in stride(from: number - 1, through: index.count, by: -1) {
      let other = log.object(earlier)
      if other.moment != object.moment { return ordinal }
      if other.kind == object.kind, !other.isLasting { ordinal += 1 }
    }
    return ordinal + index.count(of: object.kind, in: object.moment)
  }

  private mutating func addToIndex(_ count: Int) {
    for number in index.count..<count { index.append(log.object(number)) }
  }
}
