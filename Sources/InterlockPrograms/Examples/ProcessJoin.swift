import Interlock

/// Processes that find something, and one that waits for the result of each.
enum ProcessJoin {
  static func run(_ note: (String) -> Void) throws {
    let workers = try (1...3).map { number in
      try WorkerProcess(number, name: "worker \(number)") { number in
        (1...number * 1_000_000).reduce(0, &+)
      }
    }
    note("3 processes work at the same time")
    for (place, worker) in workers.enumerated() {
      note("waiting for worker \(place + 1)")
      // Returns when the process has ended; if it crashed, this says so.
      note("worker \(place + 1) found \(try worker.join())")
    }
    note("all have ended")
  }
}
