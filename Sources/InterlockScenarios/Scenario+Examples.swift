import InterlockChecker
import InterlockPrograms

extension Scenario {
  /// The small programs of the lessons, as far as they use threads: what they say must not depend on
  /// schedules.
  static let examples: [Scenario] = [
    example(.redBlue, "red and blue take turns at a barrier"),
    example(.pingPong, "a ball goes back and forth through two queues"),
    example(.producerConsumer, "one waits for room, the other for something to use"),
    example(.sharedArray, "one fills an array between two meetings, the other looks at it"),
  ]

  private static func example(_ example: Example, _ summary: String) -> Scenario {
    Scenario("example-\(example.rawValue)", summary, .correct) {
      var notes: [String] = []
      try example.run(.threads) { notes.append($0) }
      try require(notes == expectedNotes(of: example), "it said something else: \(notes)")
    }
  }

  private static func expectedNotes(of example: Example) -> [String] {
    switch example {
    case .redBlue: (1...3).flatMap { ["red   \($0)", "blue  \($0)"] } + ["both have gone"]
    case .pingPong:
      stride(from: 0, to: 10, by: 2).flatMap { ["ping \($0)", "pong \($0 + 1)"] }
        + ["the partner has gone"]
    case .producerConsumer:
      (1...10).map { "made \($0)" } + (1...10).map { "used \($0 * $0)" }
    case .sharedArray:
      (0...10).map { filled in "\((0..<10).map { $0 < filled ? $0 : -1 })" }
    case .threads, .processes, .join, .waitGroup: []
    }
  }
}
