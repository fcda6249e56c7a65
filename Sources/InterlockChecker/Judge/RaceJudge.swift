/// Finds accesses to plain memory that nothing orders.
///
/// Each thread has a vector clock, and so has whatever threads meet at: a lock, a queue, an atomic word.
/// Who acquires learns what was released there. Two accesses to the same plain cell race if one is a
/// write, they are of different threads, and neither thread knew of the other access: then some other
/// schedule, or the hardware, may let them happen at once.
///
/// (Flanagan and Freund, FastTrack, 2009; without its shortcuts.)
struct RaceJudge {
  /// A thread touched a cell.
  struct Access: Equatable {
    let thread: Int
    /// How many steps the thread had done.
    let time: UInt32
    /// Which step of the execution it was.
    let step: Int
    let isWrite: Bool
  }

  struct Race: Equatable {
    let first: Access
    let second: Access
    let address: UInt
  }

  private struct Cell {
    var write: Access?
    /// The last read of each thread since the last write.
    var reads: [Access] = []
  }

  private var threads: [VectorClock] = []
  private var places: [UInt: VectorClock] = [:]
  private var cells: [UInt: Cell] = [:]

  /// Another execution begins.
  mutating func begin() {
    threads.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    cells.removeAll(keepingCapacity: true)
  }

  /// A thread begins, and knows what the one that started it knows.
  mutating func start(_ thread: Int, by parent: Int?) {
    while threads.count <= thread { threads.append(VectorClock()) }
    if let parent {
      threads[thread] = threads[parent]
      threads[parent][parent] += 1
    }
    threads[thread][thread] += 1
  }

  /// A thread learns what was released at a place.
  mutating func acquire(_ place: UInt, by thread: Int) {
    if let clock = places[place] { threads[thread].join(clock) }
  }

  /// A thread tells at a place what it knows.
  mutating func release(_ place: UInt, by thread: Int) {
    places[place, default: VectorClock()].join(threads[thread])
    threads[thread][thread] += 1
  }

  /// What is told at a place from now on is only what this thread tells.
  mutating func replace(_ place: UInt, by thread: Int) {
    places[place] = threads[thread]
    threads[thread][thread] += 1
  }

  /// What was told at a place is not told any more.
  mutating func clear(_ place: UInt) { places[place] = nil }

  /// A thread knows all that another one, which has ended, knew.
  mutating func join(_ ended: Int, by thread: Int) { threads[thread].join(threads[ended]) }

  /// A thread touches a plain cell.
  ///
  /// - Returns: The race that this is part of.
  mutating func access(_ address: UInt, by thread: Int, step: Int, isWrite: Bool) -> Race? {
    let clock = threads[thread]
    let access = Access(thread: thread, time: clock[thread], step: step, isWrite: isWrite)
    var cell = cells[address] ?? Cell()
    defer { cells[address] = cell }
    func isKnown(_ other: Access) -> Bool { other.time <= clock[other.thread] }
    if let write = cell.write, write.thread != thread, !isKnown(write) {
      return Race(first: write, second: access, address: address)
    }
    guard isWrite else {
      cell.reads.removeAll { $0.thread == thread }
      cell.reads.append(access)
      return nil
    }
    if let read = cell.reads.first(where: { $0.thread != thread && !isKnown($0) }) {
      return Race(first: read, second: access, address: address)
    }
    cell.write = access
    cell.reads = []
    return nil
  }
}
