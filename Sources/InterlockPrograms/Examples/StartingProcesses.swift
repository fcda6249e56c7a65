import Interlock

/// Processes are started, and what that costs.
enum StartingProcesses {
  private static let repetitions = 20

  static func run(_ note: (String) -> Void) throws {
    let visits = 0
    note("starting 4 processes")
    let processes = try (1...4).map { number in
      try WorkerProcess(visits, name: "visitor \(number)") { visits in visits + 1 }
    }
    for (place, process) in processes.enumerated() {
      let counted = try process.join()
      note("visitor \(place + 1) was process \(process.processID) and counted to \(counted)")
    }
    note("each has counted in a variable of its own; here there are still \(visits) visits")
    let start = Deadline.now
    for _ in 0..<repetitions { try WorkerProcess(0) { _ in }.join() }
    let cost = (Deadline.now - start) / repetitions
    note("starting and joining a process takes \(cost.inMicroseconds) here")
  }
}
