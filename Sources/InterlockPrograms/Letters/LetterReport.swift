/// What came out of a count.
public struct LetterReport: Hashable, Sendable {
  /// What the program has counted.
  public let count: LetterCount
  /// What is right: another number only if the program was ``LetterCounter/Mode/racy``.
  public let correct: LetterCount
  /// How many inputs could not be read; their letters are not in the count.
  public let errors: Int
  /// Whether the count was stopped before it had seen everything.
  public let wasStopped: Bool

  /// How many letters the program has lost.
  public var lost: UInt64 { correct.total - count.total }

  /// Whether the program has counted right.
  public var isCorrect: Bool { count == correct }

  init(count: LetterCount, correct: LetterCount? = nil, of job: LetterJob) {
    self.count = count
    self.correct = correct ?? count
    errors = job.progress.errors
    wasStopped = job.progress.isStopped
  }
}
