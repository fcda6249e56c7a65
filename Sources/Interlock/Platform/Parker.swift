/// Where one thread sleeps, and where others wake it.
///
/// A parker holds at most one permit. ``park(until:)`` takes the permit if there is one and sleeps
/// for one otherwise; ``wake()`` leaves a permit. So a wake that comes before the park is not lost,
/// and one that nobody waits for makes the next park return early: callers wait in a loop.
///
/// States of `word`, and who changes it:
///
/// | value | meaning | next |
/// |---|---|---|
/// | `empty` | awake, no permit | owner → `asleep`; anybody → `permitted` |
/// | `permitted` | a permit lies here | owner → `empty` |
/// | `asleep` | the owner sleeps, or is about to | owner → `empty` when it gives up; anybody → `permitted` |
///
/// No wake is lost: whoever turns `asleep` into `permitted` wakes the word, and the owner's sleep
/// begins only while the word is still `asleep`.
package struct Parker: ~Copyable, Sendable {
  private enum State {
    static let empty: UInt32 = 0
    static let permitted: UInt32 = 1
    static let asleep: UInt32 = 2
  }

  private let word = Atomic<UInt32>(State.empty)

  package init() {}

  /// Takes the permit, sleeping until there is one.
  ///
  /// Only the owner calls this.
  ///
  /// - Returns: `false` if the deadline passed first.
  package func park(until deadline: Deadline) -> Bool {
    if word.compareExchange(expected: State.empty, desired: State.asleep, ordering: .relaxed)
      .exchanged
    {
      var outcome = ParkOutcome.woken
      while outcome != .timedOut && word.load(ordering: .relaxed) == State.asleep {
        outcome = unsafe Seam.world.park(on: word.address, while: State.asleep, until: deadline)
      }
    }
    // Ordering (P1): acquiring, pairs with the exchange in `wake`. An exchange, because a store could
    // overwrite a second permit without seeing what its giver did before: the owner would look for
    // the signal, find none, and sleep for ever.
    return word.exchange(State.empty, ordering: .acquiring) == State.permitted
  }

  /// Leaves a permit, and wakes the owner if it sleeps.
  package func wake() {
    // Ordering (P1): releasing, pairs with the exchange in `park`.
    guard word.exchange(State.permitted, ordering: .releasing) == State.asleep else { return }
    unsafe Seam.world.wake(1, on: word.address)
  }
}
