/// Lets threads of several processes wait, under a lock, until something is so.
///
/// For a single value there is ``SharedValue``, which cannot be used wrongly; a condition is for data that
/// a ``SharedLock`` guards. The lock is given back while a thread waits, and taken again before it looks.
///
///     lock.withLock { _ in
///       condition.wait(lock) { queue[0] > 0 }     // until something is there
///       take(from: queue)
///     }
///
/// ## Ordering
///
/// That of the lock.
///
/// ## Waiting
///
/// `wait` blocks until what it waits for is so; it looks again after each notification, and now and then,
/// so that a notification which a process took along when it died is not missed for long. The form with
/// a deadline gives up when it passes, or when the calling thread or task is cancelled.
///
/// ## Cost
///
/// Notifying nobody is two atomic instructions.
public final class SharedCondition: Sendable {
  private struct State: BitwiseCopyable, Sendable {
    var unused: UInt64 = 0
  }

  private let cell: RobustCell<State>

  /// Makes a condition.
  ///
  /// - Throws: ``SharingError`` if the system has no memory for it.
  public init() throws(SharingError) {
    cell = try RobustCell(.condition, State())
  }

  private init(_ cell: RobustCell<State>) {
    self.cell = cell
  }

  /// Waits until `isSo`, giving the lock back meanwhile.
  ///
  /// - Parameters:
  ///   - lock: The lock under which `isSo` changes.
  ///   - isSo: Asked while the calling thread has the lock.
  /// - Precondition: The calling thread has the lock.
  public func wait(_ lock: SharedLock, until isSo: () -> Bool) {
    _ = wait(lock, until: nil, isSo)
  }

  /// Waits until `isSo`, giving the lock back meanwhile, or gives up.
  ///
  /// - Parameters:
  ///   - lock: The lock under which `isSo` changes.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  ///   - isSo: Asked while the calling thread has the lock.
  /// - Returns: Whether it is so; `false` if the deadline passed or the thread or task was cancelled.
  ///   The calling thread has the lock in either case.
  /// - Precondition: The calling thread has the lock.
  public func wait(_ lock: SharedLock, until deadline: Deadline, _ isSo: () -> Bool) -> Bool {
    wait(lock, until: deadline as Deadline?, isSo)
  }

  private func wait(_ lock: SharedLock, until deadline: Deadline?, _ isSo: () -> Bool) -> Bool {
    guard lock.isMine else {
      misuse(
        "SharedCondition.wait() by a thread that does not have the lock. Wait inside withLock."
      )
    }
    let isNotSo = { !isSo() }
    return cell.sleep(until: deadline, while: isNotSo) { sleep in
      lock.release()
      defer { lock.acquire() }
      return sleep()
    }
  }

  /// Lets everybody who waits look again.
  public func notifyAll() { cell.announceChange() }
}

extension SharedCondition: Codable {
  /// Hands the condition to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws { try cell.encode(to: encoder) }

  /// Takes a condition that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is none.
  public convenience init(from decoder: any Decoder) throws {
    self.init(try RobustCell(.condition, from: decoder))
  }
}
