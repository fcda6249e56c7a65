import InterlockChecker
import InterlockPrograms

extension Scenario {
  /// The small programs of the lessons, as far as they use threads: what they say must not depend on
  /// schedules.
  static let examples: [Scenario] = [
    Scenario("example-threads", "two threads count in the same variable", .correct) {
      var notes: [String] = []
      try StartingThreads.run(visitors: 2, repetitions: 1) { notes.append($0) }
      let total = "all 2 have counted in the same variable: 2 visits"
      try require(notes.contains(total), "it said something else: \(notes)")
    },
    example(
      "join",
      "two work, and one waits for the result of each",
      [
        "2 threads work at the same time", "waiting for worker 1", "worker 1 found 55",
        "waiting for worker 2", "worker 2 found 210", "all have ended",
      ]
    ) { try ThreadedJoin.run(workers: 2, reach: 10, $0) },
    example(
      "wait-group",
      "two work, and one waits until both have done so",
      ["waiting for 2 threads", "worker 1 found 55", "worker 2 found 210", "all are done"]
    ) { try ThreadedWaitGroup.run(workers: 2, reach: 10, $0) },
    example(
      "red-blue",
      "red and blue take turns at a barrier",
      ["red   1", "blue  1", "both have gone"]
    ) { try ThreadedRedBlue.run(rounds: 1, $0) },
    example(
      "ping-pong",
      "a ball goes back and forth through two queues",
      ["ping 0", "pong 1", "ping 2", "pong 3", "the partner has gone"]
    ) { try ThreadedPingPong.run(rounds: 2, $0) },
    example(
      "producer-consumer",
      "one waits for room, the other for something to use",
      ["made 1", "made 2", "made 3", "used 1", "used 4", "used 9"]
    ) { try ThreadedProducerConsumer.run(things: 3, capacity: 1, $0) },
    example(
      "shared-array",
      "one fills an array between two meetings, the other looks at it",
      ["[-1, -1]", "[0, -1]", "[0, 1]"]
    ) { try ThreadedSharedArray.run(elements: 2, $0) },
  ]

  private static func example(
    _ name: String,
    _ summary: String,
    _ expected: [String],
    _ run: @escaping @Sendable ((String) -> Void) throws -> Void
  ) -> Scenario {
    Scenario("example-\(name)", summary, .correct) {
      var notes: [String] = []
      try run { notes.append($0) }
      try require(notes == expected, "it said something else: \(notes)")
    }
  }
}
