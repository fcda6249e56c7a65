/// One thread counts everything, one piece after the other.
enum SequentialLetters {
  static func count(_ job: LetterJob) -> LetterReport {
    let pieces = Pieces(job.inputs, of: job)
    var total = LetterCount()

    let counter = PieceCounter(for: job)
    while let piece = pieces.next() {
      total += counter.count(piece)
    }
    return LetterReport(count: total, of: job)
  }
}
