/// Finds accesses to plain memory that nothing orders.
///
/// Each thread has a vector clock, and so has whatever threads meet at: a lock, a queue, an atomic word.
/// Who acquires learns what was released there. Two accesses to the same plain memory race if one is a
/// write, they are of different threads, and neither thread knew of the other access: then some other
/// schedule, or the hardware, may let them happen at once.
///
/// Memory that becomes an object is new, whatever was done to it when it was another one.
///
/// (Flanagan and Freund, FastTrack, 2009.)
struct RaceJudge {
  private var threads: [VectorClock] = []
  private var places: [UInt: VectorClock] = [:]
  private var cells: [UInt: Cell] = [:]
  /// Knows what memory became an object when; `nil` if nobody does.
  private var log: AccessLog?

  /// Another execution begins.
  ///
  /// - Parameter log: Where it is written down what memory becomes an object.
  mutating func begin(_ log: AccessLog?) {
    self.log = log
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
}

// Accesses.
extension RaceJudge {
  /// A thread touched plain memory.
  struct Access: Equatable {
    let thread: Int
    /// How many steps the thread had done.
    let time: UInt32
    /// Which step of the execution it was.
    let step: Int
    let isWrite: Bool
    /// Where the code goes on after it, if it is a variable that was touched.
    let place: UInt?
    /// How many objects there had been.
    fileprivate let objectCount: Int
  }

  /// Two accesses that nothing orders.
  struct Race: Equatable {
    let first: Access
    let second: Access
    let address: UInt
  }

  /// What is remembered of a piece of memory: enough to find a race of the next access, if it has any.
  private struct Cell {
    var write: Access?
    /// The last read since the last write, if one thread has read.
    var read: Access?
    /// The last read of each other thread.
    var otherReads: [Access] = []
  }

  /// A thread touches plain memory.
  ///
  /// - Parameters:
  ///   - address: Where that begins.
  ///   - thread: Who touches it.
  ///   - step: Which step of the execution it is.
  ///   - isWrite: Whether it may change.
  ///   - place: Where the code goes on, if it is a variable.
  ///   - objectCount: How many objects there had been; `nil` if there was none since.
  /// - Returns: The race that this is part of.
  mutating func access(
    _ address: UInt,
    by thread: Int,
    step: Int,
    isWrite: Bool,
    place: UInt? = nil,
    objectCount: Int? = nil
  ) -> Race? {
    let access = Access(
      thread: thread,
      time: threads[thread][thread],
      step: step,
      isWrite: isWrite,
      place: place,
      objectCount: objectCount ?? log?.objectCount ?? 0
    )
    return touch(&cells[address, default: Cell()], at: address, access)
  }

  private func touch(_ cell: inout Cell, at address: UInt, _ access: Access) -> Race? {
    if let other = rival(of: access, in: cell) {
      guard let log, log.isNew(address, in: other.objectCount..<access.objectCount) else {
        return Race(first: other, second: access, address: address)
      }
      // The memory is new, and this is the first access to it that matters.
      cell = Cell()
    }
    if access.isWrite {
      cell.write = access
      cell.read = nil
      if !cell.otherReads.isEmpty { cell.otherReads = [] }
    } else if cell.read.map({ $0.thread == access.thread }) ?? true {
      cell.read = access
    } else {
      cell.otherReads.removeAll { $0.thread == access.thread }
      cell.otherReads.append(access)
    }
    return nil
  }

  /// An access of another thread that is not ordered before this one.
  private func rival(of access: Access, in cell: Cell) -> Access? {
    func isRival(_ other: Access) -> Bool {
      other.thread != access.thread && other.time > threads[access.thread][other.thread]
    }
    if let write = cell.write, isRival(write) { return write }
    guard access.isWrite else { return nil }
    if let read = cell.read, isRival(read) { return read }
    return cell.otherReads.first(where: isRival)
  }
}
