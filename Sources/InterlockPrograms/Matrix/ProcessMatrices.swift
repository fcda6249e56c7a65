import Interlock

/// A crew of processes, each of which multiplies its rows, round after round.
///
/// They share no memory but what they are handed: the matrices, and the barriers at which they meet.
enum ProcessMatrices {
  /// What a process is handed.
  private struct Share: Codable, Sendable {
    let rows: Range<Int>
    let matrices: MatrixProduct
    let start: SharedBarrier
    let finish: SharedBarrier
  }

  static func run(_ job: inout MatrixJob) throws {
    let start = try SharedBarrier(parties: job.workers + 1)
    let finish = try SharedBarrier(parties: job.workers + 1)
    var crew: [WorkerProcess<Void>] = []
    do {
      // Whoever waits for a round that does not come may go home.
      defer { start.abort() }
      for (number, rows) in job.matrices.shares(for: job.workers).enumerated() {
        let share = Share(rows: rows, matrices: job.matrices, start: start, finish: finish)
        let worker = try WorkerProcess(share, name: "rows \(number + 1)") { share in
          let multiplier = try RowMultiplier(share.matrices)
          while (try? share.start.arriveAndWait()) != nil {
            multiplier.multiply(share.rows)
            try share.finish.arriveAndWait()
          }
        }
        crew.append(worker)
        // The barriers notice the death of a process that has them. This one may not have come so far.
        worker.task.whenDone { _ in
          start.abort()
          finish.abort()
        }
      }
      while job.prepareRound() {
        try start.arriveAndWait()
        try finish.arriveAndWait()
        job.finishRound()
      }
    } catch {
      // If somebody does not come any more, joining the crew says why.
      try join(crew)
      throw error
    }
    try join(crew)
  }

  /// Waits until all have ended.
  ///
  /// - Throws: ``ProcessError`` if one of them failed: the one that did so first, as far as that is
  ///   known, because then the others find that they wait in vain.
  private static func join(_ crew: [WorkerProcess<Void>]) throws {
    var failures: [ProcessError] = []
    for worker in crew {
      do throws(PoolTaskError<ProcessError>) {
        try worker.join()
      } catch {
        guard case .failed(let failure) = error else { throw error }
        failures.append(failure)
      }
    }
    let crash = failures.first { if case .failed = $0.reason { false } else { true } }
    if let failure = crash ?? failures.first { throw failure }
  }
}
