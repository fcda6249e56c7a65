/// Steps that a table leaves out, and what it says in place of them.
struct StepFold: Sendable {
  let steps: Range<Int>
  let words: String

  /// How long a table may be before anything is left out.
  private static let lengthLimit = 60
  /// How long a table may be in any case.
  private static let greatestLength = 300
  /// How many steps of one thread are shown at the beginning and at the end.
  private static let margin = 4

  /// What is left out of a long run: the middle of what a thread does without another in between, and if that is
  /// not enough, the middle of the run.
  static func folds(of steps: [Counterexample.Step]) -> [StepFold] {
    guard steps.count > lengthLimit else { return [] }
    var folds: [StepFold] = []
    var start = 0
    while start < steps.count {
      let end = steps[start...].firstIndex { $0.number != steps[start].number } ?? steps.count
      let middle = start + margin..<max(start + margin, end - margin)
      if middle.count > 2 * margin {
        folds.append(StepFold(steps: middle, words: "… \(middle.count) steps"))
      }
      start = end
    }
    let shown = steps.count - folds.reduce(0) { $0 + $1.steps.count }
    guard shown > greatestLength else { return folds }
    let middle = greatestLength / 2..<steps.count - greatestLength / 2
    return [StepFold(steps: middle, words: "… \(middle.count) steps of all threads")]
  }
}
