/// A bank account that several people use at the same time.
public protocol Account: Sendable {
  /// Opens an account that holds `balance`.
  init(balance: Int)

  /// What the account holds.
  var balance: Int { get }

  /// Adds `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  func deposit(_ amount: Int) -> Receipt

  /// Takes `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  func withdraw(_ amount: Int) -> Receipt
}
