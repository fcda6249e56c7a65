/// Draws among all threads that can run, each with the same probability.
package struct RandomWalk: Sampler {
  /// It looks at nothing.
  package static var wantsEvents: Bool { false }

  /// A walk; nothing is learned.
  package init() {}

  /// Draws any thread.
  package mutating func pick(
    _ runnable: ThreadNumbers,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) -> Int {
    runnable[random.pick(runnable.count)]
  }
}
