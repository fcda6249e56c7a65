/// How often the wind comes from each direction: what the last stage counts.
public struct WindDistribution: Codable, Hashable, Sendable {
  /// The names of the sectors, in the order of ``sectors``.
  public static let sectorNames = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"]

  /// How many winds come from each of eight sectors, from north on and clockwise.
  ///
  /// A variable wind counts once in each.
  public internal(set) var sectors = [UInt64](repeating: 0, count: Wind.sectorCount)
  /// How many reports of the station tell a wind.
  public internal(set) var reports = 0
  /// How many winds these reports tell, a variable one counted once.
  public internal(set) var winds = 0
  /// How many reports of the station tell no wind that could be counted.
  public internal(set) var malformed = 0

  /// Nothing so far.
  public init() {}

  /// The sum of all ``sectors``.
  public var total: UInt64 { sectors.reduce(0, +) }

  /// Counts winds in addition.
  mutating func count(_ batch: WindBatch) {
    reports += batch.reports
    winds += batch.winds.count
    malformed += batch.malformed
    for wind in batch.winds {
      if let sector = wind.sector {
        sectors[sector] += 1
      } else {
        for sector in sectors.indices { sectors[sector] += 1 }
      }
    }
  }

  /// Adds what was counted somewhere else.
  public static func += (left: inout WindDistribution, right: WindDistribution) {
    for sector in left.sectors.indices { left.sectors[sector] += right.sectors[sector] }
    left.reports += right.reports
    left.winds += right.winds
    left.malformed += right.malformed
  }
}
