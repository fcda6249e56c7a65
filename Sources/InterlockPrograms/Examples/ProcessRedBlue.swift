import Interlock

/// Two processes that meet at a barrier twice in each round: red speaks before, blue after.
enum ProcessRedBlue {
  private struct Shared: Codable, Sendable {
    let barrier: SharedBarrier
    let said: SharedQueue<String>
  }

  static func run(_ note: (String) -> Void) throws {
    let shared = Shared(
      barrier: try SharedBarrier(parties: 2),
      said: try SharedQueue(capacity: 6)
    )
    let red = try WorkerProcess(shared, name: "red") { shared in
      for round in 1...3 {
        try shared.said.put("red   \(round)")
        try shared.barrier.arriveAndWait()
        // Now blue speaks.
        try shared.barrier.arriveAndWait()
      }
    }
    let blue = try WorkerProcess(shared, name: "blue") { shared in
      defer { shared.said.close() }
      for round in 1...3 {
        // Now red speaks.
        try shared.barrier.arriveAndWait()
        try shared.said.put("blue  \(round)")
        try shared.barrier.arriveAndWait()
      }
    }
    for line in shared.said { note(line) }
    try red.join()
    try blue.join()
    note("both have gone")
  }
}
