/// Uniform random walk: threads are drawn in proportion to what they have yet to do.
///
/// If nothing blocks and the estimates are right, every order of the steps is equally likely (Zhao and
/// others, ASPLOS 2025). A thread's length is the most that was seen of it; what threads that are not
/// started yet will do counts for the one that starts them.
package struct UniformWalk: Sampler {
  private var lengths = ThreadLengths()

  /// A sampler that knows no lengths; its first run draws all threads alike.
  package init() {}

  /// Begins to count.
  package mutating func begin(_ machine: any Machine, _ random: inout SplitMix64) {
    lengths.begin()
  }

  /// Draws a thread by what it has yet to do.
  package mutating func pick(
    _ runnable: ThreadNumbers,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) -> Int {
    let weights = lengths.weights(of: runnable, machine)
    var ticket = random.pick(weights.reduce(0, +))
    for (thread, weight) in zip(runnable, weights) {
      guard ticket >= weight else { return thread }
      ticket -= weight
    }
    return runnable[0]
  }

  /// Counts the step.
  package mutating func note(
    _ event: Event,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) {
    lengths.note(event)
  }

  /// Learns how long threads are.
  package mutating func end(_ machine: any Machine) {
    lengths.end()
  }
}

/// How many steps threads have, as far as earlier runs tell.
struct ThreadLengths: Sendable {
  private var known: [Int] = []
  private var counts: [Int] = []
  /// Who starts a thread; -1 if nobody is known to.
  private var parents: [Int] = []

  mutating func begin() {
    for thread in counts.indices { counts[thread] = 0 }
  }

  mutating func note(_ event: Event) {
    while counts.count <= event.thread {
      counts.append(0)
      known.append(0)
      parents.append(-1)
    }
    counts[event.thread] += 1
    if event.index == 0, let parent = event.after?.thread { parents[event.thread] = parent }
  }

  mutating func end() {
    for thread in counts.indices { known[thread] = max(known[thread], counts[thread]) }
  }

  /// What each of some threads has yet to do, at least 1, its children to come included.
  func weights(of runnable: ThreadNumbers, _ machine: any Machine) -> [Int] {
    var weights = runnable.map { max(1, $0 < known.count ? known[$0] - counts[$0] : 1) }
    for thread in known.indices where counts[thread] == 0 && parents[thread] >= 0 {
      let isToCome =
        thread >= machine.threadCount || machine.standing(of: thread) == .absent
      guard isToCome, let place = runnable.firstIndex(of: nearestStarted(thread, machine))
      else { continue }
      weights[place] += known[thread]
    }
    return weights
  }

  private func nearestStarted(_ thread: Int, _ machine: any Machine) -> Int {
    var ancestor = parents[thread]
    while ancestor >= 0, counts[ancestor] == 0, parents[ancestor] >= 0 {
      ancestor = parents[ancestor]
    }
    return ancestor
  }
}
