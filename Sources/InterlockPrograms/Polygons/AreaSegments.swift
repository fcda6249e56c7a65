/// The lines of an input, cut into segments at line ends.
///
/// Memory does not grow with the input: of a file nothing is read here, and of a stream one segment.
struct AreaSegments: ~Copyable {
  /// How large segments are: large enough that handing one over costs nothing, small enough that all
  /// workers get some, and that nobody waits long for what came of one.
  private static let usualSizes = 1 << 20...16 << 20
  /// How many segments what is left of a file gives each worker, if their size is a usual one.
  ///
  /// So the last ones become smaller, and all workers end at about the same time.
  private static let segmentsPerWorker = 2

  /// The file that the segments are parts of; `nil` for a stream.
  let file: OpenFile?

  private let job: AreaJob
  private let identity: FileIdentity?
  private let input: OpenFile
  /// How large the segments of a stream are.
  private let segmentSize: Int
  private var position = 0
  private var buffer: LineBuffer
  /// So much of the buffer has no end of a line.
  private var searched = 0
  private var isAtEnd = false
  /// Why the input could not be read to its end.
  private(set) var error: SystemError?

  /// Opens the input.
  ///
  /// - Throws: ``SystemError`` if that is not possible.
  init(of job: AreaJob) throws(SystemError) {
    let input: OpenFile
    var identity: FileIdentity?
    if job.input == "-" {
      input = try OpenFile(descriptor: job.standardInput, isOwned: false)
    } else {
      input = try FileReference(name: Array(job.input.utf8CString), folder: nil).open()
      // Standard input may be anywhere in its file, and other processes have another one.
      if input.isRegular, input.size > 0 {
        identity = try FileIdentity(of: input, at: job.input)
      }
    }
    self.job = job
    self.input = input
    self.identity = identity
    file = identity == nil ? nil : input
    segmentSize = job.segmentSize ?? Self.usualSizes.lowerBound
    buffer = LineBuffer(capacity: file == nil ? segmentSize + 1 : 1)
  }

  /// The next segment; `nil` if there is none left, if there is an ``error``, or if the run was
  /// stopped.
  mutating func next() -> AreaSegment? {
    guard !job.shouldStop, error == nil else { return nil }
    if let identity { return nextPart(of: identity) }
    do throws(SystemError) {
      return try nextLines()
    } catch {
      self.error = error
      return nil
    }
  }

  private func segment(_ place: AreaSegment.Place) -> AreaSegment {
    AreaSegment(
      place: place,
      readSize: job.readSize,
      lineLimit: job.lineLimit,
      keepsText: job.keepsText
    )
  }

  private mutating func nextPart(of identity: FileIdentity) -> AreaSegment? {
    guard position < input.size else { return nil }
    let end = min(position + partSize, input.size)
    defer { position = end }
    return segment(.part(of: identity, position..<end))
  }

  /// How large the next part of a file is.
  private var partSize: Int {
    if let size = job.segmentSize { return size }
    let fairSize = (input.size - position) / (Self.segmentsPerWorker * job.workers)
    return min(max(fairSize, Self.usualSizes.lowerBound), Self.usualSizes.upperBound)
  }

  private mutating func nextLines() throws(SystemError) -> AreaSegment? {
    while !job.shouldStop {
      if buffer.count >= segmentSize || isAtEnd {
        if isAtEnd { buffer.endLine() }
        if buffer.count == 0 { return nil }
        let end = buffer.lastLineStart(from: searched)
        let hasFound = end > searched
        searched = buffer.count
        if hasFound {
          let lines = unsafe buffer.withBytes(0..<end) { unsafe Array($0) }
          buffer.removeFirst(end)
          searched = buffer.count
          return segment(.lines(lines))
        }
        if buffer.count > job.lineLimit { return try skipLine() }
      }
      try read()
    }
    return nil
  }

  /// Reads what comes next, if it has come.
  private mutating func read() throws(SystemError) {
    let input = input
    // A line that is longer than a segment is read in larger and larger pieces.
    let size = max(segmentSize - buffer.count, segmentSize / 4, 1)
    let count = try unsafe buffer.append(atMost: size) { space throws(SystemError) in
      try unsafe input.read(into: space)
    }
    if count == 0 { isAtEnd = true }
  }

  /// Skips a line that is too long, with what has been read of it.
  private mutating func skipLine() throws(SystemError) -> AreaSegment? {
    var length = 0
    searched = 0
    while !job.shouldStop {
      if let end = buffer.lineStart(after: 0) {
        buffer.removeFirst(end)
        return segment(.tooLongLine(length + end))
      }
      length += buffer.count
      buffer.truncate(to: 0)
      if isAtEnd { return segment(.tooLongLine(length)) }
      try read()
    }
    return nil
  }
}
