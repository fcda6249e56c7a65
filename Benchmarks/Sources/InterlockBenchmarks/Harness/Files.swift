import Glibc

// SAFETY: the system's calls here read C strings that live as long as the call, and write at most as
// many bytes as the buffer has that they are given.

/// A file as text.
func contents(of path: String) throws -> String {
  let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw Failure("\(path) cannot be opened") }
  defer { close(file) }
  var text: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let length = unsafe read(file, &piece, piece.count)
    guard length >= 0 else { throw Failure("\(path) cannot be read") }
    if length == 0 { return String(decoding: text, as: UTF8.self) }
    text += piece[..<length]
  }
}

/// Reads a file, so that it is in the page cache.
func warmUp(_ path: String) throws {
  let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw Failure("\(path) cannot be opened") }
  defer { close(file) }
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  defer { unsafe buffer.deallocate() }
  while unsafe read(file, buffer.baseAddress, buffer.count) > 0 {}
}
