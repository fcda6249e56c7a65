import Glibc

/// How another process finds the same file.
struct FileIdentity: Codable, Sendable {
  /// Where it is.
  let path: String
  private let device: UInt64
  private let number: UInt64

  /// The identity of an open file.
  ///
  /// - Throws: ``SystemError`` if the system does not tell.
  init(of file: OpenFile, at path: String) throws(SystemError) {
    self.path = path
    (device, number) = try Self.numbers(of: file)
  }

  /// Opens the file.
  ///
  /// - Throws: ``SystemError`` if that is not possible, or if another file is there.
  func open() throws(SystemError) -> OpenFile {
    let file = try FileReference(name: Array(path.utf8CString), folder: nil).open()
    guard try Self.numbers(of: file) == (device, number) else { throw SystemError(ESTALE) }
    return file
  }

  private static func numbers(of file: OpenFile) throws(SystemError) -> (UInt64, UInt64) {
    var status = stat()
    try SystemError.check { unsafe fstat(file.descriptor, &status) }
    return (UInt64(status.st_dev), UInt64(status.st_ino))
  }
}
