/// A queue was closed, so that nothing can be put, or nothing is left to take.
public struct QueueClosed<Element: Sendable>: Error {
  /// The element that could not be put, given back; `nil` if one was to be taken.
  public let refused: Element?

  /// What the queue was called.
  public let queueName: String?
}

extension QueueClosed: CustomStringConvertible {
  /// What was tried, and why it cannot be.
  public var description: String {
    let queue = queueName.map { "the queue \"\($0)\"" } ?? "the queue"
    return refused == nil
      ? "\(queue) is closed and empty: there is nothing left to take"
      : "\(queue) is closed: nothing more can be put into it"
  }
}
