import Interlock

/// A table where everybody takes the fork with the lower number first.
///
/// Whoever holds a fork waits only for forks with greater numbers. A circle would have to come down
/// again somewhere, and nobody goes down. Forks are handed over in the order of asking, so that nobody
/// starves beside a quick neighbour.
public final class OrderedTable: DiningTable {
  private let forks: [Lock]

  /// Lays a table.
  ///
  /// - Parameter seats: How many seats there are, 2 or more.
  public init(seats: Int) {
    forks = (0..<seats).map { Lock(name: "fork \($0 + 1)", fairness: .fair) }
  }

  /// How many seats there are.
  public var seats: Int { forks.count }

  /// Takes both forks, eats, and puts them back.
  ///
  /// - Parameters:
  ///   - seat: Where the philosopher sits.
  ///   - eat: What to do with the forks.
  public func withForks(of seat: Int, _ eat: () -> Void) {
    let (left, right) = (leftFork(of: seat), rightFork(of: seat))
    forks[min(left, right)].withLock {
      forks[max(left, right)].withLock {
        eat()
      }
    }
  }
}
