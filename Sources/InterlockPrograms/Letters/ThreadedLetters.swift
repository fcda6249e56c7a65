import Interlock

/// Several threads count, each for itself; in the end each adds what it has to the total.
///
/// While they count they share nothing but the source of the pieces. The total is protected by a
/// mutex, which each thread acquires once.
enum ThreadedLetters {
  /// How many web resources are read at the same time.
  static let downloadLimit = 16

  static func count(_ job: LetterJob) throws -> LetterReport {
    let total = Mutex(LetterCount(), name: "total")

    // Threads that wait for the web need no CPU: they come in addition to those that do.
    let addresses = job.inputs.filter { WebResource.isAddress($0) }
    let files = job.inputs.filter { !WebResource.isAddress($0) }
    try withThreads { threads in
      func spawn(_ count: Int, _ name: String, for inputs: [String]) throws {
        let pieces = Pieces(inputs, of: job)
        for number in 0..<count {
          try threads.spawn(name: "\(name) \(number + 1)") { @Sendable in
            let counter = PieceCounter(for: job)
            var own = LetterCount()
            while let piece = pieces.next() {
              own += counter.count(piece)
            }
            total.withLock { $0 += own }
          }
        }
      }
      try spawn(min(addresses.count, downloadLimit), "download", for: addresses)
      try spawn(files.isEmpty ? 0 : job.workers, "letters", for: files)
    }
    return LetterReport(count: total.withLock { $0 }, of: job)
  }
}
