import Glibc

/// The bytes of a file that may be a matrix.
///
/// Those of an ordinary file are read when they are wanted. A stream says how long it is by its end:
/// it is read first, so that nobody relies on what its header promises.
struct MatrixSource {
  /// How many bytes there are.
  let size: Int
  private let file: OpenFile
  private let stream: [UInt8]?

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: A path, or `-` for standard input.
  ///   - standardInput: What `-` stands for.
  /// - Throws: The system's refusal.
  init(_ path: String, standardInput: Int32) throws(MatrixFileError.Reason) {
    do throws(SystemError) {
      file =
        path == "-"
        ? try OpenFile(descriptor: standardInput, isOwned: false)
        : try FileReference(name: Array(path.utf8CString), folder: nil).open()
      stream = file.isRegular ? nil : try Self.everything(in: file)
      size = stream?.count ?? file.size
    } catch {
      throw .refused("\(error)")
    }
  }

  /// Reads what stands at `offset`, up to the end of the file.
  ///
  /// - Returns: How many bytes were read.
  func read(
    into buffer: UnsafeMutableRawBufferPointer,
    at offset: Int
  ) throws(MatrixFileError.Reason) -> Int {
    if let stream {
      let part = stream.dropFirst(offset).prefix(buffer.count)
      unsafe part.withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
      return part.count
    }
    var count = 0
    do throws(SystemError) {
      while count < buffer.count {
        // SAFETY: the rest lies in the buffer.
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        let size = unsafe try file.read(into: rest, at: offset + count)
        // The file has become shorter since it was opened.
        if size == 0 { break }
        count += size
      }
    } catch {
      throw .refused("\(error)")
    }
    return count
  }

  /// Fills a buffer.
  func read(
    filling buffer: UnsafeMutableRawBufferPointer,
    at offset: Int
  ) throws(MatrixFileError.Reason) {
    let count = try unsafe read(into: buffer, at: offset)
    guard count == buffer.count else {
      throw .wrongSize(promised: buffer.count, found: count)
    }
  }

  /// Reads so many bytes, or as many as there are.
  func bytes(_ count: Int, at offset: Int) throws(MatrixFileError.Reason) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let result = unsafe bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(MatrixFileError.Reason) in try unsafe read(into: buffer, at: offset) }
    }
    return Array(bytes.prefix(try result.get()))
  }

  private static func everything(in file: OpenFile) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let result = unsafe piece.withUnsafeMutableBytes { buffer in
        Result { () throws(SystemError) in try unsafe file.read(into: buffer) }
      }
      guard let count = try result.get() else { continue }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
  }
}
