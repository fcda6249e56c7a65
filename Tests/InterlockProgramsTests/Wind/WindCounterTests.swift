import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

private let counters = [
  WindCounter(mode: .sequential), WindCounter(mode: .threads, workers: 1),
  WindCounter(mode: .threads, workers: 3), WindCounter(mode: .processes, workers: 1),
  WindCounter(mode: .processes, workers: 2),
]

extension WindCounter: CustomTestStringConvertible {
  /// How failures name it.
  public var testDescription: String { "\(mode), \(workers) workers" }
}

@Suite struct `A wind counter` {
  private func count(
    _ inputs: [String],
    _ counter: WindCounter,
    failures: FailureList = FailureList()
  ) throws -> WindReport {
    try withinPatience { try counter.count(inputs) { failures.append($0) } }
  }

  @Test(arguments: counters)
  func `counts the winds of one station`(counter: WindCounter) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      """
      # METAR of EGLL 24013KT=
      200804302350 METAR EGLL 302350Z 24013KT 9999 FEW015 BKN040 08/06 Q0999
                              TEMPO SHRA=
      200804302320 METAR EGKK 302320Z 09012KT 9999=
      200804302250 METAR COR EGLL 302250Z AUTO VRB02KT CAVOK=
      200804302220 METAR EGLL 302220Z 24013G25KT 9999=
      200804302150 METAR EGLL 302150Z NIL=
      200804302120 METAR EGLL 302120Z
        # in between
        00000KT 9999
        BECMG 35004KT=
      200804302050 TAF EGLL 302050Z 24013KT=
      200804302020 METAR EGLL 302020Z 24013KT=
      """,
      to: "archive"
    )
    let report = try count([path], counter)
    // No space takes the place of the end of a line, so that nothing is between the last one's time and
    // its wind.
    #expect(report.distribution.sectors == [1, 1, 1, 1, 1, 2, 1, 1])
    #expect(report.distribution.reports == 2)
    #expect(report.distribution.winds == 2)
    #expect(report.distribution.malformed == 3)
    #expect(report.files == 1)
    #expect(report.errors == 0)
    #expect(!report.wasStopped)
    var other = counter
    other.station = try #require(WeatherStation("egkk"))
    #expect(try count([path], other).distribution.sectors == [0, 0, 1, 0, 0, 0, 0, 0])
  }

  @Test(arguments: counters)
  func `reads all files of a folder, and standard input`(counter: WindCounter) throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("deep")
    for (number, place) in ["one", "two", "deep/three"].enumerated() {
      try folder.write("1 METAR EGLL 1Z \(number)8001KT=\n", to: place)
    }
    try folder.write("", to: "empty")
    let input = try folder.write("1 METAR EGLL 1Z 04501KT", to: "deep/four")
    let descriptor = try SystemError.check { unsafe open(input, O_RDONLY | O_CLOEXEC) }
    defer { close(descriptor) }
    try folder.write("1 METAR EGLL 1Z 04501KT=", to: "deep/four")
    var job = WindJob([folder("one"), folder("two"), folder("deep"), "-"], for: counter)
    job.standardInput = descriptor
    let report = try withinPatience { [job] in try counter.count(job) }
    #expect(report.distribution.sectors == [0, 2, 1, 0, 1, 0, 1, 0])
    #expect(report.files == 5)
    #expect(report.bytes == 3 * 25 + 2 * 24)
  }

  @Test(arguments: counters)
  func `reports what it cannot read, and counts the rest`(counter: WindCounter) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("1 METAR EGLL 1Z 09001KT=", to: "archive")
    let failures = FailureList()
    let report = try count([folder("nowhere"), path], counter, failures: failures)
    #expect(report.distribution.sectors == [0, 0, 1, 0, 0, 0, 0, 0])
    #expect(report.errors == 1)
    #expect(report.files == 1)
    #expect(failures.all.map(\.input) == [folder("nowhere")])
  }

  @Test(arguments: counters)
  func `cuts a large archive without losing a report`(counter: WindCounter) throws {
    let folder = try TemporaryFolder()
    var archive: [UInt8] = []
    SampleReports(seed: 3).write(byteCount: 300_000) { archive += $0 }
    let path = try folder.write(archive, to: "archive")
    var expected = SlowWind()
    expected.count(archive)
    var job = WindJob([path], for: counter)
    job.sizes = WindSizes(text: 5_000, report: 1_000, queue: 1)
    let report = try withinPatience { [job] in try counter.count(job) }
    let slow = expected.distribution
    #expect(report.distribution == slow)
    #expect(slow.reports > 1_000)
    #expect(slow.malformed > 30)
  }

  @Test(arguments: counters)
  func `stops soon when it is told to`(counter: WindCounter) throws {
    let folder = try TemporaryFolder()
    let pipe = try folder.makePipe("pipe")
    // Nobody writes: what is open for reading and writing does not end.
    let descriptor = try SystemError.check { unsafe open(pipe, O_RDWR | O_CLOEXEC) }
    defer { close(descriptor) }
    let progress = WindProgress()
    let stopper = try Alarm(after: .milliseconds(50)) { progress.stop() }
    defer { stopper.join() }
    let report = try withinPatience { try counter.count([pipe], progress: progress) }
    #expect(report.wasStopped)
    #expect(report.files == 0)
  }

  @Test(
    .enabled(if: Archive.isPresent, "the archive is not here"),
    arguments: counters
  )
  func `finds what is known of the weather archive`(counter: WindCounter) throws {
    let report = try count([Archive.path], counter)
    #expect(
      report.distribution.sectors
        == [32_011, 34_088, 32_962, 23_342, 38_025, 54_267, 57_645, 28_746]
    )
    #expect(report.distribution.reports == 203_249)
    #expect(report.distribution.winds == 203_366)
    #expect(report.distribution.malformed == 4_719)
    #expect(report.files == 141)
    #expect(report.bytes == 22_822_298)
  }
}

/// Weather reports that stand beside the package on some machines.
private enum Archive {
  static var path: String {
    let package = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return "/\(package)/../shared/data/metar"
  }

  static var isPresent: Bool { unsafe access(path, R_OK) == 0 }
}
