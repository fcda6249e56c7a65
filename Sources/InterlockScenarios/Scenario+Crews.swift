import InterlockChecker
import InterlockPrograms

/// Programs in which a crew works on parts, whose order must not matter.
extension Scenario {
  /// Two threads multiply, and meet the one that calls them before and after each round.
  static let matrix: [Scenario] = [
    Scenario("matrix-threads", "a crew meets at two barriers, twice", .correct) {
      try require(
        checksum(.threads) == checksum(.sequential),
        "the product is not the one that one thread computes"
      )
    }
  ]

  private static func checksum(_ mode: MatrixMultiplier.Mode) throws -> MatrixChecksum {
    let multiplier = MatrixMultiplier(mode: mode, workers: 2)
    return try multiplier.multiplyAtRandom(size: 2, type: .i32, rounds: 2).checksum
  }

  /// Three stages, a thread each, with queues between them.
  static let wind: [Scenario] = [
    Scenario("wind-threads", "each stage closes the queue behind it", .correct) {
      let report = try WindCounter(mode: .threads, workers: 1).count([archive.path])
      try require(report.errors == 0, "the archive could not be read")
      try require(report.distribution.total == 2, "a report of the wind was lost")
    }
  ]

  private static let archive = TextInMemory(
    """
    201407010020 METAR EGLL 010020Z 09005KT 9999 FEW030 15/10 Q1020=
    201407010050 METAR EGLL 010050Z 27010KT 9999 FEW030 15/10 Q1020=

    """
  )
}
