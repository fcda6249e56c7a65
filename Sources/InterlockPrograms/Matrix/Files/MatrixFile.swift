/// A file that is to get a matrix, in NumPy's format .npy.
///
/// The file is there as a whole or not at all: what is written has another name until it is complete.
///
///     let file = try MatrixFile(at: "product.npy")
///     try file.write(report.product)
public struct MatrixFile: Sendable {
  private let path: String

  /// Looks whether a file can be written, which is good to know before the work begins.
  ///
  /// - Parameter path: Where the file is going to be; if there is one, it is replaced.
  /// - Throws: ``MatrixFileError`` if that is not possible.
  public init(at path: String) throws(MatrixFileError) {
    self.path = path
    do throws(SystemError) {
      try ReplacingFile.check(path)
    } catch {
      throw MatrixFileError(path, .refused("\(error)"))
    }
  }

  /// Writes the file, row by row, with the lowest byte of each number first.
  ///
  /// - Throws: ``MatrixFileError`` if that is not possible: then there is what was there before.
  public func write(_ matrix: Matrix) throws(MatrixFileError) {
    do throws(SystemError) {
      let file = try ReplacingFile(path)
      let header = NumPyHeader(for: matrix).bytes
      let result = unsafe header.withUnsafeBytes { bytes in
        Result { () throws(SystemError) in try unsafe file.write(bytes) }
      }
      try result.get()
      try unsafe matrix.memory.withUnsafeMutableBytes { bytes throws(SystemError) in
        try unsafe file.write(UnsafeRawBufferPointer(bytes))
      }
      try file.finish()
    } catch {
      throw MatrixFileError(path, .refused("\(error)"))
    }
  }
}
