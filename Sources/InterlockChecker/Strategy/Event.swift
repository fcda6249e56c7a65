/// Which event of which thread.
///
/// Numbers of threads belong to an exploration, not to a run: the same thread has the same one in every
/// run, however the others are scheduled.
package struct EventID: Hashable, Sendable {
  private let threadBits: Int32
  private let indexBits: Int32

  /// The event of `thread` before which it had `index` others.
  package init(thread: Int, index: Int) {
    threadBits = Int32(truncatingIfNeeded: thread)
    indexBits = Int32(truncatingIfNeeded: index)
  }

  /// The number of the thread.
  package var thread: Int { Int(threadBits) }
  /// How many events the thread had before.
  package var index: Int { Int(indexBits) }
}

/// One step of one thread that others can notice.
///
/// Everything but the label and the moment is known while the event is still pending. Of events that
/// are pending, ``labelCount`` and the moment have no meaning yet.
package struct Event: Hashable, Sendable {
  /// Which event it is.
  package let id: EventID
  /// What was chosen, of ``labelCount`` possibilities; 0 is always one of them.
  package var label: Int32
  /// How many possibilities there were.
  package var labelCount: Int32
  /// What it uses.
  package let footprint: Footprint
  /// What made it possible and is in no other way before it: the start of its thread, a signal, the last
  /// event of a thread that was joined.
  package let after: EventID?
  /// Another such event.
  package let alsoAfter: EventID?
  /// Whether the thread says by it that others should go first.
  package let isYield: Bool
  /// Whether it is possible only when no other thread can go on: so it comes after all that was before.
  package var isAfterAll = false
  /// ``taken``, or -1.
  private var takenBits: Int32 = -1
  /// Bits of ``couldTake(_:)`` and ``couldPut(_:)``, two for each object.
  private var moment: UInt8 = 0

  /// An event that is pending.
  package init(
    _ id: EventID,
    _ footprint: Footprint,
    after: EventID? = nil,
    alsoAfter: EventID? = nil,
    isYield: Bool = false
  ) {
    self.id = id
    self.footprint = footprint
    self.after = after
    self.alsoAfter = alsoAfter
    self.isYield = isYield
    label = 0
    labelCount = 1
  }

  /// The number of its thread.
  package var thread: Int { id.thread }
  /// How many events its thread had before.
  package var index: Int { id.index }

  /// Which of the objects of the run the event is about that one thread after the other takes; `nil`
  /// where names tell all objects from each other.
  package var taken: Int? {
    get { takenBits < 0 ? nil : Int(takenBits) }
    set { takenBits = newValue.map { Int32(truncatingIfNeeded: $0) } ?? -1 }
  }

  /// Notes how the object at `position` of the footprint was just before the event happened.
  package mutating func noteMoment(_ position: Int, couldTake: Bool, couldPut: Bool = false) {
    moment |= (couldTake ? 1 : 0) << UInt8(2 * position)
    moment |= (couldPut ? 2 : 0) << UInt8(2 * position)
  }

  /// Whether the object could be taken just before the event.
  func couldTake(_ position: Int) -> Bool { moment >> UInt8(2 * position) & 1 != 0 }

  /// Whether the object had room just before the event.
  func couldPut(_ position: Int) -> Bool { moment >> UInt8(2 * position) & 2 != 0 }

  /// The same event with another possibility chosen.
  func with(label: Int) -> Event {
    var event = self
    event.label = Int32(label)
    return event
  }

  /// Whether the order of the two matters, if neither made the other possible.
  func conflicts(with other: Event) -> Bool {
    thread == other.thread || footprint.conflicts(with: other.footprint)
  }
}
