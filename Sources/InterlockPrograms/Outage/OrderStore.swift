/// The heart of a small shop: sells what is in stock, and no more than that.
///
/// Every request runs on a thread of its own, so several may order the last item at the same time.
public protocol OrderStore: Sendable {
  /// Opens the shop with so many items in stock.
  init(stock: Int)

  /// Sells one item.
  ///
  /// - Returns: Whether there was one left.
  func order() -> Bool
}
