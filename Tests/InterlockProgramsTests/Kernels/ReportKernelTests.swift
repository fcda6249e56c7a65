import CInterlockKernels
import InterlockPrograms
import Testing

/// A way to look through reports, as Swift sees it.
@safe
struct ReportKernel: CustomTestStringConvertible, @unchecked Sendable {
  let testDescription: String
  // SAFETY: it points to constants and functions of the kernel library.
  let variant: interlock_reports_variant

  /// All that this machine can run.
  static let supported: [ReportKernel] = {
    var count = 0
    guard let first = unsafe interlock_reports_variants(&count) else { return [] }
    return unsafe UnsafeBufferPointer(start: first, count: count)
      .filter { unsafe $0.is_supported() }
      .map { unsafe ReportKernel(testDescription: String(cString: $0.name), variant: $0) }
  }()

  /// The ends of lines, and what they have, listed a few at a time.
  func lines(_ text: [UInt8]) -> [[UInt32]] {
    var lines: [[UInt32]] = []
    var start = 0
    var list = [interlock_line](
      repeating: interlock_line(),
      count: Int(INTERLOCK_LEAST_LINE_COUNT)
    )
    while start < text.count {
      let count = unsafe variant.list_lines(text, start, text.count, &list, list.count)
      lines += list[..<count].map { [$0.end, $0.marks] }
      start = Int(list[count - 1].end) + 1
    }
    return lines
  }

  func winds(_ text: [UInt8]) -> [UInt32] {
    var places = [UInt32](repeating: 0, count: text.count / Int(INTERLOCK_WIND_LENGTH) + 1)
    let count = unsafe variant.list_winds(text, text.count, &places)
    return Array(places[..<count])
  }

  func words(_ text: [UInt8], _ word: [UInt8], capacity: Int) -> [UInt32] {
    var places = [UInt32](repeating: 0, count: capacity)
    let count = unsafe variant.list_words(
      text,
      text.count,
      word,
      word.count,
      &places,
      capacity
    )
    return Array(places[..<count])
  }
}

private func naiveLines(_ text: [UInt8]) -> [[UInt32]] {
  var lines: [[UInt32]] = []
  var start = 0
  while start < text.count {
    let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
    let line = text[start..<end]
    let marks: UInt32 =
      (line.contains(UInt8(ascii: "=")) ? 1 : 0) | (line.contains(UInt8(ascii: "#")) ? 2 : 0)
    lines.append([UInt32(end), marks])
    start = end + 1
  }
  return lines
}

private func naiveWinds(_ text: [UInt8]) -> [UInt32] {
  text.indices.dropLast(6).filter { place in
    let group = String(decoding: text[place..<place + 7], as: Unicode.ASCII.self)
    return group.wholeMatch(of: /([0-9]{3}|VRB)[0-9]{2}KT/) != nil
  }.map { UInt32($0) }
}

private func naiveWords(_ text: [UInt8], _ word: [UInt8]) -> [UInt32] {
  text.indices.filter { text[$0...].starts(with: word) }.map { UInt32($0) }
}

@Suite struct `Every variant of the report kernel` {
  /// Bytes in which everything that is looked for is frequent.
  private func text(_ length: Int, _ random: inout SplitMix64) -> [UInt8] {
    let words = ["\n", "=", "#", "24013KT", "VRB02KT", "KT", "TAF", "TA", "EGLL ", "EGL", "x", "0"]
    var text: [UInt8] = []
    while text.count < length { text += words.randomElement(using: &random)?.utf8 ?? "".utf8 }
    return Array(text[..<length])
  }

  @Test func `is the portable one, or faster`() {
    #expect(ReportKernel.supported.last?.testDescription == "portable")
  }

  @Test(arguments: ReportKernel.supported)
  func `finds what a naive program finds, in texts of every length`(kernel: ReportKernel) {
    var random = SplitMix64(seed: 5)
    for length in Array(0...300) + [1_000, 3_000] {
      let text = text(length, &random)
      #expect(kernel.lines(text) == naiveLines(text))
      #expect(kernel.winds(text) == naiveWinds(text))
      for word in ["TAF", "EGLL ", "EGLL 24", "KT24013K"] {
        let expected = naiveWords(text, Array(word.utf8))
        #expect(kernel.words(text, Array(word.utf8), capacity: length + 1) == expected)
        #expect(kernel.words(text, Array(word.utf8), capacity: 1) == Array(expected.prefix(1)))
      }
    }
  }

  @Test(arguments: ReportKernel.supported)
  func `knows every byte from every other`(kernel: ReportKernel) {
    for byte in UInt8.min...UInt8.max {
      let text = [UInt8](repeating: byte, count: 150)
      #expect(kernel.lines(text) == naiveLines(text))
      #expect(kernel.winds(text).isEmpty)
      #expect(kernel.words(text, Array("TAF".utf8), capacity: 1).isEmpty)
    }
  }
}
