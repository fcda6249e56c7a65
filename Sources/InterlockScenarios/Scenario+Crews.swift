import Interlock
import InterlockChecker
import InterlockPrograms

/// Programs in which a crew works on parts, whose order must not matter.
extension Scenario {
  /// Workers look for files in two folders.
  static let find: [Scenario] = [
    find(.threads, "who has folders for two gives some to a new thread"),
    find(
      .waitgroup,
      "a crew shares folders, and a wait group knows when none is left",
      isLarge: true
    ),
    find(.pool, "who has folders for two submits some as a task", isLarge: true),
  ]

  private static func find(
    _ mode: FileSearch.Mode,
    _ summary: String,
    isLarge: Bool = false
  ) -> Scenario {
    Scenario(
      "find-\(mode)",
      summary,
      .correct,
      // A folder is done with when nobody refers to it any more, and that counters of references order
      // threads is not seen.
      reportsRaces: false,
      isLarge: isLarge,
      files: ["left/note", "right/note"]
    ) { folder in
      let paths = Mutex<[String]>([])
      let report = try FileSearch(mode: mode, workers: 2)
        .search(for: .exactly("note"), in: [folder]) { found in
          paths.withLock { $0 += found.map { String(decoding: $0, as: UTF8.self) } }
        }
      try require(report.errors == 0, "a folder could not be read")
      let found = paths.withLock { $0.sorted() }
      try require(
        found == ["\(folder)/left/note", "\(folder)/right/note"],
        "it has found \(found)"
      )
    }
  }

  /// Two threads measure two polygons.
  static let area: [Scenario] = [
    Scenario(
      "area-threads",
      "a pool measures parts, which are joined in their order",
      .correct
    ) {
      var measurer = AreaMeasurer(mode: .threads, workers: 2)
      measurer.segmentSize = polygons.length / 2
      var areas: [UInt8] = []
      let report = try measurer.measure(polygons.path, writing: { areas += $0 })
      try require(report.errors == 0, "a polygon could not be read")
      try require(report.total == Area(halves: 3), "a polygon was lost")
      try require(areas == Array("1\n0.5\n".utf8), "the areas are not in the order of the lines")
    }
  ]

  private static let polygons = TextInMemory("(0,0),(1,0),(1,1),(0,1)\n(0,0),(1,0),(0,1)\n")

  /// Two threads multiply, and meet the one that calls them before and after each round.
  static let matrix: [Scenario] = [
    Scenario("matrix-threads", "a crew meets at a barrier before and after its work", .correct) {
      try require(
        checksum(.threads) == checksum(.sequential),
        "the product is not the one that one thread computes"
      )
    }
  ]

  private static func checksum(_ mode: MatrixMultiplier.Mode) throws -> MatrixChecksum {
    let multiplier = MatrixMultiplier(mode: mode, workers: 2)
    return try multiplier.multiplyAtRandom(size: 2, type: .i32, rounds: 1).checksum
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
