import Glibc

/// What came of some lines that follow each other.
struct SegmentAreas: Codable, Sendable {
  /// How many lines there were.
  private(set) var lines = 0
  /// How many bytes these had.
  private(set) var bytes = 0
  /// How many of them were polygons.
  private(set) var polygons = 0
  /// The lines that were not.
  private(set) var faults: [LineFault] = []
  /// The areas, one a line, and an empty line for each fault; nothing if nobody wants them.
  private(set) var text: [UInt8] = []
  /// The sum of all areas, if it fits.
  var total: Area? {
    isTotalTooLarge ? nil : Area(halves: UInt128(totalHigh) << 64 | UInt128(totalLow))
  }

  // In two parts, because messages have no numbers of 128 bits.
  private var totalHigh: UInt64 = 0
  private var totalLow: UInt64 = 0
  private var isTotalTooLarge = false

  /// Measures lines, each of which ends with a newline.
  init(
    measuring text: UnsafeBufferPointer<UInt8>,
    lineLimit: Int,
    keepsText: Bool
  ) {
    guard let start = text.baseAddress else { return }
    bytes = text.count
    var total: UInt128 = 0
    // SAFETY: the last byte is a newline, as `quick` wants it; from there on is not read.
    var place = unsafe start
    let end = unsafe start + text.count
    while unsafe place < end {
      let line = unsafe place
      let halves: UInt128?
      if let quick = unsafe PolygonLine.quick(&place), unsafe place - line <= lineLimit + 1 {
        halves = quick
      } else {
        halves = unsafe careful(line, end, lineLimit, &place)
      }
      lines += 1
      if let halves {
        polygons += 1
        let (sum, isTooLarge) = total.addingReportingOverflow(halves)
        total = sum
        if isTooLarge { isTotalTooLarge = true }
        if keepsText { Area(halves: halves).write(to: &self.text) }
      }
      if keepsText { self.text.append(UInt8(ascii: "\n")) }
    }
    setTotal(total)
  }

  /// Reads a line that is no usual one, and keeps what is wrong with it.
  private mutating func careful(
    _ line: UnsafePointer<UInt8>,
    _ end: UnsafePointer<UInt8>,
    _ lineLimit: Int,
    _ next: inout UnsafePointer<UInt8>
  ) -> UInt128? {
    // SAFETY: as above: there is a newline.
    let newline = Int32(UInt8(ascii: "\n"))
    let found = unsafe memchr(line, newline, end - line)
    let lineEnd = unsafe found.map { unsafe UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
    let length = unsafe (lineEnd ?? end) - line
    unsafe next = line + min(length + 1, end - line)
    guard length <= lineLimit else {
      faults.append(LineFault(line: lines, offset: 0, reason: .lineTooLong))
      return nil
    }
    do throws(PolygonLine.Fault) {
      return try unsafe PolygonLine.careful(UnsafeBufferPointer(start: line, count: length))
    } catch {
      faults.append(LineFault(line: lines, offset: error.offset, reason: error.reason))
      return nil
    }
  }

  /// Adds what came of the lines that follow.
  mutating func append(_ next: SegmentAreas) {
    for var fault in next.faults {
      fault.line += lines
      faults.append(fault)
    }
    lines += next.lines
    bytes += next.bytes
    polygons += next.polygons
    text += next.text
    let sum = total.flatMap { total in next.total.flatMap { total.adding($0) } }
    isTotalTooLarge = sum == nil
    setTotal(sum?.halves ?? 0)
  }

  private mutating func setTotal(_ halves: UInt128) {
    totalHigh = UInt64(halves >> 64)
    totalLow = UInt64(truncatingIfNeeded: halves)
  }

  /// Counts a line that was too long to be kept.
  mutating func addTooLongLine(byteCount: Int, keepsText: Bool) {
    faults.append(LineFault(line: lines, offset: 0, reason: .lineTooLong))
    lines += 1
    bytes += byteCount
    if keepsText { text.append(UInt8(ascii: "\n")) }
  }
}
