import Interlock

/// Threads that find something, and one that waits for the result of each.
enum ThreadedJoin {
  static func run(_ note: (String) -> Void) throws {
    let workers = try (1...3).map { number in
      try spawn(name: "worker \(number)") { (1...number * 1_000_000).reduce(0, &+) }
    }
    note("3 threads work at the same time")
    for (place, worker) in workers.enumerated() {
      note("waiting for worker \(place + 1)")
      // Returns when the thread has ended, at once if it has ended already.
      note("worker \(place + 1) found \(worker.join())")
    }
    note("all have ended")
  }
}
