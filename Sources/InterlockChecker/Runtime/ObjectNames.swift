/// Names for the objects that threads touch, the same in every execution of a body.
///
/// Addresses differ from execution to execution, and there is nobody to say which object of this
/// execution is which of the last one. But what a thread touches with its n-th operation follows from
/// what it has done before: so an object is called after the operations that touch it.
///
/// In each execution an object gets its name when it is first touched: the one that was learned for that
/// operation before, or a new one. When another operation, which touched an object of another name before,
/// touches it too, the two names are the same from now on. Then what was stored under them is wrong, and
/// the search has to begin again; ``generation`` says so. That happens a few times at the beginning, if at
/// all, for the first execution already touches most objects with most operations. It ends, because an
/// operation gets a new name once.
///
/// Two objects may get one name in this way, if an operation touches now one and now the other, depending on
/// what its thread has seen. That only makes the search do more than it must.
struct ObjectNames {
  /// What kind of object it is; objects of two kinds are two, though the same operation touches them.
  enum Sort: Hashable {
    case word, cell, lock, meetingPlace
    /// The lock that goes with a condition.
    case outerLock
  }

  /// The n-th operation of a thread, if it touches an object of this sort.
  struct Slot: Hashable {
    let thread: Int
    let number: Int
    let sort: Sort
  }

  /// What was learned: the name of the object that an operation touches.
  private var learned: [Slot: Int] = [:]
  /// Names that turned out to be others.
  private var merged: [Int: Int] = [:]
  /// The name 0 is nobody's: it stands for all objects at once; and so is 1, which stands for cancellation.
  private var nextName = 2
  /// Accesses to words that turned out to be parts of the toolkit's objects.
  private var lookingSlots: Set<Slot> = []
  /// Goes up when names that were given out have become others.
  private(set) var generation = 0

  /// Those of this execution, and which of its objects were touched first.
  private var names: [UInt: (name: Int, place: Int)] = [:]

  /// Another execution begins.
  mutating func beginExecution() {
    names.removeAll(keepingCapacity: true)
  }

  /// The name of the object at an address, which an operation is about to touch.
  mutating func name(of address: UInt, for slot: Slot) -> Int {
    let before = learned[slot].map(root)
    if let known = names[address] {
      let name = root(known.name)
      switch before {
      case nil: learned[slot] = name
      case name: break
      case let other?: merge(other, name)
      }
      return name
    }
    let name = before ?? makeName()
    learned[slot] = name
    names[address] = (name, names.count)
    return name
  }

  /// Which of the objects of this execution, in the order in which they were touched, is at an address.
  ///
  /// It tells objects of one name from each other, and is the same in executions that begin alike.
  func place(of address: UInt) -> Int? { names[address]?.place }

  /// Whether an access looks at a word that is part of some object of the toolkit.
  func isLook(_ slot: Slot) -> Bool { lookingSlots.contains(slot) }

  /// An access was to a word that operations touch, too.
  mutating func learnLook(_ slot: Slot) {
    if lookingSlots.insert(slot).inserted { generation += 1 }
  }

  private mutating func makeName() -> Int {
    defer { nextName += 1 }
    return nextName
  }

  private func root(_ name: Int) -> Int {
    var name = name
    while let next = merged[name] { name = next }
    return name
  }

  private mutating func merge(_ one: Int, _ other: Int) {
    let (kept, gone) = (min(one, other), max(one, other))
    merged[gone] = kept
    generation += 1
  }
}
