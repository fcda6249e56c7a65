import Glibc
import InterlockPrograms

/// A terminal that nobody sits at: what programs show on it can be read.
final class Pseudoterminal {
  /// The end that programs take for a terminal.
  let programSide: Int32
  private let ourSide: Int32

  init() throws {
    var ours: Int32 = -1
    var theirs: Int32 = -1
    try SystemError.check { unsafe openpty(&ours, &theirs, nil, nil, nil) }
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
}
