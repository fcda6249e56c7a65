import Interlock

/// The events of a run so far, with what the search has to know about their order.
///
/// An event is *before* another one if it is of the same thread and earlier, made the other possible, or
/// was earlier and conflicts with it, and so on from event to event. Exchanging neighbours of which
/// neither is before the other changes nothing in what the threads see. All runs that differ in such
/// exchanges only are one *class*; the events with their labels and clocks say which.
///
/// This is not the order that a memory model gives: a relaxed store and a load of it are ordered here.
///
/// Events are added and removed at the end. What is known of an event depends on the earlier ones only,
/// so a run that begins like the one before keeps the common part.
struct Trace {
  /// Two events of different threads that could have come in the other order.
  struct Race {
    let earlier: Int
    let later: Int
  }

  /// The last events on an object; -1 is none.
  struct Last {
    /// Of any mode.
    var any: Int32 = -1
    /// Of a mode that does not commute.
    var ordered: Int32 = -1
  }

  /// For each object of a footprint, the last events on it before.
  struct Links {
    var any = SIMD4<Int32>(repeating: -1)
    var ordered = SIMD4<Int32>(repeating: -1)
  }

  /// In the order in which they happened.
  private(set) var events: [Event] = []
  /// For each event, how many of each thread are it or before it in the order above.
  ///
  /// While an event that is pending is looked at, there is one row more.
  var clocks = Clocks()
  /// For each event, how many of each thread happened earlier.
  private(set) var earlier = Clocks()
  /// All pairs that could have come in the other order, by the later event.
  var races: [Race] = []

  private(set) var links: [Links] = []
  private(set) var objects: [Last] = []
  private(set) var threads: [[Int32]] = []

  /// How many events there are.
  var count: Int { events.count }

  /// Where in the run an event is, if it has happened.
  func place(of id: EventID) -> Int? {
    guard id.thread < threads.count, id.index < threads[id.thread].count else { return nil }
    return Int(threads[id.thread][id.index])
  }

  /// How many events a thread has had.
  func count(of thread: Int) -> Int { thread < threads.count ? threads[thread].count : 0 }

  /// The last events on an object.
  func last(on object: Int) -> Last { object < objects.count ? objects[object] : Last() }

  /// Whether the event at `place` is before whatever has the clock in `row`, or is that.
  func isBefore(_ place: Int, _ row: Int) -> Bool {
    let id = events[place].id
    return id.index < clocks[row, id.thread]
  }

  /// Adds the event that has just happened.
  mutating func append(_ event: Event) {
    guard event.index == count(of: event.thread) else {
      misuse("Machine.step(): events of a thread must be counted from 0, each one by one.")
    }
    examine(event)
    let place = count
    earlier.append(like: place > 0 ? place - 1 : nil)
    if let last = events.last { earlier.set(place, last.thread, to: last.index + 1) }
    link(event, at: Int32(truncatingIfNeeded: place))
    threads[event.thread].append(Int32(truncatingIfNeeded: place))
    events.append(event)
  }

  /// Removes all events from the one at `place` on.
  mutating func removeEvents(from place: Int) {
    while count > place {
      let event = events.removeLast()
      let link = links.removeLast()
      threads[event.thread].removeLast()
      for position in 0..<event.footprint.count {
        let object = event.footprint[position].object
        objects[object].any = link.any[position]
        objects[object].ordered = link.ordered[position]
      }
    }
    while let race = races.last, race.later >= place { races.removeLast() }
    clocks.removeRows(from: place)
    earlier.removeRows(from: place)
  }

  /// Makes room for what belongs to a thread.
  mutating func admit(_ thread: Int) {
    clocks.widen(for: thread)
    earlier.widen(for: thread)
    while threads.count <= thread { threads.append([]) }
  }

  private mutating func link(_ event: Event, at place: Int32) {
    var link = Links()
    for position in 0..<event.footprint.count {
      let touch = event.footprint[position]
      while objects.count <= touch.object { objects.append(Last()) }
      link.any[position] = objects[touch.object].any
      link.ordered[position] = objects[touch.object].ordered
      objects[touch.object].any = place
      if !touch.commutes { objects[touch.object].ordered = place }
    }
    links.append(link)
  }
}

extension Trace {
  /// What the event at `place` adds to the hash of a class.
  func hash(at place: Int) -> ClassHash {
    let event = events[place]
    let name = UInt64(event.thread) << 32 | UInt64(event.index)
    let seed = SplitMix64.mix(name) &+ UInt64(event.label)
    return ClassHash(
      clocks.hash(of: place, seed: seed),
      clocks.hash(of: place, seed: ~seed &* 0x9e37_79b9_7f4a_7c15)
    )
  }

  /// The hash of the class.
  var hash: ClassHash {
    var hash = ClassHash()
    for place in 0..<count { hash.add(self.hash(at: place)) }
    return hash
  }
}

/// 128 bits that are the same for runs of one class, and almost certainly differ for others.
package struct ClassHash: Hashable, Sendable {
  private var low: UInt64
  private var high: UInt64

  /// The hash of a run without events.
  package init() {
    low = 0
    high = 0
  }

  fileprivate init(_ low: UInt64, _ high: UInt64) {
    self.low = low
    self.high = high
  }

  /// Adds an event; the order in which events are added does not matter.
  mutating func add(_ other: ClassHash) {
    low &+= other.low
    high &+= other.high
  }
}
