/// The threads that live in one world, as far as the toolkit has met them.
package final class ThreadRegistry: Sendable {
  private let lastNumber = Atomic<UInt64>(0)
  private let recordsGuard = GuardLock(isQuiet: true)
  // Guarded by: `recordsGuard`. By their numbers, which go up: almost always a new one comes last.
  @exclusivity(unchecked)
  private nonisolated(unsafe) var records: [ThreadRecord] = []
  /// Which threads wait for which pool tasks.
  let joins = Guarded(JoinGraph(), isQuiet: true)

  /// Whether threads are listed here; if not, their world knows them anyway, and only its own threads ask.
  private let listsThreads: Bool

  /// Makes a registry without threads.
  ///
  /// - Parameter listsThreads: Whether it lists threads; if not, ``World/threads`` are asked for.
  package init(listsThreads: Bool = true) {
    self.listsThreads = listsThreads
  }

  /// A number for a new thread, unlike that of any other that may meet it at a lock.
  package func makeNumber() -> UInt32 {
    while true {
      let count = lastNumber.rawWrappingAdd(1)
      let number = UInt32(count & UInt64(ThreadRecord.greatestNumber))
      // After a billion threads numbers come round: one that is still in use is passed over.
      if number != 0, count == UInt64(number) || record(number: number) == nil { return number }
    }
  }

  /// Begins to count threads anew; those before have gone.
  ///
  /// The registry lists no threads, and nobody asks it for those.
  package func countAnew() { lastNumber.rawStore(0, ordering: .relaxed) }

  package func add(_ record: ThreadRecord) {
    guard listsThreads else { return }
    recordsGuard.withLock {
      let place = place(of: record.number)
      if unsafe place == records.count {
        unsafe records.append(record)
      } else {
        unsafe records.insert(record, at: place)
      }
    }
  }

  package func remove(_ record: ThreadRecord) {
    guard listsThreads else { return }
    // The last reference may go here, and with it whatever the record holds: not under the lock.
    let removed = recordsGuard.withLock { () -> ThreadRecord? in
      let place = place(of: record.number)
      guard unsafe place < records.count, unsafe records[place] === record else { return nil }
      return unsafe place == records.count - 1 ? records.removeLast() : records.remove(at: place)
    }
    withExtendedLifetime(removed) {}
  }

  package func record(number: UInt32) -> ThreadRecord? {
    guard listsThreads else { return threadsOfWorld.first { $0.number == number } }
    return recordsGuard.withLock {
      let place = place(of: number)
      return unsafe place < records.count && records[place].number == number
        ? records[place] : nil
    }
  }

  /// All of them, oldest first.
  package var live: [ThreadRecord] {
    listsThreads ? recordsGuard.withLock { unsafe records } : threadsOfWorld
  }

  /// Those that the calling thread's world knows, if this is its registry: to others it says nothing.
  private var threadsOfWorld: [ThreadRecord] {
    guard let world = Seam.watchingWorld, world.registry === self else { return [] }
    return world.threads
  }

  /// Where the first one with this number, or a higher one, is.
  ///
  /// The caller has `recordsGuard`.
  private func place(of number: UInt32) -> Int {
    var range = unsafe 0..<records.count
    guard !range.isEmpty, unsafe records[range.count - 1].number >= number else {
      return range.count
    }
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if unsafe records[middle].number < number {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }
}
