import Glibc
import InterlockPrograms

/// A file without a name that holds what a program reads or prints.
final class CapturedStream {
  let descriptor: Int32

  init() throws {
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var path = Array("\(folder)/interlock-stream-XXXXXX".utf8CString)
    descriptor = try SystemError.check { unsafe mkstemp(&path) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unsafe unlink(path)
  }

  deinit {
    close(descriptor)
  }

  /// Puts a text in it, to be read from its beginning.
  func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { bytes in
      _ = try SystemError.check { unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
    }
  }

  /// All that is in it, as far as it is text.
  func text() throws -> String { String(decoding: try bytes(), as: UTF8.self) }

  /// All that is in it.
  func bytes() throws -> [UInt8] {
    let size = Int(try SystemError.check { lseek(descriptor, 0, SEEK_END) })
    var bytes = [UInt8](repeating: 0, count: size)
    let count = try SystemError.check { unsafe pread(descriptor, &bytes, size, 0) }
    return Array(bytes[..<count])
  }
}
