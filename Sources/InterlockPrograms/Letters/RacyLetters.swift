import Interlock

/// Several threads count, and all of them keep the totals up to date, without protecting them.
///
/// - Warning: This program is broken on purpose. Each thread reads the totals, counts a piece, adds,
///   and writes the sums back. What other threads have written in between is lost.
enum RacyLetters {
  static func count(_ job: LetterJob) throws -> LetterReport {
    let totals = LetterCount.alphabet.map { _ in PlainCell<UInt64>(0) }
    // To know how much is lost, each thread also counts for itself, as `ThreadedLetters` does.
    let correct = Mutex(LetterCount(), name: "correct")

    // Where nothing is shared nothing is lost: even the smallest file is for several threads.
    let pieces = Pieces(job.inputs, of: job, divided: .atLeast(job.workers))
    let moment = BadMoment(threads: job.workers)
    try withThreads { threads in
      for number in 0..<job.workers {
        try threads.spawn(name: "letters \(number + 1)") { @Sendable in
          defer { moment.leave() }
          let counter = PieceCounter(for: job)
          var own = LetterCount()
          while let piece = pieces.next() {
            var sums = moment.read { totals.map(\.value) }
            let count = counter.count(piece)
            for letter in sums.indices { sums[letter] += count.counts[letter] }
            moment.write(letters: count.total) {
              for letter in sums.indices { totals[letter].value = sums[letter] }
            }
            own += count
          }
          correct.withLock { $0 += own }
        }
      }
    }
    let right = correct.withLock { $0 }
    var racy = right
    racy.counts = totals.map(\.value)
    return LetterReport(count: racy, correct: right, of: job)
  }
}
