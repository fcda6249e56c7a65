import Interlock

/// Processes that count down when they have done their part, and one that waits until all have.
enum ProcessWaitGroup {
  private struct Part: Codable, Sendable {
    let number: Int
    let group: SharedWaitGroup
    let sums: SharedArray<Int>
  }

  static func run(_ note: (String) -> Void) throws {
    let group = try SharedWaitGroup(count: 4)
    let sums = try SharedArray(repeating: 0, count: 4)
    var workers: [WorkerProcess<Void>] = []
    for number in 1...4 {
      let part = Part(number: number, group: group, sums: sums)
      workers.append(
        try WorkerProcess(part, name: "worker \(number)") { part in
          part.sums[part.number - 1] = (1...part.number * 1_000_000).reduce(0, &+)
          part.group.done()
        }
      )
    }
    note("waiting for 4 processes")
    // If one of them dies, this says so instead of waiting for ever.
    try group.wait()
    for (index, sum) in sums.enumerated() { note("worker \(index + 1) found \(sum)") }
    note("all are done")
    for worker in workers { try worker.join() }
  }
}
