/// Shares inputs out in batches.
///
/// A batch is to take about as long as makes the cost of a call small, but not so long that at the end
/// one worker has all the work.
final class ProcessBatches: Sendable {
  /// How long a batch should take.
  private static let goal = Duration.milliseconds(2)
  /// How many inputs go together at the most.
  private static let limit = 1 << 16

  /// Work that takes less than this is worth sending before what is done has been received.
  private static let quick = Duration.microseconds(200)

  private struct State {
    var next = 0
    var size: Int
    /// How long an input took last.
    var each: Duration?
  }

  private let count: Int
  private let workers: Int
  /// Whether somebody has said how large a batch is.
  private let isFixed: Bool
  private let state: Guarded<State>

  /// - Parameters:
  ///   - size: How many inputs a batch has, if that is known.
  ///   - count: How many inputs there are; `nil` if nobody knows.
  ///   - workers: How many share them.
  init(size: Int? = nil, count: Int? = nil, workers: Int) {
    guard size ?? 1 > 0 else { misuse("a batch of \(size ?? 0) inputs: it has 1 or more.") }
    isFixed = size != nil
    self.count = count ?? .max
    self.workers = max(1, workers)
    state = Guarded(State(size: size ?? 1))
  }

  /// How many inputs the next batch should have.
  var nextSize: Int { state.withLock { $0.size } }

  /// The next batch; `nil` if there is nothing left.
  func next() -> Range<Int>? {
    state.withLock { state in
      let left = count - state.next
      guard left > 0 else { return nil }
      // The last batches become smaller, so that all workers end at about the same time.
      let fair = isFixed ? left : left / (2 * workers) + 1
      let start = state.next
      state.next += min(left, state.size, fair)
      return start..<state.next
    }
  }

  /// Whether a worker is likely to have done the next batch before somebody could send another one.
  var isQuick: Bool {
    state.withLock { state in
      guard let each = state.each else { return false }
      return each * state.size < Self.quick
    }
  }

  /// A batch took this long.
  func note(_ count: Int, took duration: Duration) {
    state.withLock { state in
      let each = max(duration / count, .nanoseconds(10))
      state.each = each
      guard !isFixed else { return }
      let wanted = Int((Self.goal / each).rounded())
      // Growing step by step: the first ones pay for what happens once.
      state.size = max(1, min(wanted, state.size * 8, Self.limit))
    }
  }
}
