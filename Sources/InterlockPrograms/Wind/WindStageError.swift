import Interlock

/// A process that was one of the stages gave no result.
public struct WindStageError: Error, Hashable, Sendable {
  /// Which stage, as in `parse` or, if there are several, `parse 2`.
  public let stage: String
  /// What went wrong with its process.
  public let reason: ProcessError
}

extension WindStageError: CustomStringConvertible {
  /// Which stage, and what happened.
  public var description: String { "the process \"\(stage)\" failed: \(reason)" }
}
