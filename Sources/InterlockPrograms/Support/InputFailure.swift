/// An input that could not be read, or not to its end, and why.
public struct InputFailure: Error, Hashable, Sendable {
  /// The path or the web address; `-` is standard input.
  public let input: String

  /// Why, in a few words.
  public let reason: String

  /// Creates a failure.
  public init(input: String, reason: String) {
    self.input = input
    self.reason = reason
  }
}

extension InputFailure: CustomStringConvertible {
  /// The input and the reason, as in `notes.txt: Permission denied`.
  public var description: String { "\(input): \(reason)" }
}
