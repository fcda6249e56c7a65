import Interlock

/// An account behind a lock whose waiters do not sleep: one visit at a time.
///
/// As right as ``MutexAccount``; whoever waits burns the CPU that the other could use.
public final class SpinLockAccount: Account, @unchecked Sendable {
  private let lock = SpinLock(name: "account")
  // SAFETY: touched only by the thread that holds `lock`.
  private var money: Int

  /// Opens an account that holds `balance`.
  public init(balance: Int) {
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
      return receipt
    }
  }

  /// Takes `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  public func withdraw(_ amount: Int) -> Receipt {
    lock.withLock {
      let newBalance = money - amount
      let receipt = Receipt(.withdrawal, of: amount, balance: newBalance)
      money = newBalance
      return receipt
    }
  }
}
