import Interlock

/// Signals that reserve a whole row of crossings, the lowest number first.
///
/// Whoever holds a crossing waits only for greater numbers. A circle would have to come down again
/// somewhere, and nobody goes down.
public final class OrderedSignals: SignalBox {
  private let locks: [Lock]

  /// Sets up signals for so many crossings.
  public init(crossings: Int) {
    locks = (1...crossings).map { Lock(name: "crossing \($0)", fairness: .fair) }
  }

  /// Waits for all crossings of the row, one after the other.
  ///
  /// - Parameter row: The crossings that the train must be able to pass in one go.
  /// - Returns: All crossings of the row, the lowest number first.
  public func reserve(_ row: [Int]) -> [Int] {
    let crossings = row.sorted()
    for crossing in crossings { locks[crossing - 1].acquire() }
    return crossings
  }

  /// Gives a crossing back.
  public func release(_ crossing: Int) {
    locks[crossing - 1].release()
  }
}
