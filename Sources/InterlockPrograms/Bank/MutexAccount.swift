import Interlock

/// An account behind a mutex: one visit at a time.
///
/// Nobody reads the balance while another is about to store a new one.
public final class MutexAccount: Account {
  private let money: Mutex<Int>

  /// Opens an account that holds `balance`.
  public init(balance: Int) {
    money = Mutex(balance)
  }

  /// What the account holds.
  public var balance: Int { money.withLock { $0 } }

  /// Adds `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  public func deposit(_ amount: Int) -> Receipt {
    money.withLock { money in
      let newBalance = money + amount
      let receipt = Receipt(.deposit, of: amount, balance: newBalance)
      money = newBalance
      return receipt
    }
  }

  /// Takes `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  public func withdraw(_ amount: Int) -> Receipt {
    money.withLock { money in
      let newBalance = money - amount
      let receipt = Receipt(.withdrawal, of: amount, balance: newBalance)
      money = newBalance
      return receipt
    }
  }
}
