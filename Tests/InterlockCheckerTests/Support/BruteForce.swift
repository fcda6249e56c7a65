@testable import InterlockChecker

/// Finds all classes of a program in another way: every beginning of every class is run once.
///
/// It shares the dependency relation with the search, and nothing of how the search decides.
struct BruteForce {
  private(set) var classes: Set<ClassHash> = []
  private(set) var outcomes: Set<ModelMachine.Outcome> = []
  /// How many beginnings there are, or were when it gave up.
  private(set) var beginnings = 0
  private(set) var isFinished = true

  init(_ program: ModelProgram, limit: Int) {
    var seen: Set<ClassHash> = []
    var waiting: [[Choice]] = [[]]
    while let choices = waiting.popLast() {
      let (machine, trace) = Self.run(choices, program)
      guard seen.insert(trace.hash).inserted else { continue }
      guard seen.count <= limit else {
        isFinished = false
        break
      }
      let next = Self.possibilities(of: machine)
      if next.isEmpty {
        classes.insert(trace.hash)
        outcomes.insert(machine.outcome)
      }
      for choice in next { waiting.append(choices + [choice]) }
    }
    beginnings = seen.count
  }

  /// All outcomes, by running every order of steps there is, which knows no dependency.
  ///
  /// It is `nil` if there are too many.
  static func outcomesOfAllOrders(
    of program: ModelProgram,
    limit: Int
  ) -> Set<ModelMachine.Outcome>? {
    var outcomes: Set<ModelMachine.Outcome> = []
    var waiting: [[Choice]] = [[]]
    var runs = 0
    while let choices = waiting.popLast() {
      runs += 1
      guard runs <= limit else { return nil }
      let machine = ModelMachine(program)
      for choice in choices { _ = machine.step(choice.thread, label: choice.label) }
      let next = possibilities(of: machine)
      if next.isEmpty { outcomes.insert(machine.outcome) }
      for choice in next { waiting.append(choices + [choice]) }
    }
    return outcomes
  }

  /// The classes of all schedules with so many preemptions at the most, each of which is run.
  static func classes(of program: ModelProgram, bound: Int) -> (classes: Set<ClassHash>, runs: Int)
  {
    var classes: Set<ClassHash> = []
    var runs = 0
    var waiting: [(choices: [Choice], preemptions: Int)] = [([], 0)]
    while let (choices, preemptions) = waiting.popLast() {
      let (machine, trace) = run(choices, program)
      let next = possibilities(of: machine)
      if next.isEmpty {
        classes.insert(trace.hash)
        runs += 1
      }
      let last = choices.last?.thread
      let isInterruptible = !next.contains { $0.thread == last }
      for choice in next {
        let cost = choice.thread == last || isInterruptible ? 0 : 1
        if preemptions + cost <= bound { waiting.append((choices + [choice], preemptions + cost)) }
      }
    }
    return (classes, runs)
  }

  private static func run(_ choices: [Choice], _ program: ModelProgram) -> (ModelMachine, Trace) {
    let machine = ModelMachine(program)
    var trace = Trace()
    for choice in choices { trace.append(machine.step(choice.thread, label: choice.label)) }
    return (machine, trace)
  }

  private static func possibilities(of machine: ModelMachine) -> [Choice] {
    var choices: [Choice] = []
    for thread in 0..<machine.threadCount where machine.standing(of: thread) == .runnable {
      for label in 0..<machine.labelCount(of: thread) {
        choices.append(Choice(thread, label: label))
      }
    }
    return choices
  }
}
