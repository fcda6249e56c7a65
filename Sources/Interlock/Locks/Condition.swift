/// A place to wait, without the lock, for something that holders of the lock bring about.
///
/// A thread that holds the lock and finds that it cannot go on waits here; whoever changes that
/// notifies. Waiting lets the lock go and takes it again, so what was true before a wait must be
/// looked at again: wait in a loop, or use ``wait(while:)``, which is one. ``Monitor`` does all of
/// this by itself.
///
///     let lock = Lock()
///     let isStocked = Condition(lock)
///     // The customer …
///     lock.withLock {
///       isStocked.wait { stock == 0 }
///       stock -= 1
///     }
///     // … and the supplier.
///     lock.withLock {
///       stock += 1
///       isStocked.notify()
///     }
///
/// ## Ordering
///
/// That of the lock.
///
/// ## Waiting
///
/// `wait()` blocks until it is notified, whatever happens, and then until it has the lock. There are
/// no spurious wake-ups. The forms with a deadline give up when it passes, or when the calling thread
/// is cancelled; they too wait for the lock, without a limit. `notify()` never blocks: it moves the
/// threads that have waited longest to the lock's line, where they wake one after the other as the
/// lock becomes free.
///
/// ## Cost
///
/// A notification that nobody waits for is one lock acquisition.
public final class Condition: @unchecked Sendable {
  /// The lock that goes with the condition.
  public let lock: Lock

  /// What the condition was called, for reports.
  public let name: String?

  // Guarded by: `lock.lineGuard`.
  private var line = WaitLine()

  /// Creates a condition for what `lock` guards.
  public init(_ lock: Lock, name: String? = nil) {
    self.lock = lock
    self.name = name
  }

  /// Lets the lock go, waits to be notified, and takes the lock again.
  ///
  /// - Precondition: The calling thread holds the lock.
  public func wait() {
    _ = wait(givingUpAt: nil)
  }

  /// Lets the lock go, waits to be notified or gives up, and takes the lock again.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether the thread was notified; `false` if the deadline passed or the thread was
  ///   cancelled. It holds the lock in any case.
  /// - Precondition: The calling thread holds the lock.
  public func wait(until deadline: Deadline) -> Bool {
    wait(givingUpAt: deadline)
  }

  /// Lets the lock go, waits to be notified or gives up, and takes the lock again.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether the thread was notified; `false` if the time was over or the thread was
  ///   cancelled. It holds the lock in any case.
  /// - Precondition: The calling thread holds the lock.
  public func wait(for duration: Duration) -> Bool {
    wait(givingUpAt: .after(duration))
  }

  /// Waits until `mustWait` is no longer true, looking again after each notification.
  ///
  /// - Precondition: The calling thread holds the lock.
  public func wait<Failure: Error>(while mustWait: () throws(Failure) -> Bool) throws(Failure) {
    while try mustWait() { wait() }
  }

  /// Waits until `mustWait` is no longer true, looking again after each notification, or gives up.
  ///
  /// - Parameters:
  ///   - deadline: When to give up, over all notifications.
  ///   - mustWait: Whether there is still something to wait for.
  /// - Returns: Whether there is nothing to wait for any more: the last answer of `mustWait`, negated.
  /// - Throws: What `mustWait` throws.
  /// - Precondition: The calling thread holds the lock.
  public func wait<Failure: Error>(
    until deadline: Deadline,
    while mustWait: () throws(Failure) -> Bool
  ) throws(Failure) -> Bool {
    while try mustWait() {
      if !wait(until: deadline) { return try !mustWait() }
    }
    return true
  }

  /// Lets threads that wait go on, those first that have waited longest.
  ///
  /// - Parameter count: How many of them at the most.
  /// - Precondition: The calling thread holds the lock.
  public func notify(_ count: Int = 1) {
    requireLock("notify")
    guard count >= 0 else {
      misuse("Condition.notify(\(count)): a number of threads is 0 or more.")
    }
    Seam.perform(.notify, on: subject) {
      lock.lineGuard.withLock { lock.moveToLine(line.removeFirst(count)) }
    }
  }

  /// Lets all threads that wait go on.
  ///
  /// - Precondition: The calling thread holds the lock.
  public func notifyAll() {
    notify(.max)
  }

  /// How many threads wait to be notified.
  ///
  /// The answer may be old when it arrives.
  public var waiterCount: Int { lock.lineGuard.withLock { line.count } }

  /// The threads that wait to be notified, the next one first.
  ///
  /// The answer may be old when it arrives.
  public var waiters: [ThreadIdentity] {
    lock.lineGuard.withLock { line.threads }.map(ThreadIdentity.init)
  }
}

extension Condition {
  private var subject: Subject { Subject("Condition", self) }

  private func wait(givingUpAt deadline: Deadline?) -> Bool {
    requireLock("wait")
    return Seam.attempt(.wait, on: subject) {
      lock.waitOutside(
        .wait,
        on: subject,
        until: deadline,
        enter: { line.append($0) },
        leave: { line.remove($0) }
      )
    }
  }

  private func requireLock(_ call: String) {
    guard lock.isHeldByCurrentThread || Seam.isEnding else {
      misuse(
        "Condition.\(call)() by a thread that does not hold the condition's lock. What is waited "
          + "for could change unseen; call it inside lock.withLock { … }."
      )
    }
  }
}

extension Condition: Named {
  package var nameForReports: String? { name }
}
