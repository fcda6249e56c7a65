import CInterlockKernels
import Glibc

/// The first stage: makes reports of lines.
///
/// Lines that go together are joined, without the spaces at their ends. That happens in the memory of
/// the text, for a report never is longer than its lines.
struct ReportParser {
  private let lengthLimit: Int
  private var lines = [interlock_line](repeating: interlock_line(), count: lineCount)

  /// How many lines are listed at a time: some kilobytes of them, which stay in the fastest cache.
  private static let lineCount = 1_024
  private static let comment = UInt32(INTERLOCK_LINE_IS_COMMENT.rawValue)
  private static let closing = UInt32(INTERLOCK_LINE_CLOSES.rawValue)

  init(_ sizes: WindSizes) {
    lengthLimit = sizes.report
  }

  /// Finds the reports of a text, which begins with a line, and whose end is also that of its last
  /// report.
  mutating func parse(_ text: consuming [UInt8]) -> ReportBatch {
    var text = text
    var joiner = LineJoiner(lengthLimit: lengthLimit)
    // SAFETY: the kernel lists lines that lie in the text, and no more than there is room for.
    unsafe text.withUnsafeMutableBufferPointer { text in
      guard let bytes = text.baseAddress else { return }
      unsafe lines.withUnsafeMutableBufferPointer { lines in
        var start = 0
        while start < text.count {
          let list = lines.baseAddress
          let count = unsafe interlock_list_lines(bytes, start, text.count, list, lines.count)
          for place in 0..<count {
            let line = unsafe lines[place]
            if line.marks & Self.comment == 0 {
              unsafe joiner.append(start, Int(line.end), in: bytes)
              if line.marks & Self.closing != 0 { joiner.close() }
            }
            start = Int(line.end) + 1
          }
        }
      }
    }
    joiner.finish()
    return ReportBatch(text: text, reports: joiner.reports, unfinished: joiner.unfinished)
  }
}

/// Joins lines to reports.
private struct LineJoiner {
  let lengthLimit: Int
  private(set) var reports: [ReportBatch.Place] = []
  private(set) var unfinished: [ReportBatch.Place] = []
  /// The report that has begun; empty if none has.
  private var start = 0
  private var end = 0

  init(lengthLimit: Int) {
    self.lengthLimit = lengthLimit
  }

  /// Adds a line to the report.
  @inline(__always)
  mutating func append(_ lineStart: Int, _ lineEnd: Int, in bytes: UnsafeMutablePointer<UInt8>) {
    var (first, last) = (lineStart, lineEnd)
    // SAFETY: the line lies in the text, and the report in what comes before it.
    while first < last, unsafe ASCII.isSpace(bytes[first]) { first += 1 }
    while last > first, unsafe ASCII.isSpace(bytes[last - 1]) { last -= 1 }
    if start == end {
      // It can stay where it is.
      (start, end) = (first, last)
    } else {
      unsafe memmove(bytes + end, bytes + first, last - first)
      end += last - first
    }
  }

  /// Ends the report with the line that was added last.
  @inline(__always)
  mutating func close() {
    if end - start <= lengthLimit {
      reports.append(ReportBatch.Place(start: UInt32(start), end: UInt32(end)))
    } else {
      breakOff()
    }
    start = end
  }

  /// Ends the report where there are no more lines.
  mutating func finish() {
    if start < end { breakOff() }
  }

  private mutating func breakOff() {
    let end = min(end, start + lengthLimit)
    unfinished.append(ReportBatch.Place(start: UInt32(start), end: UInt32(end)))
  }
}
