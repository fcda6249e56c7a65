import Interlock

/// The store as it should have been: looking and taking are one step.
///
/// While one customer is between the two, all others wait outside.
public final class FixedOrderStore: OrderStore {
  private let stock: Mutex<Int>

  /// Opens the shop with so many items in stock.
  public init(stock: Int) {
    self.stock = Mutex(stock)
  }

  /// Sells one item.
  ///
  /// - Returns: Whether there was one left.
  public func order() -> Bool {
    stock.withLock { stock in
      guard stock > 0 else { return false }
      stock -= 1
      return true
    }
  }
}
