import Interlock
import Testing

@testable import InterlockPrograms

/// Archives that are damaged at random.
private struct DamagedArchives {
  private var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  /// Words that mean something to the program.
  private static let words = [
    "=", "#", "\n", " ", "TAF", "TA", "F", "KT", "VRB05KT", "24013KT", "00000KT", "99999KT",
    "24013G25KT", "EGLL ", "EGLL", " METAR", "METAR", "Z ", "Z", "AUTO ", "\r", "\t", "\0", "é",
    "            ", "\n=\n", "#=\n", "\n\n\n", "EGLL Z 01002KT", "EGLL 1Z VRB01KT", "12VRB05KT",
  ].map { Array($0.utf8) }

  mutating func next(byteCount: Int) -> [UInt8] {
    var archive: [UInt8] = []
    SampleReports(seed: random.next()).write(byteCount: byteCount) { archive += $0 }
    // What comes first would often be all that is damaged.
    archive.removeSubrange(..<below(min(300, archive.count)))
    for _ in 0..<below(60) { damage(&archive) }
    return archive
  }

  private mutating func damage(_ archive: inout [UInt8]) {
    let place = below(archive.count + 1)
    switch below(6) {
    case 0, 1, 2: archive.insert(contentsOf: Self.words[below(Self.words.count)], at: place)
    case 3: archive.removeSubrange(place..<min(place + below(4), archive.count))
    case 4: archive.removeSubrange(place..<min(place + below(80), archive.count))
    default:
      let part = archive[place..<min(place + below(200), archive.count)]
      archive.insert(contentsOf: part, at: below(archive.count + 1))
    }
  }

  /// A random number from 0 up to, not including, a limit.
  mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<max(limit, 1), using: &random) }
}

@Suite struct `Damaged archives` {
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `are counted as by the slow program, however small the texts are`(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var archives = DamagedArchives(seed: seed)
    for number in 0..<60 {
      let archive = archives.next(byteCount: 200 + archives.below(4_000))
      let path = try folder.write(archive, to: "\(number)")
      for text in [4_096, 1_200, 700] {
        var job = WindJob([path], for: WindCounter(mode: .sequential))
        job.sizes = WindSizes(text: text, report: 150)
        var expected = SlowWind(lengthLimit: job.sizes.report)
        expected.count(archive)
        let found = SequentialWind.count(job)
        let slow = expected.distribution
        try #require(found == slow, "seed \(seed), archive \(number), texts of \(text) bytes")
        #expect(job.progress.bytes == archive.count)
      }
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `are counted alike in all modes`(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var archives = DamagedArchives(seed: seed)
    var expected = SlowWind(station: "EHAM")
    for number in 0..<20 {
      let archive = archives.next(byteCount: 20_000)
      expected.count(archive)
      try folder.write(archive, to: "\(number)")
    }
    for mode in WindCounter.Mode.allCases {
      var counter = WindCounter(mode: mode, workers: 2)
      counter.station = try #require(WeatherStation("EHAM"))
      var job = WindJob([folder.path], for: counter)
      job.sizes.text = 300_000
      let report = try withinPatience { [counter, job] in try counter.count(job) }
      let slow = expected.distribution
      #expect(report.distribution == slow)
      #expect(report.files == 20)
    }
  }
}
