import CInterlock
import Glibc

/// An error that was thrown in a worker process, as far as it can be told elsewhere.
public struct RemoteError: Error, Codable, Hashable, Sendable {
  /// The type of the error, with its module.
  public let type: String

  /// What the error says about itself.
  public let message: String

  /// The number of the process in which it was thrown.
  public let process: Int32

  init(_ error: any Error) {
    type = String(reflecting: Swift.type(of: error))
    message = "\(error)"
    process = getpid()
  }
}

extension RemoteError: CustomStringConvertible {
  /// What the error says, its type, and where it was thrown.
  public var description: String { "\(message) (\(type), thrown in process \(process))" }
}
