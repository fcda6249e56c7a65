import Glibc

/// Why a thread could not be started.
public struct ThreadError: Error, Hashable, Sendable {
  /// What went wrong; more may be added.
  public enum Reason: Hashable, Sendable {
    /// The system did not give the process another thread.
    case cannotStart
  }

  /// What went wrong.
  public let reason: Reason

  /// The error number of the system.
  public let systemError: Int32

  package init(reason: Reason, systemError: Int32) {
    self.reason = reason
    self.systemError = systemError
  }
}

extension ThreadError: CustomStringConvertible {
  /// What happened, and what to do about it.
  public var description: String {
    let cause = unsafe String(cString: strerror(systemError))
    let advice =
      systemError == EAGAIN || systemError == ENOMEM
      ? "; use fewer threads or smaller stacks, or raise the limit (ulimit -u, pids.max)" : ""
    return "the system cannot start another thread: \(cause)\(advice)"
  }
}
