/// Names for the objects that threads touch, the same in every execution of a body.
///
/// Addresses differ from execution to execution. But what a thread makes in a step follows from what it has done
/// before: so an object that is made in an execution is called after its ``ObjectOrigin``, and so is what
/// lies among the frames of a thread. No two objects have such a name in common.
///
/// Of other objects there is nobody to say which of this execution is which of the last one: those that were there
/// before, or that nobody has seen made; and all if objects are not seen at all. They are called after the
/// operations that touch them. Such an object gets its name when it is first touched: the one that was learned for
/// that operation before, or a new one. When another operation, which touched an object of another name before,
/// touches it too, the two names are the same from now on. Then what was stored under them is wrong, and
/// the search has to begin again; ``generation`` says so. It ends, because an operation gets a new name once.
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

  /// A word of all objects of a type.
  private struct Part: Hashable {
    let kind: AccessLog.Object.Kind
    let offset: UInt

    /// The part that something with this origin is; `nil` if nobody knows of what.
    init?(_ origin: ObjectOrigin) {
      guard case .type = origin.kind else { return nil }
      kind = origin.kind
      offset = origin.offset
    }
  }

  /// What an address of this execution is called.
  private struct Entry {
    let name: Int
    /// How many addresses were touched before it.
    let place: Int
    /// Whether the name is that of its origin.
    let isSure: Bool
    /// How many objects there were when it was last looked whether the memory has become another one.
    var objectCount: Int
  }

  /// The name of what came to be in this way.
  private var origins: [ObjectOrigin: Int] = [:]
  /// What was learned: the name of the object that an operation touches.
  private var learned: [Slot: Int] = [:]
  /// Names that turned out to be others.
  private var merged: [Int: Int] = [:]
  /// The name 0 is nobody's: it stands for all objects at once; and so is 1, which stands for cancellation.
  private var nextName = 2
  /// Words that turned out to be parts of the toolkit's objects, and which parts of which.
  private var lookedAt: Set<Int> = []
  private var parts: Set<Part> = []
  /// Goes up when names that were given out have become others.
  private(set) var generation = 0

  /// Who knows how objects came to be; `nil` if nobody does.
  var made: ObjectOrigins?
  /// Those of this execution.
  private var entries: [UInt: Entry] = [:]
  /// How many addresses it has touched.
  private var placeCount = 0

  init(_ log: AccessLog?) {
    made = log.map { ObjectOrigins($0) }
  }

  /// Another execution begins.
  mutating func beginExecution() {
    entries.removeAll(keepingCapacity: true)
    placeCount = 0
    made?.beginExecution()
  }

  /// The name of the object at an address, which an operation is about to touch.
  ///
  /// - Parameters:
  ///   - address: Where it is.
  ///   - slot: Which operation.
  ///   - frame: What an address is called that is among the frames of a thread.
  /// - Returns: A small number.
  mutating func name(
    of address: UInt,
    for slot: Slot,
    inFrame frame: (UInt) -> ObjectOrigin?
  ) -> Int {
    if let entry = currentEntry(at: address) {
      return entry.isSure ? root(entry.name) : learn(root(entry.name), for: slot)
    }
    let name: Int
    let origin = origin(of: address) ?? frame(address)
    if let origin {
      name = self.name(of: origin)
      // Some other execution may find it made.
      if learned[slot] == nil { learned[slot] = name }
    } else {
      name = learned[slot].map(root) ?? makeName()
      learned[slot] = name
    }
    entries[address] = Entry(
      name: name,
      place: placeCount,
      isSure: origin != nil,
      objectCount: made?.count ?? 0
    )
    placeCount += 1
    return name
  }

  /// Which of the objects of this execution, in the order in which they were touched, is at an address.
  ///
  /// It tells objects of one name from each other, and is the same in executions that begin alike.
  func place(of address: UInt) -> Int? { entries[address]?.place }

  /// What is known of an address, unless the memory has become another object since.
  private mutating func currentEntry(at address: UInt) -> Entry? {
    guard let entry = entries[address] else { return nil }
    guard let count = made?.count, count > entry.objectCount else { return entry }
    if made?.object(at: address, since: entry.objectCount) != nil { return nil }
    entries[address]?.objectCount = count
    return entry
  }

  private mutating func origin(of address: UInt) -> ObjectOrigin? {
    guard let number = made?.object(at: address, since: 0) else { return nil }
    return made?.origin(of: number, at: address)
  }

  private mutating func name(of origin: ObjectOrigin) -> Int {
    if let name = origins[origin] { return root(name) }
    let name = makeName()
    origins[origin] = name
    if let part = Part(origin), parts.contains(part) { lookedAt.insert(name) }
    return name
  }

  /// An operation touches an object with a name that was given for want of an origin.
  private mutating func learn(_ name: Int, for slot: Slot) -> Int {
    switch learned[slot].map(root) {
    case nil: learned[slot] = name
    case name: break
    case let other?: merge(other, name)
    }
    return name
  }

  private mutating func makeName() -> Int {
    defer { nextName += 1 }
    return nextName
  }

  private func root(_ name: Int) -> Int {
    guard !merged.isEmpty else { return name }
    var name = name
    while let next = merged[name] { name = next }
    return name
  }

  private mutating func merge(_ one: Int, _ other: Int) {
    let (kept, gone) = (min(one, other), max(one, other))
    merged[gone] = kept
    if lookedAt.contains(gone) { lookedAt.insert(kept) }
    generation += 1
  }
}

// Words that are parts of the toolkit's objects.
extension ObjectNames {
  /// Whether the word with a name is part of some object of the toolkit.
  func isLookedAt(_ name: Int) -> Bool { !lookedAt.isEmpty && lookedAt.contains(name) }

  /// The word at an address, which was accessed outside of operations, is one that operations touch, too; and
  /// so are those of other objects of its type.
  mutating func learnLook(at address: UInt) {
    guard let name = entries[address].map({ root($0.name) }), lookedAt.insert(name).inserted
    else { return }
    generation += 1
    let part = origins.first { root($0.value) == name }.flatMap { Part($0.key) }
    guard let part, parts.insert(part).inserted else { return }
    for (origin, name) in origins where Part(origin) == part { lookedAt.insert(root(name)) }
  }
}
