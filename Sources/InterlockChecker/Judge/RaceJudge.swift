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
  /// One row for each thread.
  private var threads = Clocks()
  /// One row for each place where threads have met, by its number in the table.
  private var places = Clocks()
  private var placeNumbers = AddressTable()
  /// What is remembered of plain memory, by its number in the table.
  private var cells: [Cell] = []
  private var cellNumbers = AddressTable()
  /// Knows what memory became an object when; `nil` if nobody does.
  private var log: AccessLog?

  /// Another execution begins.
  ///
  /// - Parameter log: Where it is written down what memory becomes an object.
  mutating func begin(_ log: AccessLog?) {
    if self.log !== log { self.log = log }
    threads.removeRows(from: 0)
    places.removeRows(from: 0)
    placeNumbers.removeAll()
    cells.removeAll(keepingCapacity: true)
    cellNumbers.removeAll()
  }

  /// A thread begins, and knows what the one that started it knows.
  mutating func start(_ thread: Int, by parent: Int?) {
    threads.widen(for: thread)
    while threads.count <= thread { threads.append() }
    if let parent {
      threads.join(thread, with: parent)
      goOn(parent)
    }
    goOn(thread)
  }

  /// A thread learns what was released at a place.
  mutating func acquire(_ place: UInt, by thread: Int) {
    if let row = placeNumbers[place] { threads.join(thread, with: row, of: places) }
  }

  /// A thread tells at a place what it knows.
  mutating func release(_ place: UInt, by thread: Int) {
    places.join(row(of: place), with: thread, of: threads)
    goOn(thread)
  }

  /// What is told at a place from now on is only what this thread tells.
  mutating func replace(_ place: UInt, by thread: Int) {
    clear(place)
    release(place, by: thread)
  }

  /// What was told at a place is not told any more.
  mutating func clear(_ place: UInt) {
    if let row = placeNumbers[place] { places.clear(row) }
  }

  /// A thread knows all that another one, which has ended, knew.
  mutating func join(_ ended: Int, by thread: Int) { threads.join(thread, with: ended) }

  private mutating func row(of place: UInt) -> Int {
    let (row, isNew) = placeNumbers.admit(place)
    if isNew { places.append() }
    return row
  }

  /// What a thread does next, it has not told anybody.
  private mutating func goOn(_ thread: Int) {
    threads.advance(thread, thread)
  }
}

// Accesses.
extension RaceJudge {
  /// A thread touched plain memory.
  struct Access: Equatable {
    let thread: Int
    /// How many steps the thread had done.
    let time: Int
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

    /// An access of another thread that is not ordered before this one.
    ///
    /// - Parameters:
    ///   - access: This one.
    ///   - threads: What each thread knows.
    /// - Returns: The other one.
    func rival(of access: Access, _ threads: Clocks) -> Access? {
      func isRival(_ other: Access) -> Bool {
        other.thread != access.thread && other.time > threads[access.thread, other.thread]
      }
      if let write, isRival(write) { return write }
      guard access.isWrite else { return nil }
      if let read, isRival(read) { return read }
      return otherReads.first(where: isRival)
    }

    mutating func note(_ access: Access) {
      if access.isWrite {
        write = access
        read = nil
        if !otherReads.isEmpty { otherReads = [] }
      } else if read.map({ $0.thread == access.thread }) ?? true {
        read = access
      } else {
        otherReads.removeAll { $0.thread == access.thread }
        otherReads.append(access)
      }
    }
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
      time: threads[thread, thread],
      step: step,
      isWrite: isWrite,
      place: place,
      objectCount: objectCount ?? log?.objectCount ?? 0
    )
    let (number, isNew) = cellNumbers.admit(address)
    if isNew { cells.append(Cell()) }
    if let other = cells[number].rival(of: access, threads) {
      guard let log, log.isNew(address, in: other.objectCount..<access.objectCount) else {
        return Race(first: other, second: access, address: address)
      }
      // The memory is new, and this is the first access to it that matters.
      cells[number] = Cell()
    }
    cells[number].note(access)
    return nil
  }
}
