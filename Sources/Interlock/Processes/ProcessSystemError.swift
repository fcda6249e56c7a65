import Glibc

/// A system call that failed where processes are started or talked to.
struct ProcessSystemError: Error, CustomStringConvertible {
  let number: Int32
  let what: String

  init(_ number: Int32, _ what: String) {
    self.number = number
    self.what = what
  }

  var description: String { "\(what): \(unsafe String(cString: strerror(number)))" }
}
