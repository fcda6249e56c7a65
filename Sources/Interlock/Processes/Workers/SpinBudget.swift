import CInterlock

/// Decides how long to look at a word again and again before sleeping on it.
///
/// Sleeping and being woken costs some microseconds in each process. Looking is worth it if the other
/// process runs on another CPU and answers within that time. Whether it does is learned: after a
/// failure the next waits do not look, twice as many as after the failure before.
struct SpinBudget {
  /// For how long to look.
  private static let limit: UInt64 = 8_000
  private static let greatestPenalty = 64

  /// How many waits are to sleep at once.
  private var penalty = 0
  private var lastPenalty = 0

  /// Looks at `word` until `isGood`, or for long enough.
  ///
  /// - Returns: What it was last.
  mutating func look(at word: SharedWord, until isGood: (UInt32) -> Bool) -> UInt32 {
    // Ordering (M1, M2): acquiring, pairs with the exchanges of the mailbox.
    var bits = word.load(ordering: .acquiring)
    if isGood(bits) { return bits }
    guard penalty == 0, Processors.atStart > 1 else {
      penalty = max(0, penalty - 1)
      return bits
    }
    let end = interlock_clock_now() + Self.limit
    repeat {
      for _ in 0..<16 {
        interlock_pause()
        bits = word.load(ordering: .acquiring)
        if isGood(bits) {
          lastPenalty /= 2
          return bits
        }
      }
    } while interlock_clock_now() < end
    lastPenalty = min(Self.greatestPenalty, 2 * lastPenalty + 1)
    penalty = lastPenalty
    return bits
  }
}
