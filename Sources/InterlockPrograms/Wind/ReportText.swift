/// What comes before the wind in the reports of a station.
struct ReportHeader: Sendable {
  /// The kind of the report, which something else comes before.
  let kind = Array(" METAR".utf8)
  /// Where the kind stands if the report begins with year, month, day, hour and minute.
  let usualPlace = 12
  /// The station and a space.
  let station: [UInt8]

  init(of station: WeatherStation) {
    self.station = Array("\(station.code) ".utf8)
  }
}

/// A report where it stands in memory.
@safe
struct ReportText {
  /// What a report is to those who want the winds of a station.
  enum Standing {
    /// One of the station, with a wind behind it.
    case tellsWind
    /// One of the station, without.
    case malformed
    /// Another one.
    case foreign
  }

  // SAFETY: whoever makes a value vouches for the memory up to `end` as long as it lives; nothing outside
  // of the report is read. All places are counted from `bytes`.
  private let bytes: UnsafePointer<UInt8>
  private let start: Int
  private let end: Int

  @inline(__always)
  init(_ bytes: UnsafePointer<UInt8>, _ place: ReportBatch.Place) {
    unsafe self.bytes = bytes
    start = Int(place.start)
    end = Int(place.end)
  }

  /// What the report is.
  ///
  /// - Parameters:
  ///   - header: What the reports of the station begin with.
  ///   - stations: Where the name of the station is in the report.
  ///   - winds: Where there are winds in it.
  /// - Returns: What it is.
  @inline(__always)
  func standing(
    _ header: ReportHeader,
    stations: PlaceList.Part,
    winds: PlaceList.Part
  ) -> Standing {
    guard let headerStart = endOfKind(header, before: stations) else { return .foreign }
    var isOfStation = false
    var letters = 0..<0
    for station in stations where station >= headerStart {
      isOfStation = true
      if tellsWind(behind: station + header.station.count, winds, &letters) { return .tellsWind }
    }
    return isOfStation ? .malformed : .foreign
  }

  /// Whether the report says that it is one of the station.
  func isOf(_ header: ReportHeader, stations: PlaceList.Part) -> Bool {
    guard let headerStart = endOfKind(header, before: stations) else { return false }
    return stations.contains { $0 >= headerStart }
  }

  /// Adds the wind at a place if a word begins there.
  @inline(__always)
  func appendWind(at place: Int, to winds: inout [Wind]) {
    guard unsafe place == start || ASCII.isSpace(bytes[place - 1]) else { return }
    if unsafe bytes[place] == UInt8(ascii: "V") {
      winds.append(.variable)
    } else {
      // The lower half of a digit is its value.
      let hundreds = unsafe UInt16(bytes[place] & 0xF)
      let tens = unsafe UInt16(bytes[place + 1] & 0xF)
      let ones = unsafe UInt16(bytes[place + 2] & 0xF)
      winds.append(Wind(degrees: 100 * hundreds + 10 * tens + ones))
    }
  }

  /// Whether a time, letters and spaces, and a wind follow, and a `=` somewhere behind them.
  ///
  /// `letters` remembers what was looked through last: where a report has the station many times, it is
  /// not looked through as often.
  @inline(__always)
  private func tellsWind(
    behind station: Int,
    _ winds: PlaceList.Part,
    _ letters: inout Range<Int>
  ) -> Bool {
    var place = station
    while unsafe place < end && ASCII.isDigit(bytes[place]) { place += 1 }
    guard unsafe place + 2 <= end && bytes[place] == UInt8(ascii: "Z") else { return false }
    guard unsafe bytes[place + 1] == ASCII.space else { return false }
    place += 2
    let first = place
    if letters.contains(place) { place = letters.upperBound }
    while unsafe place < end && Self.isFiller(bytes[place]) { place += 1 }
    letters = first..<place
    for wind in winds {
      // The letters of a variable wind are among the others.
      let isHere = wind == place || (wind == place - 3 && wind >= first)
      if isHere { return isClosed(behind: wind) }
    }
    return false
  }

  private static func isFiller(_ byte: UInt8) -> Bool {
    ASCII.isCapital(byte) || byte == ASCII.space
  }

  /// Where the kind of the report ends; `nil` if it has none, or no station.
  @inline(__always)
  private func endOfKind(_ header: ReportHeader, before stations: PlaceList.Part) -> Int? {
    guard let station = stations.first else { return nil }
    // If it is also somewhere before the usual place, that makes no difference to these stations.
    let usual = start + header.usualPlace
    if usual + header.kind.count <= station, isKind(header, usual) {
      return usual + header.kind.count
    }
    return (start..<end).first { isKind(header, $0) }.map { $0 + header.kind.count }
  }

  @inline(__always)
  private func isKind(_ header: ReportHeader, _ place: Int) -> Bool {
    guard place + header.kind.count <= end else { return false }
    for offset in 0..<header.kind.count where unsafe bytes[place + offset] != header.kind[offset] {
      return false
    }
    return true
  }

  /// Whether the report ends as it should behind the wind: nearly all of them have the `=` at their end.
  @inline(__always)
  private func isClosed(behind wind: Int) -> Bool {
    (wind..<end).reversed().contains { unsafe bytes[$0] == ASCII.closing }
  }
}
