/// What the clerk writes for the customer.
///
/// Writing it is nearly all the work of a visit. Where it happens between reading the balance and
/// storing the new one, as at every bank whose clerk finishes the paper first, a thread that loses
/// its CPU nearly always loses it there, holding a balance that will soon be old.
public struct Receipt: Hashable, Sendable {
  /// What the customer came for.
  enum Purpose: String {
    case deposit = "Deposit"
    case withdrawal = "Withdrawal"
  }

  /// The words on the paper.
  public let text: String

  /// Writes a receipt for an account that holds `balance` now.
  init(_ purpose: Purpose, of amount: Int, balance: Int) {
    text = "\(purpose.rawValue) of \(amount), new balance \(balance)."
  }
}
