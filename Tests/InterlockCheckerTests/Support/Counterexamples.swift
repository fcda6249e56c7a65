import InterlockChecker

/// What an exploration finds; `nil` if that is nothing.
func counterexample(
  _ exploration: Exploration = Exploration(),
  _ body: @escaping @Sendable () throws -> Void
) -> Counterexample? {
  do throws(Counterexample) {
    try exploration.run(body)
    return nil
  } catch {
    return error
  }
}
