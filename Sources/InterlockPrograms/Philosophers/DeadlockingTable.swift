import Interlock

/// A table where everybody takes the left fork first: broken on purpose.
///
/// When everybody has the left one, everybody waits for the right one, which the neighbour holds.
public final class DeadlockingTable: DiningTable {
  private let forks: [Lock]
  private let moment: UnluckyMoment?

  /// Lays a table.
  ///
  /// - Parameters:
  ///   - seats: How many seats there are, 2 or more.
  ///   - isUnlucky: Whether all have their left fork at the same time in the first round, for sure;
  ///     otherwise that is left to the scheduler.
  public init(seats: Int, isUnlucky: Bool = true) {
    forks = (0..<seats).map { Lock(name: "fork \($0 + 1)") }
    moment = isUnlucky ? UnluckyMoment(threads: seats) : nil
  }

  /// How many seats there are.
  public var seats: Int { forks.count }

  /// Takes both forks, eats, and puts them back.
  ///
  /// - Parameters:
  ///   - seat: Where the philosopher sits.
  ///   - eat: What to do with the forks.
  /// - Throws: `Deadlock` if the philosopher would wait for ever.
  public func withForks(of seat: Int, _ eat: () -> Void) throws {
    let (first, second) = (leftFork(of: seat), rightFork(of: seat))
    try forks[first].withLockUnlessDeadlocked {
      moment?.wait()
      try forks[second].withLockUnlessDeadlocked {
        eat()
      }
    }
  }
}
