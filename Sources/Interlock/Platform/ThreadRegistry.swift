/// The threads that live in one world, as far as the toolkit has met them.
package final class ThreadRegistry: Sendable {
  private let lastNumber = Atomic<UInt64>(0)
  /// By their numbers, which go up: almost always a new one comes last.
  private let records = Guarded<[ThreadRecord]>([], isQuiet: true)
  /// Which threads wait for which pool tasks.
  let joins = Guarded(JoinGraph(), isQuiet: true)

  package init() {}

  /// A number for a new thread, unlike that of any other that may meet it at a lock.
  package func makeNumber() -> UInt32 {
    while true {
      let count = lastNumber.rawWrappingAdd(1)
      let number = UInt32(count & UInt64(ThreadRecord.greatestNumber))
      // After a billion threads numbers come round: one that is still in use is passed over.
      if number != 0, count == UInt64(number) || record(number: number) == nil { return number }
    }
  }

  /// Forgets all threads, and begins to count them anew.
  ///
  /// No thread that it knows will ask for another one.
  package func reset() {
    lastNumber.rawStore(0, ordering: .relaxed)
    // What they hold goes when the lock is free; see `remove`.
    let removed = records.withLock { records -> [ThreadRecord] in
      guard !records.isEmpty else { return [] }
      defer { records = [] }
      return records
    }
    withExtendedLifetime(removed) {}
  }

  package func add(_ record: ThreadRecord) {
    records.withLock { records in
      records.insert(record, at: Self.place(of: record.number, in: records))
    }
  }

  package func remove(_ record: ThreadRecord) {
    // The last reference may go here, and with it whatever the record holds: not under the lock.
    let removed = records.withLock { records -> ThreadRecord? in
      let place = Self.place(of: record.number, in: records)
      guard place < records.count, records[place] === record else { return nil }
      return records.remove(at: place)
    }
    withExtendedLifetime(removed) {}
  }

  package func record(number: UInt32) -> ThreadRecord? {
    records.withLock { records in
      let place = Self.place(of: number, in: records)
      return place < records.count && records[place].number == number ? records[place] : nil
    }
  }

  /// All of them, oldest first.
  package var live: [ThreadRecord] { records.withLock { $0 } }

  /// Where the first one with this number, or a higher one, is.
  private static func place(of number: UInt32, in records: [ThreadRecord]) -> Int {
    guard let last = records.last, last.number >= number else { return records.count }
    var range = 0..<records.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if records[middle].number < number {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }
}
