import Interlock

/// How an event uses an object, as far as its order among other events matters.
///
/// Two events that use one object conflict, unless both use it in a way that commutes.
package enum Mode: UInt8, Hashable, Sendable {
  /// Looks at the object and leaves it as it is.
  case read
  /// Looks at the object or changes it, and is always possible: a store, an atomic update, an attempt
  /// to acquire a lock, its release, a signal.
  case write
  /// Waits until the object can be taken: a lock that is free, a semaphore above zero, a queue with
  /// elements.
  case take
  /// Waits until the object has room: a queue that is not full.
  case put
  /// Waits until nobody is inside alone, and enters; several may be inside together.
  case acquireShared
  /// Leaves what was entered together with others.
  case releaseShared
  /// Waits until nobody is inside, and enters.
  case acquireExclusive
  /// Leaves what was entered alone.
  case releaseExclusive

  /// Whether two such uses of one object can change places.
  var commutes: Bool {
    switch self {
    case .read, .acquireShared, .releaseShared: true
    case .write, .take, .put, .acquireExclusive, .releaseExclusive: false
    }
  }

  /// Whether whoever enters may be one of several, so that the state of the object in one order of the
  /// events says nothing about other orders.
  var isEntrance: Bool { self == .acquireShared || self == .acquireExclusive }
}

/// One object that an event uses, and how.
package struct Touch: Hashable, Sendable {
  /// The number of the object in the upper bits, the mode in the lowest three.
  fileprivate let bits: UInt32

  fileprivate init(bits: UInt32) {
    self.bits = bits
  }

  /// Uses the object with this number, which is below 2²⁸.
  package init(_ object: Int, _ mode: Mode) {
    guard object >= 0, object < 1 << 28 else {
      misuse("Touch.init(): \(object) is no number of an object; count objects from 0.")
    }
    bits = UInt32(object) << 3 | UInt32(mode.rawValue)
  }

  /// The number of the object.
  package var object: Int { Int(bits >> 3) }

  /// How it is used.
  package var mode: Mode {
    guard let mode = Mode(rawValue: UInt8(bits & 7)) else {
      misuse("Touch.mode: three bits name eight modes; report this.")
    }
    return mode
  }

  /// Whether two such uses can change places.
  var commutes: Bool { Self.commuting & (1 << (bits & 7)) != 0 }

  /// A bit for each mode that commutes.
  private static let commuting: UInt32 =
    1 << UInt32(Mode.read.rawValue) | 1 << UInt32(Mode.acquireShared.rawValue)
    | 1 << UInt32(Mode.releaseShared.rawValue)

  fileprivate func conflicts(with other: Touch) -> Bool {
    (bits ^ other.bits) >> 3 == 0 && !(commutes && other.commutes)
  }
}

/// The objects that an event uses: all that the search has to know of what it does.
///
/// A footprint is known before the event happens and follows from the operation alone, never from its
/// result: an attempt that fails has the same one as an attempt that succeeds. An event that a footprint
/// is too small for is several events.
package struct Footprint: Hashable, Sendable {
  /// How many objects one event can use.
  package static let capacity = 4

  private var touches = SIMD4<UInt32>(repeating: 0)
  /// How many objects the event uses.
  package private(set) var count = 0
  /// A bit for each object, by the last digits of its number: most pairs have none in common.
  private var mask: UInt64 = 0

  /// Nothing that others could notice.
  package init() {}

  /// One object.
  package init(_ object: Int, _ mode: Mode) {
    append(Touch(object, mode))
  }

  /// Adds an object, which is not in it yet.
  package mutating func append(_ touch: Touch) {
    guard count < Self.capacity else {
      misuse("Footprint.append(): one event uses at most 4 objects; make it several events.")
    }
    touches[count] = touch.bits
    count += 1
    mask |= 1 << UInt64(touch.object & 63)
  }

  /// The object at `position`, from 0.
  package subscript(position: Int) -> Touch { Touch(bits: touches[position]) }

  /// Whether the order of two events with these footprints matters.
  package func conflicts(with other: Footprint) -> Bool {
    guard mask & other.mask != 0 else { return false }
    for mine in 0..<count {
      for theirs in 0..<other.count where self[mine].conflicts(with: other[theirs]) { return true }
    }
    return false
  }

  /// The use of one object, if the event uses it.
  func position(of object: Int) -> Int? {
    for position in 0..<count where self[position].object == object { return position }
    return nil
  }

  /// Whether the event enters something where several may be inside.
  var hasEntrance: Bool {
    for position in 0..<count where self[position].mode.isEntrance { return true }
    return false
  }
}

extension Footprint: ExpressibleByArrayLiteral {
  /// These objects, at most ``capacity``.
  package init(arrayLiteral elements: Touch...) {
    for touch in elements { append(touch) }
  }
}
