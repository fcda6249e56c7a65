import InterlockChecker

/// What an exhaustive search of a model finds.
struct Tally {
  private(set) var executions = 0
  private(set) var asleep = 0
  private(set) var deadlocks = 0
  private(set) var outcomes: Set<ModelMachine.Outcome> = []
  private(set) var classes: Set<ClassHash> = []
  private(set) var isExact = false

  init(_ program: ModelProgram, random: SplitMix64? = nil) {
    var search = ExhaustiveSearch(program, random: random)
    while let execution = search.next() {
      guard execution.ending == .complete, let machine = execution.machine as? ModelMachine
      else { continue }
      let outcome = machine.outcome
      if outcome.kind == .deadlock { deadlocks += 1 }
      outcomes.insert(outcome)
      classes.insert(search.classHash)
    }
    executions = search.executions
    asleep = search.asleep
    isExact = search.isExact && search.isFinished
  }
}
