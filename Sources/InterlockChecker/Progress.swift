extension Exploration {
  /// How far an exploration has come, for whoever waits for it.
  public struct Progress: Sendable, Hashable {
    /// What it does.
    public enum Phase: Sendable, Hashable {
      /// It tries all schedules that matter.
      case exhaustive
      /// It tries those in which threads are interrupted at most so often.
      case bounded(preemptions: Int)
      /// It draws schedules at random.
      case sampled
    }

    /// How many executions there were.
    public let executions: Int
    /// How long it has been at work.
    public let elapsed: Duration
    /// What it does.
    public let phase: Phase
    /// How many executions it may be in this phase.
    ///
    /// `nil` if nobody knows; at first it is far from the truth.
    public let estimate: Int?
  }
}

extension Exploration.Progress: CustomStringConvertible {
  /// How far it has come, in a line.
  public var description: String {
    let all = estimate.map { " of about \($0)" } ?? ""
    return switch phase {
    case .exhaustive: "all schedules: \(executions)\(all) executions"
    case .bounded(let preemptions):
      "schedules with at most \(preemptions) preemptions: \(executions) executions"
    case .sampled: "schedules at random: \(executions) executions"
    }
  }
}
