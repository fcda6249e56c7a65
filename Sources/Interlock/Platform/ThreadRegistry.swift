/// The threads that live in one world, as far as the toolkit has met them.
package final class ThreadRegistry: Sendable {
  private let lastNumber = Atomic<UInt64>(0)
  private let records = Guarded<[UInt32: ThreadRecord]>([:], isQuiet: true)
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

  package func add(_ record: ThreadRecord) {
    records.withLock { $0[record.number] = record }
  }

  package func remove(_ record: ThreadRecord) {
    // The last reference may go here, and with it whatever the record holds: not under the lock.
    let removed = records.withLock { $0.removeValue(forKey: record.number) }
    withExtendedLifetime(removed) {}
  }

  package func record(number: UInt32) -> ThreadRecord? {
    records.withLock { $0[number] }
  }

  /// All of them, oldest first.
  package var live: [ThreadRecord] {
    records.withLock { Array($0.values) }.sorted { $0.number < $1.number }
  }
}
