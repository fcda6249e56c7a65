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
