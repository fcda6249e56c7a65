import Glibc
import InterlockPrograms

/// Where results and complaints go: one write each, so that lines stay whole.
enum Output {
  /// Prints a line on standard output.
  ///
  /// - Throws: ``Failure`` if that is not possible.
  static func print(_ line: String = "") throws(Failure) {
    do throws(SystemError) {
      try write("\(line)\n", to: STDOUT_FILENO)
    } catch {
      throw Failure("standard output: \(error)")
    }
  }

  /// Prints a line on standard error.
  static func complain(_ line: String) {
    // A progress line may stand there.
    let start = Terminal.standardError.isInteractive ? Terminal.clearLine : ""
    // If nobody can read it nobody can be told.
    try? write("\(start)interlock: \(line)\n", to: STDERR_FILENO)
  }

  /// Writes a text.
  static func write(_ text: String, to descriptor: Int32) throws(SystemError) {
    var text = text
    let result = text.withUTF8 { bytes in
      Result { () throws(SystemError) in
        try unsafe write(UnsafeRawBufferPointer(bytes), to: descriptor)
      }
    }
    try result.get()
  }

  /// Writes bytes, all of them.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) {
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      // SAFETY: the rebased rest lies in `bytes`.
      let piece = unsafe UnsafeRawBufferPointer(rebasing: rest)
      let count = try SystemError.check {
        unsafe Glibc.write(descriptor, piece.baseAddress, piece.count)
      }
      unsafe rest = rest.dropFirst(count)
    }
  }
}
