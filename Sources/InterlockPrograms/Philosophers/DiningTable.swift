/// A round table with a fork between every two seats; whoever eats needs both of theirs.
///
/// Seat and fork are counted from 0. On the left of a seat lies the fork of the same number, on its
/// right the next one, which for the last seat is fork 0.
public protocol DiningTable: Sendable {
  /// How many seats there are, and as many forks.
  var seats: Int { get }

  /// Takes both forks, eats, and puts them back.
  ///
  /// - Parameters:
  ///   - seat: Where the philosopher sits.
  ///   - eat: What to do with the forks.
  /// - Throws: `Deadlock` if the philosopher would wait for ever.
  func withForks(of seat: Int, _ eat: () -> Void) throws
}

extension DiningTable {
  /// The fork on the left of a seat.
  func leftFork(of seat: Int) -> Int { seat }

  /// The fork on the right of a seat.
  func rightFork(of seat: Int) -> Int { (seat + 1) % seats }
}
