import Interlock
import InterlockChecker

/// What is found in a body, as it is printed.
///
/// Without what depends on how it was found: the schedule and the number of executions.
func wholeReport(
  of body: @escaping @Sendable () throws -> Void,
  _ exploration: Exploration = Exploration(stepLimit: 1000),
  width: Int? = nil
) -> String {
  do throws(Counterexample) {
    return "\(try exploration.run(body))"
  } catch {
    return error.description(width: width)
      .replacing(error.schedule, with: "s1…")
      .replacing("execution \(error.executions).", with: "execution N.")
  }
}
