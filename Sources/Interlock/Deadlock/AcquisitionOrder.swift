/// Where a lock stands in the one order in which several are acquired.
///
/// All threads that take several locks in this order can never wait for each other in a circle. A lock
/// between processes has the same place in each of them.
///
/// Types of your own that conform to ``ExclusiveLock`` need not do anything for it.
public struct AcquisitionOrder: Hashable, Sendable {
  /// Locks of different groups are not mixed up, whatever numbers they have.
  private let group: UInt64
  private let rank: Int
  private let number: UInt64

  private enum Group {
    static let numbered: UInt64 = 0
    static let shared: UInt64 = 1
    static let foreign: UInt64 = 2
    static let firstHierarchy: UInt64 = 3
  }

  /// The place of an object, among those that live.
  public init(of object: AnyObject) {
    group = Group.foreign
    rank = 0
    number = UInt64(UInt(bitPattern: ObjectIdentifier(object)))
  }

  /// The place of a lock that has a number.
  init(number: UInt64) {
    group = Group.numbered
    rank = 0
    self.number = number
  }

  /// The place of a lock between processes, which know it by this number.
  init(shared number: UInt64) {
    group = Group.shared
    rank = 0
    self.number = number
  }

  /// The place of a lock with a rank.
  init(hierarchy: UInt64, rank: Int, number: UInt64) {
    group = Group.firstHierarchy + hierarchy
    self.rank = rank
    self.number = number
  }
}

extension AcquisitionOrder: Comparable {
  /// Whether the left lock is acquired before the right one.
  public static func < (left: AcquisitionOrder, right: AcquisitionOrder) -> Bool {
    (left.group, left.rank, left.number) < (right.group, right.rank, right.number)
  }
}

/// The number of a lock, which it gets when it is first acquired together with others.
///
/// An address would do for that, but it is another one in each run, and then a checker could not repeat
/// a run.
struct LockNumber: ~Copyable, Sendable {
  private static let none: UInt64 = 0
  private static let last = Atomic<UInt64>(none)

  private let word = Atomic<UInt64>(none)

  /// A number that nothing else has.
  static func next() -> UInt64 { last.rawWrappingAdd(1) }

  /// The number; it stays as it is.
  var value: UInt64 {
    let seen = word.rawLoad(ordering: .relaxed)
    if seen != Self.none { return seen }
    // Ordering: relaxed, for nothing but the number itself is handed over.
    _ = word.rawCompareExchange(expected: Self.none, desired: Self.next(), ordering: .relaxed)
    return word.rawLoad(ordering: .relaxed)
  }
}
