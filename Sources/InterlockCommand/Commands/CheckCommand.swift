#if Command
import ArgumentParser
import Interlock
import InterlockChecker
import InterlockScenarios

/// `interlock check`: runs programs under every schedule that matters.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Find the schedule under which a program goes wrong, or show that there is none.",
    discussion: """
      Without an argument it lists the scenarios: the variants of the programs of this command, with \
      sizes that are small enough to try everything.

        interlock check
        interlock check outage-racy
        interlock check --all

      A scenario is refuted (exit status 1) with the simplest schedule that shows why, proved, covered \
      to a bound, or only sampled: that is said. With --all the exit status is 0 if every scenario has \
      the verdict that is expected of it.
      """
  )

  /// How to look for schedules.
  enum Strategy: String, CaseIterable, ExpressibleByArgument {
    case automatic, exhaustive, bounded, random
  }

  @Argument(help: "The scenario to check.")
  var scenario: String?

  @Flag(help: "Check all scenarios.")
  var all = false

  @Option(help: "How to look for schedules; bounded means at most two preemptions.")
  var strategy = Strategy.automatic

  @Option(help: "How many executions there may be.")
  var budget = Exploration().executions

  @Option(help: "The schedule of a counterexample, to see it again.")
  var replay: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard budget >= 1 else { throw ValidationError("--budget is 1 or more.") }
    guard scenario == nil || !all else {
      throw ValidationError("Name one scenario, or say --all.")
    }
    guard replay == nil || scenario != nil else {
      throw ValidationError("--replay needs the scenario whose schedule it is.")
    }
    if let scenario, Scenario.named(scenario) == nil {
      throw ValidationError("There is no scenario \(scenario); `interlock check` lists them.")
    }
  }

  func run() throws {
    if all { return try checkAll() }
    guard let scenario = scenario.flatMap(Scenario.named) else { return try list() }
    let start = Deadline.now
    let result = scenario.check(exploration)
    if output.json {
      try Output.print(json(scenario, result, Deadline.now - start).description)
    } else {
      try Output.print("\(scenario.name): \(scenario.summary)\n\n\(result.outcome.words)")
    }
    if case .refuted = result.outcome { throw ExitCode.failure }
  }

  private var exploration: Exploration {
    var exploration = Exploration(executions: budget)
    exploration.strategy =
      if let replay {
        .replay(replay)
      } else {
        switch strategy {
        case .automatic: .automatic
        case .exhaustive: .exhaustive
        case .bounded: .bounded(preemptions: 2)
        case .random: .random(seed: 1)
        }
      }
    return exploration
  }

  private func list() throws {
    if output.json {
      return try Output.print(
        JSON.object(["scenarios": .array(Scenario.all.map { .string($0.name) })]).description
      )
    }
    for scenario in Scenario.all {
      let gap = String(repeating: " ", count: max(1, 27 - scenario.name.count))
      try Output.print("\(scenario.name)\(gap)\(scenario.summary)")
    }
  }

  private func checkAll() throws {
    var surprises: [String] = []
    var objects: [JSON] = []
    for scenario in Scenario.all {
      let start = Deadline.now
      let result = scenario.check(exploration)
      if !result.isExpected { surprises.append(scenario.name) }
      if output.json {
        objects.append(json(scenario, result, Deadline.now - start))
      } else {
        let gap = String(repeating: " ", count: max(1, 27 - scenario.name.count))
        let mark = result.isExpected ? "" : "   NOT EXPECTED"
        try Output.print("\(scenario.name)\(gap)\(result.outcome.line)\(mark)")
      }
    }
    if output.json { try Output.print(JSON.object(["scenarios": .array(objects)]).description) }
    guard surprises.isEmpty else {
      throw Failure("not what is expected: \(surprises.joined(separator: ", "))")
    }
  }

  private func json(
    _ scenario: Scenario,
    _ result: Scenario.Result,
    _ duration: Duration
  ) -> JSON {
    .object([
      "scenario": .string(scenario.name),
      "verdict": .string(result.outcome.verdict),
      "expected": .bool(result.isExpected),
      "executions": .number(result.outcome.executions),
      "schedule": .string(result.outcome.schedule),
      "explanation": .string(result.outcome.words),
      "mode": .string(strategy.rawValue),
      "workers": .number(1),
      "seconds": .number(duration.inSeconds),
    ])
  }
}

extension Scenario.Outcome {
  /// One word, for scripts.
  fileprivate var verdict: String {
    switch self {
    case .covered(let coverage):
      switch coverage.verdict {
      case .proved: "proved"
      case .bounded: "bounded"
      case .sampled: "sampled"
      }
    case .refuted(let example):
      example.kind == .nondeterminism ? "nondeterministic" : "refuted"
    }
  }

  fileprivate var executions: Int {
    switch self {
    case .covered(let coverage): coverage.executions
    case .refuted(let example): example.executions
    }
  }

  fileprivate var schedule: String {
    if case .refuted(let example) = self { example.schedule } else { "" }
  }

  /// All that there is to say.
  fileprivate var words: String {
    switch self {
    case .covered(let coverage): coverage.description
    case .refuted(let example): "refuted: \(example)"
    }
  }

  /// What was found, in a line.
  fileprivate var line: String {
    switch self {
    case .covered(let coverage): coverage.description
    case .refuted(let example): "refuted after \(example.executions) executions: \(example.summary)"
    }
  }
}
#endif
