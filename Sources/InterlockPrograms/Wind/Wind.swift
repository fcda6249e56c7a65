/// Where a wind comes from.
///
/// A number of 16 bits, because many of them travel from stage to stage at a time.
struct Wind: Codable, Hashable, Sendable {
  /// A wind that changes its direction.
  static let variable = Wind(number: .max)

  private let number: UInt16

  private init(number: UInt16) {
    self.number = number
  }

  /// A wind from a direction in degrees, clockwise from north: three digits, which need not be less than
  /// 360.
  init(degrees: UInt16) {
    number = degrees
  }

  /// Into how many sectors the compass is divided.
  static let sectorCount = 8

  /// The sector that the wind comes from: 0 is the one around north, 1 that around north-east, and so
  /// on; `nil` if the wind is variable.
  var sector: Int? {
    if self == .variable { return nil }
    // A sector has 45 degrees and begins half of it before its middle. No whole number of degrees is
    // where two meet, so that it does not matter how halves are rounded.
    return (2 * Int(number) + 45) / 90 % Self.sectorCount
  }
}

/// The winds of many reports.
struct WindBatch: Codable, Sendable {
  var winds: [Wind] = []
  /// How many reports they are from.
  var reports = 0
  /// How many reports of the station tell no wind.
  var malformed = 0
}
