import CInterlock

/// A wait of the calling thread for something that other processes do.
///
/// Waits without a deadline go on until what they wait for is there. With one they end when it passes,
/// or when the thread or the task that it runs is cancelled.
struct SharedWait {
  private let deadline: Deadline?
  private let thread: ThreadRecord

  /// Runs `body`, in which the calling thread sleeps.
  static func run<Result, Failure: Error>(
    until deadline: Deadline?,
    _ body: (SharedWait) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(SharedWait(deadline: deadline, thread: .current))
  }

  /// Sleeps on a word while it has this value; may return for no reason.
  ///
  /// - Returns: `false` if the wait is over: the deadline has passed, or it was cancelled.
  func sleep(on word: SharedWord, while value: UInt32, atMost patience: Duration) -> Bool {
    let next = Deadline.after(patience)
    guard let deadline else {
      _ = word.sleep(while: value, until: next)
      return true
    }
    if thread.isCancelled || deadline.hasPassed { return false }
    // Whoever cancels wakes all: the others find that nothing has changed.
    thread.withInterrupter {
      word.wake(.max)
    } _: {
      // Cancelled before the interrupter was there, and after it was asked.
      if !thread.isCancelled { _ = word.sleep(while: value, until: min(next, deadline)) }
    }
    return true
  }
}

/// Decides whether to look at a word for a moment before sleeping on it.
///
/// Looking is worth it if whoever changes the word runs on another CPU and does so soon. Whether that is
/// so is learned: after a failure the next waits do not look, twice as many as after the failure before.
/// Several threads use it at once; what they make of it is a guess in any case.
struct SpinHint: ~Copyable, Sendable {
  /// For how long to look: longer than a CPU that has nothing to do takes to wake somebody up, so that two
  /// who sleep in turns get out of that.
  private static let limit: UInt64 = 20_000
  /// So many that looking in vain, for all that time, costs next to nothing beside them.
  private static let greatestPenalty: UInt32 = 511

  /// How many waits are to sleep at once.
  private let penalty = Atomic<UInt32>(0)
  private let lastPenalty = Atomic<UInt32>(0)

  /// Looks whether a word gets another value.
  ///
  /// - Returns: Whether it has.
  func look(at word: SharedWord, while value: UInt32) -> Bool {
    look {
      for _ in 0..<16 {
        if word.load(ordering: .acquiring) != value { return true }
        interlock_pause()
      }
      return false
    }
  }

  /// Looks again and again whether something is there.
  ///
  /// - Returns: Whether it is.
  /// - Throws: What `isThere` throws.
  func look<Failure: Error>(_ isThere: () throws(Failure) -> Bool) throws(Failure) -> Bool {
    guard Processors.atStart > 1 else { return false }
    let rest = penalty.load(ordering: .relaxed)
    guard rest == 0 else {
      penalty.store(rest - 1, ordering: .relaxed)
      return false
    }
    let end = interlock_clock_now() + Self.limit
    repeat {
      if try isThere() {
        lastPenalty.store(lastPenalty.load(ordering: .relaxed) / 2, ordering: .relaxed)
        return true
      }
    } while interlock_clock_now() < end
    let next = min(Self.greatestPenalty, 2 * lastPenalty.load(ordering: .relaxed) + 1)
    lastPenalty.store(next, ordering: .relaxed)
    penalty.store(next, ordering: .relaxed)
    return false
  }
}
