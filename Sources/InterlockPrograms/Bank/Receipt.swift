/// What the clerk writes for the customer: the new balance, in words that take their time.
///
/// Writing it is nearly all the work of a visit. Where it happens between reading the balance and
/// storing the new one, as it does at every bank whose clerk finishes the paper first, a thread
/// that loses its CPU nearly always loses it there, holding a balance that will soon be old.
public struct Receipt: Hashable, Sendable {
  /// The text on the paper.
  public let text: String

  /// Writes a receipt for an account that holds `balance` now.
  init(balance: Int) {
    text = "Your new balance is \(balance)."
  }
}
