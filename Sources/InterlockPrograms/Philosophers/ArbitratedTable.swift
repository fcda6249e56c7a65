import Interlock

/// A table with a waiter, who gives a philosopher both forks or none, in the order of asking.
///
/// Nobody holds one fork and waits for the other, so that no circle can begin. Philosophers who need
/// other forks do not wait for those who asked before them.
public final class ArbitratedTable: DiningTable {
  /// How many seats there are.
  public let seats: Int
  private let waiter = Arbitrator<Int>(name: "waiter")

  /// Lays a table.
  ///
  /// - Parameter seats: How many seats there are, 2 or more.
  public init(seats: Int) {
    self.seats = seats
  }

  /// Takes both forks, eats, and puts them back.
  ///
  /// - Parameters:
  ///   - seat: Where the philosopher sits.
  ///   - eat: What to do with the forks.
  public func withForks(of seat: Int, _ eat: () -> Void) {
    waiter.withResources([leftFork(of: seat), rightFork(of: seat)]) {
      eat()
    }
  }
}
