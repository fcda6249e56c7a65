import Interlock

/// Threads that find something, and one that waits for the result of each.
package enum ThreadedJoin {
  package static func run(
    workers count: Int = 3,
    reach: Int = 1_000_000,
    _ note: (String) -> Void
  ) throws {
    let workers = try (1...count).map { number in
      try spawn(name: "worker \(number)") { (1...number * reach).reduce(0, &+) }
    }
    note("\(count) threads work at the same time")
    for (place, worker) in workers.enumerated() {
      note("waiting for worker \(place + 1)")
      // Returns when the thread has ended, at once if it has ended already.
      note("worker \(place + 1) found \(worker.join())")
    }
    note("all have ended")
  }
}
