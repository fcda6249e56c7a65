import Interlock

/// Worker processes count, and tell their counts to the threads that have told them what to count; in
/// the end each thread adds what it has to the total.
///
/// The processes share no memory with anybody: what is to be counted goes to them as the place where
/// it is, and they read it themselves.
enum ProcessLetters {
  static func count(_ job: LetterJob) throws -> LetterReport {
    let total = Mutex(LetterCount(), name: "total")
    var pools: [ProcessPool] = []
    defer { for pool in pools { pool.close() } }

    // Processes that wait for the web need no CPU: they come in addition to those that do.
    let addresses = job.inputs.filter { WebResource.isAddress($0) }
    let files = job.inputs.filter { !WebResource.isAddress($0) }
    try withThreads { threads in
      func spawn(_ count: Int, _ name: String, for inputs: [String]) throws {
        guard count > 0 else { return }
        let pool = try ProcessPool(workers: count, name: name)
        pools.append(pool)
        let pieces = Pieces(inputs, of: job)
        for number in 0..<count {
          try threads.spawn(name: "\(name) \(number + 1)") { @Sendable in
            let counter = RemotePieceCounter(for: job, in: pool)
            var own = LetterCount()
            do {
              while let pieces = counter.take(from: pieces) {
                own += try counter.count(pieces)
              }
            } catch {
              // What the others count is of no use any more.
              threads.cancelAll()
              throw error
            }
            total.withLock { $0 += own }
          }
        }
      }
      try spawn(min(addresses.count, ThreadedLetters.downloadLimit), "download", for: addresses)
      try spawn(files.isEmpty ? 0 : job.workers, "letters", for: files)
    }
    return LetterReport(count: total.withLock { $0 }, of: job)
  }
}
