import Interlock

/// An account without any synchronisation: broken on purpose.
///
/// Between reading the balance and storing the new one the clerk writes the receipt. What others
/// store meanwhile is overwritten, and lost.
public final class RacyAccount: Account {
  private let money: PlainCell<Int>

  public init(balance: Int) {
    money = PlainCell(balance)
  }

  public var balance: Int { money.value }

  @discardableResult
  public func deposit(_ amount: Int) -> Receipt {
    let newBalance = money.value + amount
    let receipt = Receipt(balance: newBalance)
    money.value = newBalance
    return receipt
  }

  @discardableResult
  public func withdraw(_ amount: Int) -> Receipt {
    let newBalance = money.value - amount
    let receipt = Receipt(balance: newBalance)
    money.value = newBalance
    return receipt
  }
}
