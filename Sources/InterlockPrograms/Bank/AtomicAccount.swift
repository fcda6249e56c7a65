import Interlock

/// An account that is one atomic number: reading, adding and storing are a single step.
///
/// Nothing fits in between, so the receipt is written afterwards. That is possible because a visit
/// changes one number and nothing else.
public final class AtomicAccount: Account {
  private let money: Atomic<Int>

  /// Opens an account that holds `balance`.
  public init(balance: Int) {
    money = Atomic(balance)
  }

  // Ordering: relaxed, here and below; the number says nothing about any other memory.

  /// What the account holds.
  public var balance: Int { money.load(ordering: .relaxed) }

  /// Adds `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  public func deposit(_ amount: Int) -> Receipt {
    let newBalance = money.wrappingAdd(amount, ordering: .relaxed).newValue
    return Receipt(.deposit, of: amount, balance: newBalance)
  }

  /// Takes `amount`.
  ///
  /// - Returns: The receipt.
  @discardableResult
  public func withdraw(_ amount: Int) -> Receipt {
    let newBalance = money.wrappingSubtract(amount, ordering: .relaxed).newValue
    return Receipt(.withdrawal, of: amount, balance: newBalance)
  }
}
