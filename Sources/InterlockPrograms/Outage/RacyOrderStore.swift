import Interlock

/// The store as it was written, reviewed, tested and shipped: broken.
///
/// It looks whether there is an item, and then takes it. Two customers who look before either has
/// taken both see the last item, and both buy it. The time between the two steps is so short that
/// nobody met there for years.
public final class RacyOrderStore: OrderStore {
  private let stock: PlainCell<Int>

  /// Opens the shop with so many items in stock.
  public init(stock: Int) {
    self.stock = PlainCell(stock)
  }

  /// Sells one item.
  ///
  /// - Returns: Whether there was one left.
  public func order() -> Bool {
    guard stock.value > 0 else { return false }
    stock.value -= 1
    return true
  }
}
