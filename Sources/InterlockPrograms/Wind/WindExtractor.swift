import CInterlockKernels

/// The second stage: takes the winds out of the reports of one station.
///
/// A report tells a wind if it has, in this order, ` METAR`; anything; the station, a space, digits, `Z`,
/// a space, capital letters and spaces if any, a wind; anything; `=`. Then every word of it counts that
/// begins with a wind. One that has the first of these, up to the space behind the station, and not the
/// others is malformed.
struct WindExtractor {
  private let header: ReportHeader
  /// Where in the text at hand there is a wind, or a station.
  private var winds: [UInt32] = []
  private var stations: [UInt32] = []

  init(for station: WeatherStation) {
    header = ReportHeader(of: station)
  }

  /// Takes the winds out of some reports.
  mutating func extract(from batch: ReportBatch) -> WindBatch {
    let size = batch.text.count
    Self.reserve(size / Int(INTERLOCK_WIND_LENGTH) + 1, in: &winds)
    Self.reserve(size / header.station.count + 1, in: &stations)
    // SAFETY: the reports lie in the text, and so does what the kernels list; neither overlaps with its
    // like, so that there is room for all.
    return unsafe batch.text.withUnsafeBufferPointer { text in
      unsafe winds.withUnsafeMutableBufferPointer { winds in
        unsafe stations.withUnsafeMutableBufferPointer { stations in
          guard let bytes = text.baseAddress else { return WindBatch() }
          let windCount = unsafe interlock_list_winds(bytes, size, winds.baseAddress)
          let stationCount = unsafe interlock_list_words(
            bytes,
            size,
            header.station,
            header.station.count,
            stations.baseAddress,
            stations.count
          )
          return unsafe Self.extract(
            batch,
            from: bytes,
            PlaceList(UnsafeBufferPointer(rebasing: winds[..<windCount])),
            PlaceList(UnsafeBufferPointer(rebasing: stations[..<stationCount])),
            header
          )
        }
      }
    }
  }

  private static func reserve(_ count: Int, in places: inout [UInt32]) {
    if places.count < count { places = Array(repeating: 0, count: count) }
  }

  private static func extract(
    _ batch: ReportBatch,
    from bytes: UnsafePointer<UInt8>,
    _ winds: PlaceList,
    _ stations: PlaceList,
    _ header: ReportHeader
  ) -> WindBatch {
    var result = WindBatch()
    result.winds.reserveCapacity(batch.reports.count)
    var winds = winds
    var (stations, unfinishedStations) = (stations, stations)
    for place in batch.reports {
      let own = stations.take(in: place, length: header.station.count)
      if own.isEmpty { continue }
      let report = unsafe ReportText(bytes, place)
      let ownWinds = winds.take(in: place, length: Int(INTERLOCK_WIND_LENGTH))
      switch report.standing(header, stations: own, winds: ownWinds) {
      case .tellsWind:
        result.reports += 1
        for wind in ownWinds { report.appendWind(at: wind, to: &result.winds) }
      case .malformed: result.malformed += 1
      case .foreign: break
      }
    }
    for place in batch.unfinished {
      let own = unfinishedStations.take(in: place, length: header.station.count)
      let report = unsafe ReportText(bytes, place)
      if report.isOf(header, stations: own) { result.malformed += 1 }
    }
    return result
  }
}
