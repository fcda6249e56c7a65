import Testing

@testable import InterlockPrograms

@Suite struct `Cutting an archive` {
  private let sizes = WindSizes(text: 100, report: 20)

  private func texts(of archive: String) throws -> [String] {
    let folder = try TemporaryFolder()
    var job = WindJob(
      [try folder.write(archive, to: "archive")],
      for: WindCounter(mode: .sequential)
    )
    job.sizes = sizes
    var archives = ArchiveReader(for: job)
    var texts: [String] = []
    while let text = archives.next() { texts.append(String(decoding: text, as: UTF8.self)) }
    return texts
  }

  private func distribution(of archive: String) throws -> WindDistribution {
    let folder = try TemporaryFolder()
    var job = WindJob(
      [try folder.write(archive, to: "archive")],
      for: WindCounter(mode: .sequential)
    )
    job.sizes = WindSizes(text: 200, report: 40)
    return SequentialWind.count(job)
  }

  @Test func `happens behind lines that close a report`() throws {
    let line = "123456789 123456789 1=\n"
    let found = try texts(of: String(repeating: line, count: 10))
    #expect(found.allSatisfy { $0.hasSuffix("=\n") && $0.count <= sizes.text })
    #expect(found.joined() == String(repeating: line, count: 10))
    #expect(found.count == 3)
  }

  @Test func `ends before the line that forecasts begin with, wherever it is`() throws {
    for count in 0...120 {
      let lines = String(repeating: "=\n", count: count)
      #expect(try texts(of: lines + "1 TAF=\n" + lines).joined() == lines)
    }
  }

  @Test func `passes over comments of any length`() throws {
    let comment = "#" + String(repeating: "=", count: 500)
    let comments = String(repeating: "# \(comment)\n   \n", count: 20)
    let report = "1 METAR EGLL\n" + comments + "1Z 24013KT=\n"
    let expected: [UInt64] = [0, 0, 0, 0, 0, 1, 0, 0]
    // The two lines are joined without a space.
    #expect(try distribution(of: report).malformed == 0)
    let whole = "1 METAR EGLL 1Z\n" + comments + "= 24013KT=\n1 METAR EGLL 1Z 24013KT=" + comments
    #expect(try distribution(of: comments + "1 METAR EGLL 1Z 24013KT=\n").sectors == expected)
    #expect(try distribution(of: whole).malformed == 1)
    #expect(try distribution(of: "1 METAR EGLL 1Z 24013KT\n\(comments)=\n").sectors == expected)
  }

  @Test func `breaks a report off that is too long, and goes on behind it`() throws {
    let report = "1 METAR EGLL 1Z 24013KT=\n"
    for length in [30, 100, 1_000, 5_000] {
      for filler in ["x", "x y\n", "\nx"] {
        let long = "1 METAR EGLL 1Z 24013KT " + String(repeating: filler, count: length)
        let found = try distribution(of: report + long + "1 METAR EGLL 1Z 09001KT=\n" + report)
        #expect(found.reports == 2)
        #expect(found.malformed == 1)
      }
    }
  }

  @Test func `does not mistake spaces at the end of a line for a long report`() throws {
    let spaces = String(repeating: " ", count: 1_000)
    let found = try distribution(of: "1 METAR EGLL 1Z 24013KT\(spaces)\n\(spaces)=\n")
    #expect(found.reports == 1)
    #expect(found.malformed == 0)
    let broken = try distribution(of: "1 METAR EGLL 1Z 24013KT\(spaces)=\n")
    #expect(broken.reports == 0)
    #expect(broken.malformed == 1)
  }
}
