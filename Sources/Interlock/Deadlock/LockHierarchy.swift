/// Ranks for locks, and a watch that they are acquired upwards only.
///
/// Threads that acquire locks only in the order of their ranks can never wait for each other in a circle.
/// The hierarchy looks at every acquisition, in release builds too: a lock whose rank is not greater than
/// that of each lock of the hierarchy that the thread holds is a violation, whether or not somebody would
/// wait for ever this time.
///
///     let hierarchy = LockHierarchy(name: "bank")
///     let branch = hierarchy.lock(rank: 1, name: "branch")
///     let account = hierarchy.mutex(100, rank: 2, name: "account")
///     branch.withLock {
///       account.withLock { $0 += 1 }  // the other way round would be a violation
///     }
///
/// Forms that never wait (`tryAcquire()`, `withLockIfAvailable(_:)`) may be used in any order, for who does
/// not wait closes no circle; but what they have acquired counts for what comes after. Forms with a
/// deadline wait, so they keep the order. The same rules are those of the Linux kernel's lockdep.
///
/// Locks of different hierarchies, and locks without a rank, do not count. Two locks with the same rank
/// cannot be held at the same time: give each of a kind a rank of its own, or take locks without a rank
/// with ``acquireAll(_:)``.
///
/// ## Cost
///
/// An acquisition looks through the ranked locks that the thread holds, which are few, and remembers
/// where it was made: together about ten times what a ``Lock`` takes that is free. To name the places in
/// a violation takes the time of reading the program's debug information, a tenth of a second or so.
public final class LockHierarchy: Sendable {
  /// What to do about a violation.
  public enum Response: Sendable {
    /// End the program with a message that names both places.
    case trap
    /// Write the message to standard error, and go on.
    case report
    /// Call this, in the thread that is about to acquire the lock, and go on. It may throw nothing and
    /// should acquire nothing.
    case call(@Sendable (Violation) -> Void)
  }

  /// What the hierarchy was called, for reports.
  public let name: String?
  private let response: Response
  let number = LockNumber.next()

  /// Creates a hierarchy without locks.
  ///
  /// - Parameters:
  ///   - name: What to call it in reports.
  ///   - response: What to do about a violation.
  public init(name: String? = nil, onViolation response: Response = .trap) {
    self.name = name
    self.response = response
  }

  /// Makes a lock that stands in the hierarchy.
  ///
  /// - Parameters:
  ///   - rank: Any number; locks are acquired in the order of their ranks, the smallest first.
  ///   - name: What to call the lock in reports.
  ///   - fairness: Who gets it when it is released while threads wait.
  /// - Returns: The lock, which is free.
  public func lock(
    rank: Int,
    name: String? = nil,
    fairness: Lock.Fairness = .barging
  ) -> RankedLock {
    RankedLock(as: "RankedLock", in: self, rank: rank, name: name, fairness: fairness)
  }

  /// Makes a mutex that stands in the hierarchy.
  ///
  /// - Parameters:
  ///   - initialValue: The value to guard.
  ///   - rank: Any number; locks are acquired in the order of their ranks, the smallest first.
  ///   - name: What to call the mutex in reports.
  ///   - fairness: Who gets it when it is released while threads wait.
  /// - Returns: The mutex.
  public func mutex<Value: ~Copyable>(
    _ initialValue: consuming sending Value,
    rank: Int,
    name: String? = nil,
    fairness: Lock.Fairness = .barging
  ) -> RankedMutex<Value> {
    RankedMutex(
      initialValue,
      RankedLock(as: "RankedMutex", in: self, rank: rank, name: name, fairness: fairness)
    )
  }

  func respond(to violation: Violation) {
    switch response {
    case .trap: misuse(violation.description)
    case .report: StandardError.write("interlock: \(violation)\n")
    case .call(let body): body(violation)
    }
  }
}
