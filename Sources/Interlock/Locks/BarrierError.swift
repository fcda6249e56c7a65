/// Why a party did not meet the others.
public struct BarrierError: Error, Sendable {
  /// What happened; more may be added.
  public enum Reason: Sendable {
    /// The barrier was broken by somebody else, or reset while the thread waited.
    case broken
    /// The thread's own deadline passed, which broke the barrier.
    case timedOut
    /// The thread was cancelled, which broke the barrier.
    case cancelled
    /// The action, which this thread ran, threw; that broke the barrier.
    case actionFailed
  }

  /// What happened.
  public let reason: Reason

  /// What the action threw.
  public let underlyingError: (any Error)?

  init(reason: Reason, underlyingError: (any Error)? = nil) {
    self.reason = reason
    self.underlyingError = underlyingError
  }
}

extension BarrierError: CustomStringConvertible {
  /// What happened, and what to do about it.
  public var description: String {
    switch reason {
    case .broken: "the barrier is broken: another party gave up, or it was aborted or reset"
    case .timedOut: "the other parties did not arrive in time; reset() makes the barrier as new"
    case .cancelled: "the thread was cancelled while it waited for the other parties"
    case .actionFailed:
      "the barrier's action failed: \(underlyingError.map { "\($0)" } ?? "for no reason given")"
    }
  }
}
