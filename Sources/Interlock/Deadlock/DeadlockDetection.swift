/// Finds deadlocks while a program runs: those that happen, and those that could have.
///
/// It is off unless a program turns it on, or is started with `INTERLOCK_DEADLOCKS=report` (or `trap`)
/// in its environment. While it is on,
///
/// - a thread that begins to wait looks whether threads wait for each other in a circle, across locks,
///   joins of threads and of pool tasks, and values that others make (``Once``);
/// - every acquisition is compared with the orders in which other threads acquired locks before. Two
///   orders that contradict each other are told of once, even if nobody waited. Both orders in one
///   thread are none, for it cannot wait for itself.
///
/// Turn it on in tests, and while a program that hangs is looked into:
///
///     DeadlockDetection.enable(.call { finding in log(finding) })
///
/// Waits with a deadline end by themselves and are no deadlock; an order counts whether or not it was
/// acquired with a deadline, because others would wait that long. Attempts that never wait
/// (`tryAcquire()`) contradict nothing. Barriers, events, semaphores, conditions and queues belong to
/// nobody and are not seen.
///
/// ## Cost
///
/// Off: nothing on the way to a free lock but the one question that every world asks, and a load for
/// each wait. On: every acquisition notes where it was made; `Benchmarks/run deadlock` measures both.
public enum DeadlockDetection {
  /// What was found.
  public enum Finding: Sendable {
    /// Threads wait for each other, and none of them will ever go on.
    case deadlock(Deadlock)
    /// Threads acquire locks in orders that contradict each other.
    case inversion(LockOrderInversion)
  }

  /// What to do about it.
  public enum Response: Sendable {
    /// Say so on standard error; the program goes on, and who is stuck stays stuck.
    case report
    /// End the program with a message.
    case trap
    /// Call this, in a thread of its own. A program that ends meanwhile does not wait for it.
    case call(@Sendable (Finding) -> Void)
  }

  /// Turns detection on for all threads of the process, or changes the response.
  ///
  /// What was learned of orders before is forgotten. Deadlocks that are there already are not found.
  public static func enable(_ response: Response = .report) {
    LockWatch.shared.turnOn(response)
  }

  /// Turns detection off.
  public static func disable() {
    LockWatch.shared.turnOff()
  }

  /// Whether detection is on.
  public static var isEnabled: Bool { LockWatch.shared.isOn }
}

extension DeadlockDetection.Finding: CustomStringConvertible {
  /// What was found, and what to do about it.
  public var description: String {
    switch self {
    case .deadlock(let deadlock):
      "DEADLOCK: \(deadlock). None of them will ever go on."
    case .inversion(let inversion):
      """
      LOCK ORDER: these could deadlock, each having what the next one wants:
      \(inversion).
      Acquire the locks in one order everywhere (withAllLocked, LockHierarchy), or all at once (Arbitrator).
      """
    }
  }
}
