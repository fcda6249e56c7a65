import Glibc

/// What the system said when it refused something.
package struct SystemError: Error, Hashable, Sendable {
  /// The error number of the system.
  package let number: Int32

  /// An error with this number, such as `ENOENT`.
  package init(_ number: Int32) {
    self.number = number
  }

  /// The error of the calling thread's last system call.
  package static var last: SystemError { SystemError(errno) }

  /// Makes a system call, again and again while signals interrupt it.
  ///
  /// - Parameter call: The call; a negative result means that it failed.
  /// - Returns: The result.
  /// - Throws: The error of the call.
  @discardableResult
  package static func check<Result: SignedInteger>(
    _ call: () -> Result
  )
    throws(SystemError) -> Result
  {
    while true {
      let result = call()
      if result >= 0 { return result }
      let error = SystemError.last
      if error.number != EINTR { throw error }
    }
  }
}

extension SystemError: CustomStringConvertible {
  /// What happened, in the words of the system.
  package var description: String { unsafe String(cString: strerror(number)) }
}
