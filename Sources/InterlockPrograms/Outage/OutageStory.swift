/// What happened, for those who were not there.
///
/// Each paragraph is one line, to be wrapped.
public enum OutageStory {
  /// How it came to the outage, before anything is run.
  public static let opening: [String] = [
    """
    At 02:14 last night a small shop sold the same two items to three customers, then to thirty, \
    then stopped selling anything. Nothing had been deployed for a week.
    """,
    """
    The cause was four years old. The store looks whether an item is in stock, and then takes it. \
    Two requests that both look before either takes both get the last item. Between looking and \
    taking lie a few nanoseconds, so the two never met: not in review, not in any test, not in \
    four years. Last night a sale began at two, and they met.
    """,
  ]

  /// What to think of ten thousand runs that passed.
  public static let moral = """
    But the bug is in each of these runs, and only the moment for it did not come. A test that waits \
    for luck passes for years, and fails on the night of the sale.
    """
}
