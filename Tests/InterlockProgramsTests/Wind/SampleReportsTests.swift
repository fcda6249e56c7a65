import Testing

@testable import InterlockPrograms

@Suite struct `Sample reports` {
  private func sample(_ byteCount: Int, seed: UInt64 = 1) -> [UInt8] {
    var bytes: [UInt8] = []
    SampleReports(seed: seed).write(byteCount: byteCount) { bytes += $0 }
    return bytes
  }

  @Test(arguments: [0, 1, 17, 300, 1_000, 262_144, 600_001])
  func `have as many bytes as they should, and end their last line`(byteCount: Int) {
    let bytes = sample(byteCount)
    #expect(bytes.count == byteCount)
    #expect(bytes.last == (byteCount > 0 ? UInt8(ascii: "\n") : nil))
  }

  @Test func `are the same for the same seed, and others for another`() {
    #expect(sample(300_000) == sample(300_000))
    #expect(sample(300_000) != sample(300_000, seed: 2))
  }

  @Test func `have all that archives have`() {
    let bytes = sample(200_000)
    var heathrow = SlowWind()
    heathrow.count(bytes)
    let distribution = heathrow.distribution
    #expect(distribution.reports > 500)
    #expect(distribution.malformed > 10)
    #expect(distribution.sectors.allSatisfy { $0 > 0 })
    var other = SlowWind(station: "LFPG")
    other.count(bytes)
    #expect(other.distribution.reports > 50)
    let text = String(decoding: bytes, as: UTF8.self)
    for word in ["NIL=", "VRB0", "00000KT", "/////KT", " TAF EGLL", "\n                        "] {
      #expect(text.contains(word))
    }
    let gust = text.firstMatch(of: /\d{5}G\d\dKT/)
    #expect(gust != nil)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 72 })
  }

  @Test func `begin as they always have`() {
    // Whoever has noted a seed wants the same archive next year.
    let reports = String(decoding: sample(1_000, seed: 3), as: UTF8.self).split(separator: "\n")
      .filter { $0.contains("METAR E") }
    #expect(reports.first == "201912282350 METAR EGLL 282350Z 05003KT 0800 FG OVC009 20/14 Q1003")
  }
}
