import Glibc

extension Matrix {
  /// Reads a matrix from a file in NumPy's format .npy, version 1.0 to 3.0.
  ///
  /// The numbers are of the type f8, f4 or i4, in either order of their bytes, row by row or column by
  /// column. Nothing is believed: a file that has another number of bytes than its header says is
  /// refused before there is memory for it.
  ///
  /// - Parameters:
  ///   - path: A path, or `-` for standard input.
  ///   - isShared: Whether processes are going to share it, which spares them a copy.
  /// - Throws: ``MatrixFileError``, which names the file.
  public init(readingFrom path: String, isShared: Bool = false) throws(MatrixFileError) {
    try self.init(readingFrom: path, isShared: isShared, standardInput: STDIN_FILENO)
  }

  init(
    readingFrom path: String,
    isShared: Bool = false,
    standardInput: Int32
  ) throws(MatrixFileError) {
    do throws(MatrixFileError.Reason) {
      let source = try MatrixSource(path, standardInput: standardInput)
      let place = try NumPyHeader.Place(
        parsing: try source.bytes(NumPyHeader.Place.prefixSize, at: 0)
      )
      let text = try source.bytes(place.textSize, at: place.textOffset)
      guard text.count == place.textSize else { throw .malformedHeader("the file ends in it") }
      let header = try NumPyHeader(parsing: text)
      try self.init(header, from: source, at: place.textOffset + place.textSize, isShared)
    } catch {
      throw MatrixFileError(path, error)
    }
  }

  /// Reads the numbers, which stand in `source` from `offset` up to its end.
  private init(
    _ header: NumPyHeader,
    from source: MatrixSource,
    at offset: Int,
    _ isShared: Bool
  ) throws(MatrixFileError.Reason) {
    guard let size = header.contentSize else { throw .unmanageable(MatrixError(.tooLarge)) }
    guard size == source.size - offset else {
      throw .wrongSize(promised: size, found: source.size - offset)
    }
    do throws(MatrixError) {
      try self.init(
        zeros: header.type,
        rows: header.rowCount,
        columns: header.columnCount,
        isShared: isShared
      )
    } catch {
      throw .unmanageable(error)
    }
    try unsafe memory.withUnsafeMutableBytes { bytes throws(MatrixFileError.Reason) in
      // Whether a number has 64 or 32 bits is all that matters to how it is moved.
      switch header.type.byteCount {
      case 8: try unsafe Self.read(bytes.bindMemory(to: UInt64.self), header, from: source, offset)
      default: try unsafe Self.read(bytes.bindMemory(to: UInt32.self), header, from: source, offset)
      }
    }
  }

  private static func read<Word: FixedWidthInteger & BitwiseCopyable>(
    _ words: UnsafeMutableBufferPointer<Word>,
    _ header: NumPyHeader,
    from source: MatrixSource,
    _ offset: Int
  ) throws(MatrixFileError.Reason) {
    if header.isFortran {
      try unsafe readColumns(words, header, from: source, offset)
    } else {
      try unsafe source.read(filling: UnsafeMutableRawBufferPointer(words), at: offset)
    }
    if header.isBigEndian {
      for index in words.indices { unsafe words[index] = words[index].byteSwapped }
    }
  }

  /// Reads numbers that stand column by column, some columns at a time.
  private static func readColumns<Word: FixedWidthInteger & BitwiseCopyable>(
    _ words: UnsafeMutableBufferPointer<Word>,
    _ header: NumPyHeader,
    from source: MatrixSource,
    _ offset: Int
  ) throws(MatrixFileError.Reason) {
    let (rows, columns) = (header.rowCount, header.columnCount)
    guard rows > 0 else { return }
    // So many that the part of a row which they fill is a line of the cache.
    let group = 64 / MemoryLayout<Word>.size
    var buffer = [Word](repeating: 0, count: rows * min(group, columns))
    for first in stride(from: 0, to: columns, by: group) {
      let width = min(group, columns - first)
      let size = rows * width * MemoryLayout<Word>.size
      let place = offset + first * rows * MemoryLayout<Word>.size
      let result = unsafe buffer.withUnsafeMutableBytes { bytes in
        Result { () throws(MatrixFileError.Reason) in
          // SAFETY: the buffer has room for as many columns.
          let part = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<size])
          try unsafe source.read(filling: part, at: place)
        }
      }
      try result.get()
      for row in 0..<rows {
        for column in 0..<width {
          unsafe words[row * columns + first + column] = buffer[column * rows + row]
        }
      }
    }
  }
}
