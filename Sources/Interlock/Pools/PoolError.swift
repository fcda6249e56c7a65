/// Why a pool did not take a task.
public struct PoolError: Error, Hashable, Sendable {
  /// What went wrong; more may be added.
  public enum Reason: Hashable, Sendable {
    /// The pool was closed.
    case closed
    /// As many tasks wait as the pool's limit says, and it refuses others.
    case full
  }

  /// What went wrong.
  public let reason: Reason

  /// What the pool was called.
  public let poolName: String
}

extension PoolError: CustomStringConvertible {
  /// What happened, and what to do about it.
  public var description: String {
    switch reason {
    case .closed:
      "the pool \"\(poolName)\" is closed and takes no tasks; submit before close()"
    case .full:
      "the pool \"\(poolName)\" is full; try again later, or let it wait or run the task in the "
        + "caller (whenFull:)"
    }
  }
}
