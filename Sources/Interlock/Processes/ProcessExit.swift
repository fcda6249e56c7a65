import Glibc

/// How a process ended.
public enum ProcessExit: Hashable, Sendable {
  /// It ended itself, with this status.
  case exited(Int32)
  /// A signal ended it: a trap of Swift's is `SIGILL` or `SIGTRAP`, and a process that the system ended to
  /// save memory has `SIGKILL`.
  case killed(signal: Int32)
  /// It has ended, and somebody else in this program was told how: whoever called `wait` for any child.
  case unknown
}

extension ProcessExit: CustomStringConvertible {
  /// The status, or the signal by its name, as in `killed by SIGKILL`.
  public var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .killed(let signal): "killed by \(Self.name(of: signal))"
    case .unknown: "ended, nobody knows how"
    }
  }

  private static func name(of signal: Int32) -> String {
    switch signal {
    case SIGABRT: "SIGABRT"
    case SIGBUS: "SIGBUS"
    case SIGFPE: "SIGFPE"
    case SIGHUP: "SIGHUP"
    case SIGILL: "SIGILL, as by a trap"
    case SIGINT: "SIGINT"
    case SIGKILL: "SIGKILL"
    case SIGPIPE: "SIGPIPE"
    case SIGQUIT: "SIGQUIT"
    case SIGSEGV: "SIGSEGV"
    case SIGTERM: "SIGTERM"
    case SIGTRAP: "SIGTRAP, as by a trap"
    case SIGXCPU: "SIGXCPU"
    default: "signal \(signal)"
    }
  }
}
