/// One thread does everything: it parses, extracts and counts one text after the other.
enum SequentialWind {
  static func count(_ job: WindJob) -> WindDistribution {
    var archives = ArchiveReader(for: job)
    var parser = ReportParser(job.sizes)
    var extractor = WindExtractor(for: job.station)
    var distribution = WindDistribution()

    while let text = archives.next() {
      let reports = parser.parse(text)
      let winds = extractor.extract(from: reports)
      distribution.count(winds)
    }
    return distribution
  }
}
