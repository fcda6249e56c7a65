import Interlock

/// An account without any synchronisation: broken on purpose.
///
/// Between reading the balance and storing the new one the clerk writes the receipt. What others
/// store meanwhile is overwritten, and lost.
public final class RacyAccount: Account {
  private let money: PlainCell<Int>

  /// Opens an account that holds `balance`.
  public init(balance: Int) {
    money = PlainCell(balance)
  }

  /// What the account holds.
  public var balance: Int { money.value }

  /// Adds `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  public func deposit(_ amount: Int) -> Receipt {
    let newBalance = money.value + amount
    let receipt = Receipt(.deposit, of: amount, balance: newBalance)
    money.value = newBalance
    return receipt
  }

  /// Takes `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  public func withdraw(_ amount: Int) -> Receipt {
    let newBalance = money.value - amount
    let receipt = Receipt(.withdrawal, of: amount, balance: newBalance)
    money.value = newBalance
    return receipt
  }
}
