/// What is left of lines of which a part has been read: the slow paths of ``ArchiveCutter``, which works
/// byte by byte where reports are longer than a text or lines have no end.
enum LineRemains {
  /// Where the line begins that has a certain byte.
  static func startOfLine(at place: Int, in text: [UInt8]) -> Int {
    (text[..<place].lastIndex(of: ASCII.newline) ?? -1) + 1
  }

  /// Where the last line ends that closes a report; `nil` if there is none, or its end is not there yet.
  static func endOfLastClosingLine(in text: [UInt8]) -> Int? {
    var rest = text[...]
    while let end = rest.lastIndex(of: ASCII.newline) {
      let start = startOfLine(at: end, in: text)
      if isClosing(text[start..<end]) { return end + 1 }
      rest = text[..<start]
    }
    return nil
  }

  /// Looks for the first line that closes a report.
  ///
  /// - Parameters:
  ///   - text: The lines.
  ///   - isWhole: Whether the last line ends with the text.
  /// - Returns: Where it ends; `nil` if there is none, or its end is not there yet.
  static func endOfFirstClosingLine(in text: [UInt8], isWhole: Bool) -> Int? {
    var start = 0
    while start < text.count {
      let end = text[start...].firstIndex(of: ASCII.newline)
      if end == nil, !isWhole { return nil }
      if isClosing(text[start..<(end ?? text.count)]) { return end.map { $0 + 1 } ?? text.count }
      start = end.map { $0 + 1 } ?? text.count
    }
    return nil
  }

  private static func isClosing(_ line: ArraySlice<UInt8>) -> Bool {
    line.contains(ASCII.closing) && !line.contains(ASCII.comment)
  }

  /// Leaves comments out, and what is left out when lines are joined.
  ///
  /// - Parameters:
  ///   - text: The lines; the last one is not at its end.
  ///   - spaceLimit: How many spaces are kept that may turn out to be at the end of a line: so many that
  ///     the report is too long if they do not.
  /// - Returns: The other lines.
  static func withoutComments(_ text: [UInt8], spaceLimit: Int) -> [UInt8] {
    var lines: [UInt8] = []
    var rest = text[...]
    while let end = rest.firstIndex(of: ASCII.newline) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      let trimmed = line.trimmingSpaces
      if trimmed.isEmpty || line.contains(ASCII.comment) { continue }
      lines += trimmed
      lines.append(ASCII.newline)
    }
    if rest.contains(ASCII.comment) { return lines + marks(of: rest) }
    let word = rest.trimmingSpaces
    return lines + word + rest[word.endIndex...].prefix(spaceLimit)
  }

  /// What the last line, which is not at its end, needs to be known for what it is.
  static func marks(ofLastLineIn text: [UInt8]) -> [UInt8] {
    marks(of: text[startOfLine(at: text.count, in: text)...])
  }

  /// A line with the same meaning, as far as it is not the text of a report: whether it is a comment,
  /// whether it closes a report, and whether `TAF` may come.
  private static func marks(of line: ArraySlice<UInt8>) -> [UInt8] {
    let word = line.suffix(2)
    if line.contains(ASCII.comment) { return [ASCII.comment] + word }
    if line.contains(ASCII.closing) { return [ASCII.closing] + word }
    return Array(word)
  }
}

extension RandomAccessCollection<UInt8> where Index == Int, SubSequence == ArraySlice<UInt8> {
  /// The bytes without the spaces at both ends.
  var trimmingSpaces: ArraySlice<UInt8> {
    guard let last = lastIndex(where: { !ASCII.isSpace($0) }) else { return suffix(0) }
    return self[...last].drop { ASCII.isSpace($0) }
  }
}
