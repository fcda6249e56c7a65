import Interlock

/// An account behind a lock whose waiters do not sleep: one visit at a time.
///
/// As right as ``MutexAccount``; whoever waits burns the CPU that the other could use.
// SAFETY: `money` is touched only by the holder of `lock`.
public final class SpinLockAccount: Account, @unchecked Sendable {
  private let lock = SpinLock(name: "account")
  // Guarded by: `lock`.
  private var money: Int

  public init(balance: Int) {
    money = balance
  }

  public var balance: Int { lock.withLock { money } }

  @discardableResult
  public func deposit(_ amount: Int) -> Receipt {
    lock.withLock {
      let newBalance = money + amount
      let receipt = Receipt(balance: newBalance)
      money = newBalance
      return receipt
    }
  }

  @discardableResult
  public func withdraw(_ amount: Int) -> Receipt {
    lock.withLock {
      let newBalance = money - amount
      let receipt = Receipt(balance: newBalance)
      money = newBalance
      return receipt
    }
  }
}
