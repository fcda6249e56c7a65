/// The rules of a semaphore: permits, and a line of threads with the number that each needs.
///
/// The invariant: the first in line needs more permits than there are.
struct SemaphoreRules {
  struct Request {
    let thread: ThreadRecord
    let count: Int
  }

  var permits: Int
  private(set) var line: [Request] = []

  init(permits: Int) {
    self.permits = permits
  }

  mutating func acquireAtOnce(_ count: Int) -> Bool {
    guard line.isEmpty, permits >= count else { return false }
    permits -= count
    return true
  }

  mutating func acquire(_ count: Int, _ thread: ThreadRecord) -> Entry {
    if acquireAtOnce(count) { return .pass }
    line.append(Request(thread: thread, count: count))
    return .wait
  }

  /// - Returns: Whom to wake, or `nil` if there would be more permits than `limit`.
  mutating func release(_ count: Int, limit: Int) -> [ThreadRecord]? {
    let (sum, overflow) = permits.addingReportingOverflow(count)
    guard !overflow, sum <= limit else { return nil }
    permits = sum
    return serve()
  }

  mutating func leave(_ thread: ThreadRecord) -> (hasLeft: Bool, woken: [ThreadRecord]) {
    guard let place = line.firstIndex(where: { $0.thread === thread }) else { return (false, []) }
    line.remove(at: place)
    // It may have stood in front of others that need less.
    return (true, serve())
  }

  private mutating func serve() -> [ThreadRecord] {
    var woken: [ThreadRecord] = []
    while let first = line.first, first.count <= permits {
      permits -= first.count
      first.thread.signal(.given)
      woken.append(first.thread)
      line.removeFirst()
    }
    return woken
  }
}
