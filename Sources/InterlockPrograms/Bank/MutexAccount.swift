import Interlock

/// An account behind a mutex: one visit at a time.
///
/// Nobody reads the balance while another is about to store a new one.
public final class MutexAccount: Account {
  private let money: Mutex<Int>

  public init(balance: Int) {
    money = Mutex(balance)
  }

  public var balance: Int { money.withLock { $0 } }

  @discardableResult
  public func deposit(_ amount: Int) -> Receipt {
    money.withLock { money in
      let newBalance = money + amount
      let receipt = Receipt(balance: newBalance)
      money = newBalance
      return receipt
    }
  }

  @discardableResult
  public func withdraw(_ amount: Int) -> Receipt {
    money.withLock { money in
      let newBalance = money - amount
      let receipt = Receipt(balance: newBalance)
      money = newBalance
      return receipt
    }
  }
}
