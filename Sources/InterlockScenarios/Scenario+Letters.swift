import InterlockChecker
import InterlockPrograms

extension Scenario {
  /// Two threads count the letters of a short text.
  static let letters: [Scenario] = [
    Scenario(
      "letters-racy",
      "both read the totals, and what one of the two adds is lost",
      .refuted(.failure),
      reportsRaces: false
    ) {
      try count(.racy)
    },
    Scenario("letters-threads", "each counts for itself, and adds what it has at the end", .correct)
    {
      try count(.threads)
    },
  ]

  private static let text = TextInMemory("ee")

  private static func count(_ mode: LetterCounter.Mode) throws {
    let report = try LetterCounter(mode: mode, workers: 2).count([text.path])
    try require(report.errors == 0, "the text could not be read")
    try require(
      report.count["e"] == 2,
      "\(report.count["e"]) letters were counted, and there are 2: a count was lost"
    )
  }
}
