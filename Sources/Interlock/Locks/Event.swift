/// A fact that becomes true once, or from time to time, and that threads wait for.
///
/// The configuration is loaded, the server is listening, the race may begin: threads that come
/// early wait, threads that come late go straight through.
///
///     let isListening = Event(name: "listening")
///     let client = try spawn(name: "client") {
///       isListening.wait()
///       connect()
///     }
///     server.listen()
///     isListening.set()
///     client.join()
///
/// ## Ordering
///
/// Everything a thread does before `set()` happens before everything another thread does after a
/// `wait()` that returns because of it.
///
/// ## Waiting
///
/// `wait()` blocks until the event is set. Every thread that waits at that moment goes on, even if
/// the event is cleared before it runs. The forms with a deadline give up when it passes, or when the
/// calling thread is cancelled. `set()` and `clear()` never block.
///
/// ## Cost
///
/// Waiting for an event that is set is one atomic load.
public final class Event: Sendable {
  /// What the event was called, for reports.
  public let name: String?

  private let flag: Atomic<Bool>
  private let line = Guarded(WaitLine())

  /// Creates an event.
  ///
  /// - Parameters:
  ///   - isSet: Whether it is true from the beginning.
  ///   - name: What to call it in reports.
  public init(isSet: Bool = false, name: String? = nil) {
    flag = Atomic(isSet)
    self.name = name
  }

  /// Whether the event is set.
  public var isSet: Bool {
    // Ordering (E1): acquiring, pairs with the store in `set`.
    flag.load(ordering: .acquiring)
  }

  /// Makes the event true and lets all waiting threads go on.
  public func set() {
    Seam.perform(.set, on: subject) {
      line.withLock { line in
        // Ordering (E1): releasing, pairs with the load in `isSet`.
        flag.store(true, ordering: .releasing)
        return line.signalAll(.given)
      }.wake()
    }
  }

  /// Makes the event false: threads that come now wait.
  public func clear() {
    Seam.perform(.clear, on: subject) {
      line.withLock { _ in flag.store(false, ordering: .relaxed) }
    }
  }

  /// Waits until the event is set.
  public func wait() {
    _ = wait(givingUpAt: nil)
  }

  /// Waits until the event is set, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether it was set; `false` if the deadline passed or the thread was cancelled.
  public func wait(until deadline: Deadline) -> Bool {
    wait(givingUpAt: deadline)
  }

  /// Waits until the event is set, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether it was set; `false` if the time was over or the thread was cancelled.
  public func wait(for duration: Duration) -> Bool {
    wait(givingUpAt: .after(duration))
  }

  /// How many threads wait.
  ///
  /// The answer may be old when it arrives.
  public var waiterCount: Int { line.withLock { $0.count } }

  /// The threads that wait, in the order in which they came.
  ///
  /// The answer may be old when it arrives.
  public var waiters: [ThreadIdentity] {
    line.withLock { $0.threads }.map(ThreadIdentity.init)
  }
}

extension Event {
  private var subject: Subject { Subject("Event", self) }

  private func wait(givingUpAt deadline: Deadline?) -> Bool {
    if !Seam.isWatched, isSet { return true }
    return Seam.attempt(.wait, on: subject) {
      line.wait(
        for: Operation(.wait, subject),
        until: deadline,
        enter: { line, thread in
          // Under the guard: a `set` that comes now finds the thread in line.
          if isSet { return .pass }
          line.append(thread)
          return .wait
        },
        leave: { ($0.remove($1), []) }
      ) == .given
    }
  }
}

extension Event: Named {
  package var nameForReports: String? { name }
}
