/// A workbench with two tools, which two robots share.
public protocol Bench: Sendable {
  /// Takes both tools, works with them, and puts them back.
  ///
  /// - Parameters:
  ///   - first: The tool that the robot reaches for first.
  ///   - second: The other one.
  ///   - work: What to do with them.
  /// - Throws: `Deadlock` if the robot would wait for ever.
  func withTools(_ first: Tool, _ second: Tool, _ work: () -> Void) throws
}

/// A tool of which there is only one.
public enum Tool: Int, CaseIterable, Sendable {
  /// The one that lies on the left.
  case left
  /// The one that lies on the right.
  case right
}
