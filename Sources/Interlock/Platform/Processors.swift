import CInterlock
import Glibc

/// The CPUs that this process may use.
public enum Processors {
  /// How many threads of this process can run at the same time, at least 1.
  ///
  /// That is the number of CPUs in its affinity mask (`taskset`), or fewer if a control group
  /// (a container's CPU limit) gives it less time than that: a limit of 1.5 CPUs counts as 2.
  public static var available: Int {
    let allowed = Int(interlock_affinity_count())
    guard let quota = ControlGroup.processorQuota else { return allowed }
    return max(1, min(allowed, Int(quota.rounded(.up))))
  }

  /// `available`, as it was when first asked for.
  static let atStart = available

  /// The number of this process.
  static var processID: Int32 { getpid() }
}
