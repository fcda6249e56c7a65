/// What the calling thread can do and ask about itself.
///
///     while !CurrentThread.isCancelled {
///       poll()
///       CurrentThread.sleep(for: .milliseconds(100))
///     }
public enum CurrentThread {
  /// Which thread it is.
  public static var identity: ThreadIdentity { .current }

  /// Whether the thread was asked to end, by ``ThreadHandle/cancel()``.
  public static var isCancelled: Bool {
    let me = ThreadRecord.current
    return Seam.look(at: Subject("CurrentThread", unnamed: me)) { me.isCancelled }
  }

  /// Throws if the thread was asked to end.
  public static func checkCancellation() throws(CancellationError) {
    if isCancelled { throw CancellationError() }
  }

  /// Lets other threads run before this one goes on.
  public static func yield() {
    Seam.perform(.yield, on: Subject("CurrentThread", unnamed: ThreadRecord.current)) {
      Seam.world.yield()
    }
  }

  /// Sleeps until `deadline`, or until the thread is cancelled.
  ///
  /// - Returns: Whether it slept all the time; `false` if the thread was cancelled.
  @discardableResult
  public static func sleep(until deadline: Deadline) -> Bool {
    let me = ThreadRecord.current
    return Seam.attempt(.sleep, on: Subject("CurrentThread", unnamed: me)) {
      me.prepareToWait()
      let operation = Operation(.sleep, Subject("CurrentThread", unnamed: me))
      _ = me.waitForSignal(operation, until: deadline)
      return !me.isCancelled
    }
  }

  /// Sleeps for `duration`, or until the thread is cancelled.
  ///
  /// - Returns: Whether it slept all the time; `false` if the thread was cancelled.
  @discardableResult
  public static func sleep(for duration: Duration) -> Bool {
    sleep(until: .after(duration))
  }
}
