/// Why a task of a pool has no value.
public enum PoolTaskError<Failure: Error>: Error {
  /// The body threw this error.
  case failed(Failure)
  /// The task was cancelled before anybody had begun it.
  case cancelled
}

extension PoolTaskError: CustomStringConvertible {
  /// What the body threw, or that it never ran.
  public var description: String {
    switch self {
    case .failed(let failure): "the pool task failed: \(failure)"
    case .cancelled: "the pool task was cancelled before it ran"
    }
  }
}

extension PoolTaskError: Equatable where Failure: Equatable {}

extension PoolTaskError: Hashable where Failure: Hashable {}
