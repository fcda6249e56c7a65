import CInterlock
import Glibc

/// An error that was thrown in a worker process, as far as it can be told elsewhere.
public struct RemoteError: Error, Codable, Hashable, Sendable {
  /// The type of the error, with its module.
  public let type: String

  /// What the error says about itself.
  public let message: String

  /// Where the function is written that threw it, as in `Shop/Prices.swift:12`, or the name of its type.
  ///
  /// Errors do not know where they were thrown.
  public internal(set) var place = ""

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
  public var description: String {
    "\(message) (\(type), thrown by \(place) in process \(process))"
  }
}
