/// Probabilistic concurrency testing: threads have priorities, which change in a few places.
///
/// The thread with the highest priority runs. At so many places less one as the bug is deep, drawn
/// before the run, the thread that is about to run gets a priority below all others. A bug of depth d
/// is found with a probability of at least 1/(n·k^(d−1)) by each run with n threads and k steps, if n, k and
/// d are so (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010).
package struct PriorityChange: Sampler {
  private let depth: Int
  /// The most steps that a run had.
  private var length = 1
  private var step = 0
  /// Ordinary ones are from `depth` up, lowered ones below.
  private var priorities: [Double] = []
  private var changes: [Int] = []
  private var lowest = 0.0

  /// For bugs of this depth, which is at least 1.
  package init(depth: Int) {
    self.depth = depth
  }

  /// Draws where priorities change.
  package mutating func begin(_ machine: any Machine, _ random: inout SplitMix64) {
    step = 0
    lowest = 0
    priorities.removeAll(keepingCapacity: true)
    changes = (1..<max(1, depth)).map { _ in random.pick(length) + 1 }
  }

  /// Takes the thread with the highest priority.
  package mutating func pick(
    _ runnable: ThreadNumbers,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) -> Int {
    while priorities.count < machine.threadCount {
      priorities.append(Double(depth) + random.fraction())
    }
    step += 1
    var thread = highest(of: runnable)
    for (order, change) in changes.enumerated() where change == step {
      priorities[thread] = Double(depth - 1 - order)
      thread = highest(of: runnable)
    }
    return thread
  }

  /// A thread that yields goes behind all others, so that a loop that waits does not starve them.
  package mutating func note(
    _ event: Event,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) {
    guard event.isYield else { return }
    lowest -= 1
    priorities[event.thread] = lowest
  }

  /// Learns how long runs are.
  package mutating func end(_ machine: any Machine) {
    length = max(length, step)
  }

  private func highest(of threads: ThreadNumbers) -> Int {
    var best = threads[0]
    for thread in threads where priorities[thread] > priorities[best] { best = thread }
    return best
  }
}
