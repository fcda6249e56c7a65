import Interlock

/// An account behind a lock that is never overdrawn: whoever wants more than there is waits.
///
/// The lock keeps visits apart; the condition is the place to wait, without the lock, until somebody
/// has deposited something.
public final class ConditionAccount: Account, @unchecked Sendable {
  private let lock = Lock(name: "account")
  private let hasGrown: Condition
  // SAFETY: touched only by the thread that holds `lock`.
  private var money: Int

  /// Opens an account that holds `balance`.
  public init(balance: Int) {
    hasGrown = Condition(lock, name: "account has grown")
    money = balance
  }

  /// What the account holds.
  public var balance: Int { lock.withLock { money } }

  /// Adds `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  public func deposit(_ amount: Int) -> Receipt {
    lock.withLock {
      let newBalance = money + amount
      let receipt = Receipt(.deposit, of: amount, balance: newBalance)
      money = newBalance
      hasGrown.notifyAll()
      return receipt
    }
  }

  /// Takes `amount`, as soon as the account holds that much.
  ///
  /// - Returns: The receipt.
  @discardableResult
  public func withdraw(_ amount: Int) -> Receipt {
    lock.withLock {
      hasGrown.wait { money < amount }
      let newBalance = money - amount
      let receipt = Receipt(.withdrawal, of: amount, balance: newBalance)
      money = newBalance
      return receipt
    }
  }
}
