import Interlock

/// Some lines to measure: one unit of work, for this process or another one.
///
/// It is small where it can be: where there is a file, a worker process is told where in the file to
/// look. Lines that were read from a stream travel themselves.
struct AreaSegment: Codable, Sendable {
  /// Where the lines are.
  enum Place: Codable, Sendable {
    /// Those lines of a file that begin in a part of it.
    case part(of: FileIdentity, Range<Int>)
    /// These lines.
    case lines([UInt8])
    /// One line of so many bytes, which was too long to be kept.
    case tooLongLine(Int)
  }

  let place: Place
  /// How much of a file is read at a time.
  let readSize: Int
  /// How long a line may be.
  let lineLimit: Int
  /// Whether the areas are wanted one by one.
  let keepsText: Bool

  /// Measures the lines.
  ///
  /// - Parameter file: The file that the lines are in, if it is open already.
  /// - Returns: What came of them.
  /// - Throws: ``SystemError`` if the file cannot be read, or is not the same any more.
  func measure(in file: OpenFile? = nil) throws(SystemError) -> SegmentAreas {
    switch place {
    case .part(let identity, let range):
      let file = if let file { file } else { try identity.open() }
      var areas = nothing
      for start in stride(from: range.lowerBound, to: range.upperBound, by: readSize) {
        let end = min(start + readSize, range.upperBound)
        areas.append(try measure(start..<end, in: file))
      }
      return areas
    case .lines(let lines):
      return unsafe lines.withUnsafeBufferPointer { lines in
        unsafe SegmentAreas(measuring: lines, lineLimit: lineLimit, keepsText: keepsText)
      }
    case .tooLongLine(let length):
      var areas = nothing
      areas.addTooLongLine(byteCount: length, keepsText: keepsText)
      return areas
    }
  }

  private var nothing: SegmentAreas {
    unsafe SegmentAreas(
      measuring: UnsafeBufferPointer(start: nil, count: 0),
      lineLimit: lineLimit,
      keepsText: keepsText
    )
  }

  /// How much is read at a time to find the end of a line.
  private static let extensionSize = 64 << 10

  /// Measures those lines that begin in a part of a file.
  private func measure(
    _ range: Range<Int>,
    in file: OpenFile
  ) throws(SystemError) -> SegmentAreas {
    // The byte before tells whether a line begins with the first one.
    let start = max(range.lowerBound - 1, 0)
    var buffer = LineBuffer(capacity: range.upperBound - start + Self.extensionSize + 1)
    var isAtEnd = false
    func read(_ size: Int) throws(SystemError) {
      let offset = start + buffer.count
      let count = try unsafe buffer.append(atMost: size) { space throws(SystemError) in
        try unsafe file.read(into: space, at: offset)
      }
      isAtEnd = count == 0
    }
    while !isAtEnd, buffer.count < range.upperBound - start {
      try read(range.upperBound - start - buffer.count)
    }
    let first = start == range.lowerBound ? 0 : buffer.lineStart(after: 0) ?? buffer.count
    let lastLine = buffer.lastLineStart(from: first)
    if lastLine == buffer.count { return measure(buffer, first..<lastLine) }

    // The last line goes on behind the part.
    while !isAtEnd, buffer.count - lastLine <= lineLimit {
      let searched = buffer.count
      try read(Self.extensionSize)
      if let end = buffer.lineStart(after: searched) {
        buffer.truncate(to: end)
        return measure(buffer, first..<end)
      }
    }
    guard buffer.count - lastLine <= lineLimit else {
      var areas = measure(buffer, first..<lastLine)
      areas.addTooLongLine(byteCount: range.upperBound - start - lastLine, keepsText: keepsText)
      return areas
    }
    buffer.endLine()
    return measure(buffer, first..<buffer.count)
  }

  private func measure(_ buffer: borrowing LineBuffer, _ range: Range<Int>) -> SegmentAreas {
    unsafe buffer.withBytes(range) { lines in
      unsafe SegmentAreas(measuring: lines, lineLimit: lineLimit, keepsText: keepsText)
    }
  }
}

extension AreaSegment: ProcessTask {
  static func run(_ segment: AreaSegment) throws -> SegmentAreas { try segment.measure() }
}
