import Interlock

/// Signals with an arbitrator, which gives a train a whole row of crossings or none.
///
/// Nobody holds one crossing of a row and waits for another, so that no circle can begin.
public final class ArbitratedSignals: SignalBox {
  private let arbitrator = Arbitrator<Int>(name: "crossings")

  /// Sets up signals.
  public init() {}

  /// Waits for all crossings of the row at once.
  ///
  /// - Parameter row: The crossings that the train must be able to pass in one go.
  /// - Returns: All crossings of the row.
  public func reserve(_ row: [Int]) -> [Int] {
    arbitrator.acquire(row)
    return row
  }

  /// Gives a crossing back.
  public func release(_ crossing: Int) {
    arbitrator.release([crossing])
  }
}
