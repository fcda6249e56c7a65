import Interlock

/// An account behind a lock that is never overdrawn: whoever wants more than there is waits.
///
/// The lock keeps visits apart; the condition is the place to wait, without the lock, until somebody
/// has deposited something.
// SAFETY: `money` is touched only by the holder of `lock`.
public final class ConditionAccount: Account, @unchecked Sendable {
  private let lock = Lock(name: "account")
  private let hasGrown: Condition
  // Guarded by: `lock`.
  private var money: Int

  public init(balance: Int) {
    hasGrown = Condition(lock, name: "account has grown")
    money = balance
  }

  public var balance: Int { lock.withLock { money } }

  @discardableResult
  public func deposit(_ amount: Int) -> Receipt {
    lock.withLock {
      let newBalance = money + amount
      let receipt = Receipt(balance: newBalance)
      money = newBalance
      hasGrown.notifyAll()
      return receipt
    }
  }

  @discardableResult
  public func withdraw(_ amount: Int) -> Receipt {
    lock.withLock {
      hasGrown.wait { money < amount }
      let newBalance = money - amount
      let receipt = Receipt(balance: newBalance)
      money = newBalance
      return receipt
    }
  }
}
