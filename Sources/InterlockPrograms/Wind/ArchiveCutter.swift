import CInterlockKernels
import Glibc

/// Cuts one archive into texts.
///
/// What is behind the last line that closes a report is kept, and becomes the beginning of the next text.
/// It is bounded: where nothing closes a report, ``LineRemains`` gives up what cannot matter, and a report
/// that is too long all the same is broken off, and passed over up to its end.
struct ArchiveCutter {
  private static let forecast = Array("TAF".utf8)

  private let job: WindJob
  private let file: OpenFile
  /// What has been read and not handed out: it begins with a line.
  private var rest: [UInt8] = []
  /// How much of the file has been read.
  private var position = 0
  /// Whether the file ends behind `rest`.
  private var isAtEnd = false
  /// Whether the rest of a report that was broken off is passed over.
  private var isSkipping = false

  init(of file: OpenFile, for job: WindJob) {
    self.file = file
    self.job = job
  }

  /// The next text; `nil` if there is none left or the run was stopped.
  ///
  /// - Throws: ``SystemError`` if the file cannot be read.
  mutating func next() throws(SystemError) -> [UInt8]? {
    while !isAtEnd, !job.shouldStop {
      var text = try read()
      if isSkipping, !skip(in: &text) { continue }
      if let text = cut(text) { return text }
    }
    return nil
  }

  /// Takes what can be handed out, and keeps the rest.
  private mutating func cut(_ text: consuming [UInt8]) -> [UInt8]? {
    if isAtEnd { return text.isEmpty ? nil : text }
    if let end = LineRemains.endOfLastClosingLine(in: text) {
      rest = Array(text[end...])
      text.removeSubrange(end...)
      return text
    }
    let limit = job.sizes.report
    rest = LineRemains.withoutComments(text, spaceLimit: limit + 1)
    // Of each line joining takes the end away, and leaves one byte at least.
    guard rest.trimmingSpaces.count > 2 * limit + 1 else { return nil }
    let report = rest
    rest = LineRemains.marks(ofLastLineIn: report)
    isSkipping = true
    return report
  }

  /// Removes what belongs to a report that was broken off.
  ///
  /// - Returns: Whether that was all of it.
  private mutating func skip(in text: inout [UInt8]) -> Bool {
    if let end = LineRemains.endOfFirstClosingLine(in: text, isWhole: isAtEnd) {
      text.removeSubrange(..<end)
      isSkipping = false
    } else {
      rest = LineRemains.marks(ofLastLineIn: text)
    }
    return !isSkipping
  }

  /// Fills a text with the rest of the last one, and what comes next in the file.
  private mutating func read() throws(SystemError) -> [UInt8] {
    // One byte more than there is left finds out that there is no more; a stream has no size, and a file
    // that has grown meanwhile another one.
    let left = position < file.size ? file.size - position + 1 : job.sizes.text
    let (searched, size) = (rest.count, rest.count + max(min(left, job.sizes.text - rest.count), 1))
    var failure: SystemError?
    var text = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      // SAFETY: the rest fits, and `fill` writes what it says.
      unsafe _ = buffer.initialize(fromContentsOf: rest)
      count = rest.count
      do throws(SystemError) {
        try unsafe fill(buffer, &count)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    if let forecast = Self.placeOfForecast(in: text, from: searched) {
      text.removeSubrange(LineRemains.startOfLine(at: forecast, in: text)...)
      try readToEnd()
    }
    return text
  }

  /// Where the word is that forecasts begin with, if it ends behind `searched`.
  private static func placeOfForecast(in text: [UInt8], from searched: Int) -> Int? {
    let start = max(searched - forecast.count + 1, 0)
    var place: UInt32 = 0
    let count = unsafe text.withUnsafeBufferPointer { text in
      // SAFETY: the kernel reads what is in the text, and writes one place at the most.
      unsafe interlock_list_words(
        text.baseAddress.map { unsafe $0 + start },
        text.count - start,
        forecast,
        forecast.count,
        &place,
        1
      )
    }
    return count > 0 ? start + Int(place) : nil
  }

  private mutating func fill(
    _ buffer: UnsafeMutableBufferPointer<UInt8>,
    _ count: inout Int
  ) throws(SystemError) {
    while count < buffer.count, !job.shouldStop {
      let space = unsafe UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]
      )
      guard let size = try unsafe file.read(into: space) else { continue }
      if size == 0 {
        isAtEnd = true
        return
      }
      position += size
      job.progress.addBytes(size)
      count += size
    }
  }

  /// Reads what is behind the reports, so that who writes into a pipe is not cut off.
  private mutating func readToEnd() throws(SystemError) {
    var failure: SystemError?
    while !isAtEnd, !job.shouldStop {
      _ = unsafe [UInt8](unsafeUninitializedCapacity: job.sizes.text) { buffer, count in
        do throws(SystemError) {
          try unsafe fill(buffer, &count)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }
}
