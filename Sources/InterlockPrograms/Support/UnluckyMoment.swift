import Interlock

/// Makes sure that a deadlock happens the first time, by arranging one unlucky moment.
///
/// Threads that take their locks in an order that can form a circle may get by for years, as long as
/// each has all of its locks before the next one comes. A lesson has no time to wait for bad luck. So
/// each thread stops, the first time that it has its first lock in hand, until every thread has: as if
/// the scheduler had put them aside just there. Afterwards they are left to the scheduler.
final class UnluckyMoment: Sendable {
  private let threads: Int
  private let arrivals = Atomic(0)
  private let missing: WaitGroup

  /// A moment for so many threads.
  init(threads: Int) {
    self.threads = threads
    missing = WaitGroup(count: threads, name: "unlucky moment")
  }

  /// Waits, the first time, until all threads have come here.
  func wait() {
    // Ordering: relaxed; nobody comes a second time before all have come once, and that is all.
    guard arrivals.wrappingAdd(1, ordering: .relaxed).oldValue < threads else { return }
    missing.done()
    // The form with a deadline, because it gives up when another thread could not be started.
    _ = missing.wait(until: .never)
  }
}
