import Interlock

/// A crew of threads, each of which multiplies its rows, round after round.
///
/// The calling thread fills the matrices. At the first barrier it meets the crew: now all rows are
/// there, and nobody fills any more. At the second one they meet again: now all is multiplied, and
/// nobody reads any more.
enum ThreadedMatrices {
  static func run(_ job: inout MatrixJob) throws {
    let start = Barrier(parties: job.workers + 1, name: "start")
    let finish = Barrier(parties: job.workers + 1, name: "finish")
    try withThreads { threads in
      // Whoever waits for a round that does not come may go home.
      defer { start.abort() }
      for (number, rows) in job.matrices.shares(for: job.workers).enumerated() {
        let multiplier = try RowMultiplier(job.matrices)
        try threads.spawn(name: "rows \(number + 1)") { () throws(BarrierError) in
          while (try? start.arriveAndWait()) != nil {
            multiplier.multiply(rows)
            try finish.arriveAndWait()
          }
        }
      }
      while job.prepareRound() {
        try start.arriveAndWait()
        try finish.arriveAndWait()
        job.finishRound()
      }
    }
  }
}
