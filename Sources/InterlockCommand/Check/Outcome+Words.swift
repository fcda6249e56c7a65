import InterlockChecker
import InterlockScenarios

extension Scenario.Outcome {
  /// One word, for scripts.
  var verdict: String {
    switch self {
    case .covered(let coverage):
      switch coverage.verdict {
      case .proved: "proved"
      case .bounded, .limited: "bounded"
      case .sampled: "sampled"
      }
    case .refuted(let example):
      switch example.kind {
      case .nondeterminism: "nondeterministic"
      case .unusableSchedule: "unusable"
      default: "refuted"
      }
    }
  }

  var counterexample: Counterexample? {
    if case .refuted(let example) = self { example } else { nil }
  }

  var executions: Int {
    switch self {
    case .covered(let coverage): coverage.executions
    case .refuted(let example): example.executions
    }
  }

  var schedule: String {
    if case .refuted(let example) = self { example.schedule } else { "" }
  }

  /// All that there is to say.
  ///
  /// - Parameter width: How many characters a line of a table may have; `nil` for as many as it takes.
  /// - Returns: Some lines of text.
  func words(width: Int?) -> String {
    switch self {
    case .covered(let coverage): coverage.description
    case .refuted(let example): "\(verdict): \(example.description(width: width))"
    }
  }

  /// What was found, in a line.
  var line: String {
    switch self {
    case .covered(let coverage): coverage.description
    case .refuted(let example): "refuted after \(example.executions) executions: \(example.summary)"
    }
  }
}
