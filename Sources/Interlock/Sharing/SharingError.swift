import Glibc

/// Why memory cannot be shared between processes.
public struct SharingError: Error, Hashable, Sendable {
  /// What went wrong; more may be added.
  public enum Reason: Hashable, Sendable {
    /// The system has no memory for it, or no descriptor.
    case cannotCreate
    /// What was received is not what was expected: another type, another size, or nothing of ours.
    case mismatch
    /// As many processes as there is room for share something.
    case tooManyProcesses
    /// An element is larger than all the room there is for elements.
    case tooLarge
    /// An element has something in it that cannot be sent this way.
    case notSendable
    /// This system does not have what is needed.
    case unsupported
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
}

extension SharingError: CustomStringConvertible {
  /// What happened.
  public var description: String { words }
}
