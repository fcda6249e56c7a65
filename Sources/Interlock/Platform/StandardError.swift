import CInterlock
import Glibc

/// Where the library says what nobody asked for: one write a message, so that lines stay whole.
enum StandardError {
  static func write(_ message: String) {
    var message = message
    message.withUTF8 { _ = unsafe interlock_write_all(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
