/// Something that happens later: once, or again and again.
///
/// Every alarm has a thread of its own, which sleeps until it is time. An action may therefore block
/// without delaying other alarms.
///
///     let alarm = try Alarm(after: .seconds(30)) { print("still working …") }
///     work()
///     alarm.cancel()
///
/// A repeating alarm keeps to its times: an action that takes long does not shift those that follow,
/// and times that pass while it runs are left out. An alarm whose last reference goes away is
/// cancelled.
///
/// ## Ordering
///
/// Everything before the alarm is created happens before its action.
///
/// ## Waiting
///
/// ``cancel()`` never blocks. ``join()`` blocks until the alarm's thread has ended; in the alarm's own
/// action it is a mistake that ends the program with a message.
///
/// ## Cost
///
/// A thread while it lasts.
public final class Alarm: Sendable {
  private let thread: ThreadHandle<Void, Never>
  private let state: AlarmState

  /// Sets an alarm.
  ///
  /// - Parameters:
  ///   - delay: How long until the action.
  ///   - interval: How long from one time to the next; `nil` for an alarm that happens once.
  ///   - name: What to call the alarm and its thread.
  ///   - action: What happens, on a thread of its own.
  /// - Throws: ``ThreadError`` if the system gives the process no other thread.
  /// - Precondition: `interval` is greater than zero.
  public init(
    after delay: Duration,
    repeating interval: Duration? = nil,
    name: String? = nil,
    action: @escaping @Sendable () -> Void
  ) throws(ThreadError) {
    if let interval, interval <= .zero {
      misuse("Alarm(repeating: \(interval)): the time between two actions is greater than zero.")
    }
    let state = AlarmState(next: .after(delay), interval: interval)
    self.state = state
    thread = try spawn(name: name ?? "alarm") {
      while let time = state.nextTime, !state.isCancelled.wait(until: time), state.begin() {
        action()
      }
      state.end()
    }
  }

  deinit {
    cancel()
  }

  /// Keeps the action from happening, or from happening again.
  ///
  /// An action that runs goes on.
  ///
  /// - Returns: Whether there was something to keep from happening.
  @discardableResult
  public func cancel() -> Bool {
    state.cancel()
  }

  /// Whether the alarm will not happen any more.
  public var isFinished: Bool { state.nextTime == nil }

  /// Waits until the alarm is over: it has happened, or was cancelled and its action has returned.
  public func join() {
    thread.join()
  }
}

/// When an alarm happens next; `nil` when it is over.
private final class AlarmState: Sendable {
  private let next: Guarded<Deadline?>
  private let interval: Duration?
  /// Wakes the alarm's thread; cancelling that would disturb an action that runs.
  let isCancelled = Event()

  init(next: Deadline, interval: Duration?) {
    self.next = Guarded(next)
    self.interval = interval
  }

  var nextTime: Deadline? { next.withLock { $0 } }

  /// The time has come: sets the next one, unless the alarm was cancelled.
  func begin() -> Bool {
    let now = Deadline.now
    return next.withLock { next in
      guard let time = next else { return false }
      next = interval.map { interval in
        let missed = max(0, ((now - time) / interval).rounded(.down))
        return time + interval * (missed + 1)
      }
      return true
    }
  }

  func cancel() -> Bool {
    let wasPending = next.withLock { next in
      defer { next = nil }
      return next != nil
    }
    isCancelled.set()
    return wasPending
  }

  func end() {
    next.withLock { $0 = nil }
  }
}
