import Glibc
import InterlockPrograms

/// A terminal that nobody sits at: what programs show on it can be read.
final class Pseudoterminal {
  /// The end that programs take for a terminal.
  let programSide: Int32
  private let ourSide: Int32

  /// A terminal of this size; it does not say how large it is if the numbers are 0.
  init(columns: UInt16 = 0, rows: UInt16 = 0) throws {
    var ours: Int32 = -1
    var theirs: Int32 = -1
    var size = winsize()
    (size.ws_col, size.ws_row) = (columns, rows)
    try SystemError.check { unsafe openpty(&ours, &theirs, nil, nil, &size) }
    // Other children, which tests start at the same time, do not get them.
    for descriptor in [ours, theirs] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    ourSide = ours
    programSide = theirs
  }

  deinit {
    close(programSide)
    close(ourSide)
  }

  /// Waits until something is shown, and gives it.
  func read() throws -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = try SystemError.check { unsafe Glibc.read(ourSide, &bytes, bytes.count) }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// Waits until a text has been shown, and gives all that was shown up to then.
  func read(until text: String) throws -> String {
    var shown = ""
    while !shown.contains(text) { shown += try read() }
    return shown
  }
}
