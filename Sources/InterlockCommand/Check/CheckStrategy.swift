#if Command
import ArgumentParser
import InterlockChecker

/// How `interlock check` looks for schedules.
enum CheckStrategy: String, CaseIterable, ExpressibleByArgument {
  case automatic, exhaustive, bounded, random, priorities
  case partialOrder = "partial-order"
  case uniform

  /// Whether it goes on for as long as it may, with numbers that were not drawn before.
  var draws: Bool {
    switch self {
    case .automatic, .exhaustive, .bounded: false
    case .random, .priorities, .partialOrder, .uniform: true
    }
  }

  /// The same for the checker.
  ///
  /// - Parameters:
  ///   - seed: Where random numbers begin.
  ///   - preemptions: How often threads may be interrupted, if that is bounded.
  /// - Returns: The strategy.
  func strategy(seed: UInt64, preemptions: Int) -> Exploration.Strategy {
    switch self {
    case .automatic: .automatic(seed: seed)
    case .exhaustive: .exhaustive
    case .bounded: .bounded(preemptions: preemptions)
    case .random: .random(seed: seed)
    case .priorities: .priorityChange(depth: 3, seed: seed)
    case .partialOrder: .partialOrder(seed: seed)
    case .uniform: .uniform(seed: seed)
    }
  }
}
#endif
