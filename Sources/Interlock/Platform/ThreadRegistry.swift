/// The threads that live, as far as the toolkit has met them.
final class ThreadRegistry: Sendable {
  static let shared = ThreadRegistry()

  private let records = Guarded<[UInt32: ThreadRecord]>([:])

  func add(_ record: ThreadRecord) {
    records.withLock { $0[record.number] = record }
  }

  func remove(_ record: ThreadRecord) {
    // The last reference may go here, and with it whatever the record holds: not under the lock.
    let removed = records.withLock { $0.removeValue(forKey: record.number) }
    withExtendedLifetime(removed) {}
  }

  func record(number: UInt32) -> ThreadRecord? {
    records.withLock { $0[number] }
  }

  func contains(number: UInt32) -> Bool {
    records.withLock { $0[number] != nil }
  }

  /// All of them, oldest first.
  var live: [ThreadRecord] {
    records.withLock { Array($0.values) }.sorted { $0.number < $1.number }
  }
}
