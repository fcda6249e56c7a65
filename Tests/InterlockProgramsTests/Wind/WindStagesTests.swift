import Testing

@testable import InterlockPrograms

@Suite struct `Parsing` {
  private func parse(
    _ text: String,
    limit: Int = 1_000
  ) -> (reports: [String], unfinished: [String]) {
    var parser = ReportParser(WindSizes(report: limit))
    let batch = parser.parse(Array(text.utf8))
    func contents(_ place: ReportBatch.Place) -> String {
      String(decoding: batch.text[Int(place.start)..<Int(place.end)], as: UTF8.self)
    }
    return (batch.reports.map(contents), batch.unfinished.map(contents))
  }

  @Test func `joins lines until one has an equals sign`() {
    let batch = parse(" one \n\ttwo=\r\nthree=four\n\nfive\n six\n=\n")
    #expect(batch.reports == ["onetwo=", "three=four", "fivesix="])
    #expect(batch.unfinished.isEmpty)
  }

  @Test func `drops comments, whatever else they have`() {
    #expect(parse("one\n# two=\nthree #=\nfour=\n#").reports == ["onefour="])
  }

  @Test func `keeps what has no end apart`() {
    let batch = parse("one=\ntwo\nthree")
    #expect(batch.reports == ["one="])
    #expect(batch.unfinished == ["twothree"])
  }

  @Test func `keeps what is too long apart, and no more of it than allowed`() {
    let batch = parse("1234\n5678\n9=\n12=\n1234567=\n12345678=", limit: 8)
    #expect(batch.reports == ["12=", "1234567="])
    #expect(batch.unfinished == ["12345678", "12345678"])
  }

  @Test func `finds nothing in nothing`() {
    #expect(parse("").reports.isEmpty)
    #expect(parse("\n \n\n").unfinished.isEmpty)
  }

  @Test func `lists more lines than it has room for at a time`() {
    let batch = parse(String(repeating: "a\nb=\n\n", count: 3_000))
    #expect(batch.reports == Array(repeating: "ab=", count: 3_000))
  }
}

@Suite struct `Extracting` {
  private func extract(_ report: String, _ station: WeatherStation = .heathrow) -> WindBatch {
    var parser = ReportParser(WindSizes())
    var extractor = WindExtractor(for: station)
    return extractor.extract(from: parser.parse(Array(report.utf8)))
  }

  @Test(arguments: [
    "1 METAR EGLL 010020Z 24013KT=", "1 METAR COR EGLL 010020Z AUTO 24013KT 9999=",
    " 1 METAR EGLL Z 24013KT=", "1 METAR EGLL 1Z A24013KT 24013KT=", "1 METARS XEGLL 1Z 24013KT=",
    "1 METAR EGLL 1Z EGLL 1Z 24013KTX=", "1 METAR EGLL METAR EGLL 1Z 24013KT=",
    "1 METAR EGLL EGLL 010020Z 24013KT==",
  ])
  func `takes a wind`(report: String) {
    let batch = extract(report)
    #expect(batch.winds == [Wind(degrees: 240)])
    #expect(batch.reports == 1)
    #expect(batch.malformed == 0)
  }

  @Test(arguments: [
    "1 METAR EGLL 1Z=", "1 METAR EGLL 1Z 2401KT=", "1 METAR EGLL 1Z 24013G25KT=",
    "1 METAR EGLL 1Z /////KT=", "1 METAR EGLL 1Z 9999 24013KT=", "1 METAR EGLL 24013KT=",
    "1 METAR EGLL METAR 24013KT=", "1 METAR EGLL 1X 24013KT=", "1 METAR EGLL 1Z=24013KT",
    "1 METAR EGLL 1Z VRBKT=",
    "1 METAR EGLL 1Z 24013KT", "1 METAR EGLL ", "1 METAR EGLL 1Z\t24013KT=",
  ])
  func `calls a report of the station malformed that tells none`(report: String) {
    let batch = extract(report)
    let isEmpty = batch.winds.isEmpty
    #expect(isEmpty)
    #expect(batch.reports == 0)
    // The space behind the station goes when the line is trimmed.
    #expect(batch.malformed == (report.hasSuffix("EGLL ") ? 0 : 1))
  }

  @Test(arguments: [
    "METAR EGLL 1Z 24013KT=", "1 METAR EGKK 1Z 24013KT=", "1 EGLL METAR 1Z 24013KT=",
    "1 SPECI EGLL 1Z 24013KT=", "1 METAR EGLL1Z 24013KT=",
  ])
  func `passes over what is no report of the station`(report: String) {
    let batch = extract(report)
    #expect(batch.winds.isEmpty)
    #expect(batch.malformed == 0)
  }

  @Test func `takes every word that begins with a wind, and no other`() {
    let batch = extract(
      "09002KT METAR EGLL 1Z 24013KT24013KT X24013KT VRB02KTX 2VRB01KT 36001KT 240013KT="
    )
    #expect(
      batch.winds == [
        Wind(degrees: 90), Wind(degrees: 240), .variable, Wind(degrees: 360),
      ]
    )
  }
}

@Suite struct `Counting` {
  @Test func `puts each direction into the nearest sector`() {
    for degrees in 0...999 as ClosedRange<UInt16> {
      let sector = Int((Double(degrees) / 45).rounded(.toNearestOrEven)) % 8
      #expect(Wind(degrees: degrees).sector == sector)
    }
  }

  @Test func `puts a variable wind into each sector`() {
    var distribution = WindDistribution()
    distribution.count(WindBatch(winds: [.variable, Wind(degrees: 90)], reports: 2, malformed: 1))
    #expect(distribution.sectors == [1, 1, 2, 1, 1, 1, 1, 1])
    #expect(distribution.winds == 2)
    #expect(distribution.total == 9)
  }
}

@Suite struct `A weather station` {
  @Test func `has a code of four characters`() {
    #expect(WeatherStation("eglL")?.code == "EGLL")
    #expect(WeatherStation("K1G4")?.code == "K1G4")
    for code in ["", "EGL", "EGLLX", "1EGL", "EG L", "EGLÉ", "EGß"] {
      #expect(WeatherStation(code) == nil)
    }
  }
}
