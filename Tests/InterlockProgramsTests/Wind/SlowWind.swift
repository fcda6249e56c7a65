@testable import InterlockPrograms

/// Counts winds slowly, in the words of the design, as a judge of the fast program.
struct SlowWind {
  let station: [UInt8]
  let lengthLimit: Int
  private(set) var distribution = WindDistribution()

  init(station: String = "EGLL", lengthLimit: Int = WindSizes().report) {
    self.station = Array("\(station) ".utf8)
    self.lengthLimit = lengthLimit
  }

  /// Counts the winds of an archive.
  mutating func count(_ archive: [UInt8]) {
    var report: [UInt8] = []
    for line in archive.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if Self.places(of: Array("TAF".utf8), in: Array(line)).first != nil { break }
      if line.contains(UInt8(ascii: "#")) { continue }
      report += Self.trimmed(line)
      if line.contains(UInt8(ascii: "=")) {
        count(report: report, isClosed: true)
        report = []
      }
    }
    count(report: report, isClosed: false)
  }

  private mutating func count(report: [UInt8], isClosed: Bool) {
    let isWhole = isClosed && report.count <= lengthLimit
    let report = Array(report.prefix(lengthLimit))
    let stations = Self.stations(station, in: report)
    if stations.isEmpty { return }
    guard isWhole, stations.contains(where: { tellsWind(report, behind: $0 + station.count) })
    else {
      distribution.malformed += 1
      return
    }
    var batch = WindBatch(reports: 1)
    for word in report.split(whereSeparator: Self.isSpace) {
      guard let wind = Self.wind(at: 0, in: Array(word)) else { continue }
      batch.winds.append(wind)
    }
    distribution.count(batch)
  }

  /// Where the name of the station follows the word METAR.
  private static func stations(_ station: [UInt8], in report: [UInt8]) -> [Int] {
    guard let kind = places(of: Array(" METAR".utf8), in: report).first else { return [] }
    return places(of: station, in: report).filter { $0 >= kind + 6 }
  }

  /// Digits, `Z`, a space, capital letters and spaces, a wind, anything, `=`.
  private func tellsWind(_ report: [UInt8], behind start: Int) -> Bool {
    let time = report[start...].drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard time.starts(with: Array("Z ".utf8)) else { return false }
    var place = time.startIndex + 2
    while true {
      if Self.wind(at: place, in: report) != nil {
        return report[(place + 7)...].contains(UInt8(ascii: "="))
      }
      guard place < report.count else { return false }
      let byte = report[place]
      guard byte == UInt8(ascii: " ") || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      else { return false }
      place += 1
    }
  }

  /// The wind that is told at a place.
  private static func wind(at place: Int, in bytes: [UInt8]) -> Wind? {
    guard place + 7 <= bytes.count else { return nil }
    let text = String(decoding: bytes[place..<place + 7], as: Unicode.ASCII.self)
    guard text.hasSuffix("KT"), isNumber(text.dropFirst(3).prefix(2)) else { return nil }
    if text.hasPrefix("VRB") { return .variable }
    return isNumber(text.prefix(3)) ? UInt16(text.prefix(3)).map(Wind.init(degrees:)) : nil
  }

  private static func isNumber(_ text: Substring) -> Bool { text.allSatisfy { "0"..."9" ~= $0 } }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
    Array(Array(line.drop(while: isSpace).reversed()).drop(while: isSpace).reversed())
  }

  private static func places(of word: [UInt8], in bytes: [UInt8]) -> [Int] {
    bytes.indices.filter { bytes[$0...].starts(with: word) }
  }
}
