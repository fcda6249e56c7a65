/// Shares inputs out in batches.
///
/// A batch is to take about as long as makes the cost of a call small, but not so long that at the end
/// one worker has all the work.
final class ProcessBatches: Sendable {
  /// How long a batch should take.
  private static let goal = Duration.milliseconds(2)
  /// How many inputs go together at the most.
  private static let limit = 1 << 16

  /// How long a batch may take before its inputs are tried one by one, of which each has its own limit.
  ///
  /// Not the limit times their number: one that hangs would be found after hours.
  static func limit(of count: Int, _ each: Duration) -> Duration {
    count == 1 ? each : each + max(each, goal * 50)
  }

  private struct State {
    var next = 0
    var size = 1
  }

  private let count: Int
  private let workers: Int
  private let state = Guarded(State())

  init(count: Int, workers: Int) {
    self.count = count
    self.workers = workers
  }

  /// The next batch; `nil` if there is nothing left.
  func next() -> Range<Int>? {
    state.withLock { state in
      let left = count - state.next
      guard left > 0 else { return nil }
      // The last batches become smaller, so that all workers end at about the same time.
      let fair = (left + 2 * workers - 1) / (2 * workers)
      let start = state.next
      state.next += max(1, min(state.size, fair))
      return start..<state.next
    }
  }

  /// A batch took this long.
  func note(_ count: Int, took duration: Duration) {
    state.withLock { state in
      let each = max(duration / count, .nanoseconds(10))
      let wanted = Int((Self.goal / each).rounded())
      // Growing step by step: the first ones pay for what happens once.
      state.size = max(1, min(wanted, state.size * 8, Self.limit))
    }
  }
}
