import Glibc

/// Why a message was not sent or received.
public struct ConnectionError: Error, Hashable, Sendable {
  /// What went wrong; more may be added.
  public enum Reason: Hashable, Sendable {
    /// This end was closed in this process, or nobody has the other one any more.
    case closed
    /// The system has no descriptor or no memory for it.
    case cannotCreate
    /// The value cannot be sent to another process.
    case unsendable
    /// The message that came is not what was asked for: it is gone, the next one can be received.
    case unreadable
    /// The buffer is too small for this message.
    case tooLarge(message: [UInt8])
  }

  /// What went wrong.
  public let reason: Reason
  /// What happened, in words.
  let words: String

  init(_ reason: Reason, _ words: String) {
    self.reason = reason
    self.words = words
  }

  init(_ reason: Reason, _ words: String, systemError: Int32) {
    self.init(reason, "\(words): \(unsafe String(cString: strerror(systemError)))")
  }

  static let closedHere = ConnectionError(.closed, "this end of the connection is closed")
  static let closedThere = ConnectionError(
    .closed,
    "nobody has the other end of the connection any more"
  )
}

extension ConnectionError: CustomStringConvertible {
  /// What happened.
  public var description: String { words }
}
