/// A uniform random walk over the uses of one object; whatever else happens is not drawn so carefully.
///
/// For each run an object is drawn, the more likely the more it is used. Then the thread that uses it next
/// is drawn, in proportion to the uses that each has yet to make; others go on only up to their own next
/// use (SURW; Zhao and others, ASPLOS 2025).
package struct SelectiveUniformWalk: Sampler {
  /// For each object, how often each thread has used it at the most.
  private var known: [Int: [Int: Int]] = [:]
  private var counts: [Int: [Int: Int]] = [:]
  private var object: Int?
  private var left: [Int: Int] = [:]
  private var intended: Int?

  /// A sampler that knows no objects; its first run draws all threads alike.
  package init() {}

  /// Draws the object of the run.
  package mutating func begin(_ machine: any Machine, _ random: inout SplitMix64) {
    counts.removeAll(keepingCapacity: true)
    object = drawObject(&random)
    left = object.flatMap { known[$0] } ?? [:]
    draw(machine, &random)
  }

  private func drawObject(_ random: inout SplitMix64) -> Int? {
    let shared = known.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
    let total = shared.reduce(0) { $0 + $1.value.values.reduce(0, +) }
    guard total > 0 else { return nil }
    var ticket = random.pick(total)
    for (object, uses) in shared {
      let weight = uses.values.reduce(0, +)
      guard ticket >= weight else { return object }
      ticket -= weight
    }
    return nil
  }

  /// Draws who uses the object next; it may be a thread that is not started yet.
  private mutating func draw(_ machine: any Machine, _ random: inout SplitMix64) {
    let candidates = left.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    let total = candidates.reduce(0) { $0 + $1.value }
    intended = nil
    guard total > 0 else { return }
    var ticket = random.pick(total)
    for (thread, weight) in candidates {
      guard ticket >= weight else {
        intended = thread
        return
      }
      ticket -= weight
    }
  }

  /// Draws among those who are not about to use the object out of turn; if there are none, among all.
  package mutating func pick(
    _ runnable: ThreadNumbers,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) -> Int {
    let free = runnable.filter { thread in
      thread == intended || intended == nil || !usesObject(machine.pending(thread))
    }
    return free.isEmpty
      ? runnable[random.pick(runnable.count)] : free[random.pick(free.count)]
  }

  private func usesObject(_ event: Event) -> Bool {
    object.map { event.footprint.position(of: $0) != nil } ?? true
  }

  /// Counts uses, and draws again after one of the object.
  package mutating func note(
    _ event: Event,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) {
    for position in 0..<event.footprint.count {
      counts[event.footprint[position].object, default: [:]][event.thread, default: 0] += 1
    }
    if object != nil, usesObject(event) {
      left[event.thread, default: 1] -= 1
      draw(machine, &random)
    } else if let thread = intended, hasEnded(thread, machine) {
      left[thread] = 0
      draw(machine, &random)
    }
  }

  private func hasEnded(_ thread: Int, _ machine: any Machine) -> Bool {
    let hasRun = counts.values.contains { $0[thread] != nil }
    return hasRun && machine.standing(of: thread) == .absent
  }

  /// Learns who uses what how often.
  package mutating func end(_ machine: any Machine) {
    for (object, uses) in counts {
      for (thread, count) in uses {
        let most = known[object]?[thread] ?? 0
        known[object, default: [:]][thread] = max(most, count)
      }
    }
  }
}
