/// Partial order sampling: pending events have random priorities, and draw again after a conflict.
///
/// The event with the highest priority happens. Afterwards the next one of its thread, and every pending
/// one that conflicts with it, draws anew; so events that commute keep their order, and those that do not
/// meet in either order equally often (Yuan, Yang, Gu, CAV 2018).
package struct PartialOrderSampling: Sampler {
  /// For each thread, the priority of its pending event; negative if none was drawn.
  private var priorities: [Double] = []

  /// A sampler; nothing is learned.
  package init() {}

  /// Forgets all priorities.
  package mutating func begin(_ machine: any Machine, _ random: inout SplitMix64) {
    priorities.removeAll(keepingCapacity: true)
  }

  /// Takes the thread whose event has the highest priority.
  package mutating func pick(
    _ runnable: ThreadNumbers,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) -> Int {
    while priorities.count < machine.threadCount { priorities.append(-1) }
    var best = runnable[0]
    for thread in runnable {
      if priorities[thread] < 0 { priorities[thread] = random.fraction() }
      if priorities[thread] > priorities[best] { best = thread }
    }
    return best
  }

  /// Lets events draw again.
  package mutating func note(
    _ event: Event,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) {
    priorities[event.thread] = -1
    for thread in priorities.indices where priorities[thread] >= 0 {
      guard machine.standing(of: thread) != .absent else { continue }
      if machine.pending(thread).footprint.conflicts(with: event.footprint) {
        priorities[thread] = -1
      }
    }
  }
}
