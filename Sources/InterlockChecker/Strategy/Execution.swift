/// One run that a search has made.
package struct Execution {
  /// How a run ended, as far as a search knows; whether it went well, its machine knows.
  package enum Ending: Hashable, Sendable {
    /// No thread could go on, or the run has failed.
    case complete
    /// It had as many steps as the search allows. What would have followed was not looked at.
    case cutShort
    /// What could go on had been tried already in this place. A search that makes no run in vain never
    /// ends so; if it does, a footprint is wrong or the search is.
    case asleep
    /// The program did not do what it did before under the same schedule.
    case diverged(Divergence)
  }

  /// The run, at its end.
  package let machine: any Machine
  /// How it ended.
  package let ending: Ending
}

/// A program did something else than before, or than its schedule says.
///
/// That comes of what a schedule does not decide: time, random numbers, addresses, the order of hash
/// tables; or of a program that was changed since.
package struct Divergence: Error, Hashable, Sendable {
  /// After how many steps it was seen.
  package let step: Int
  /// What the schedule says.
  package let expected: Choice
  /// What was wrong with it.
  package let reason: Reason

  /// What can be wrong.
  package enum Reason: Hashable, Sendable {
    /// The thread could not go on.
    case notRunnable(Standing)
    /// The event had fewer labels.
    case noSuchLabel(count: Int)
    /// The thread did something else.
    case differentEvent
    /// The run was not over at the end of the schedule.
    case notOver
  }
}

extension Divergence: CustomStringConvertible {
  /// What happened, and where.
  package var description: String {
    let place = "step \(step + 1): thread \(expected.thread)"
    switch reason {
    case .notRunnable(.absent): return "\(place) has ended or was not started, and should go on"
    case .notRunnable(.blocked): return "\(place) is blocked, and should go on"
    case .notRunnable(.waiting): return "\(place) waits for another thread, and should go on"
    case .notRunnable(.stopped): return "\(place) should go on, and the run has failed before"
    case .notRunnable(.runnable), .differentEvent:
      return "\(place) does something else than before under the same schedule"
    case .noSuchLabel(let count):
      return "\(place) should take possibility \(expected.label) of \(count)"
    case .notOver:
      return "after \(step) steps the schedule ends, and the program goes on"
    }
  }
}

/// A way to choose the runs of a program, one after the other.
package protocol Search {
  /// Makes the next run.
  ///
  /// - Returns: The run, or `nil` if there is none left.
  mutating func next() -> Execution?

  /// The schedule of the run made last.
  var choices: [Choice] { get }
}

/// How much one run may do.
package enum StepLimit {
  /// So many steps are enough for tests that are meant to be searched.
  package static let standard = 10_000
}
