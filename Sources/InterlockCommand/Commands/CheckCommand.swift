#if Command
import ArgumentParser
import Glibc
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
      sizes that are small enough to try everything, or nearly. Variants with processes are not among \
      them: threads are explored.

        interlock check
        interlock check outage-racy
        interlock check outage-racy --replay s1…
        interlock check wind-threads --strategy uniform --seed 7 --seconds 60
        interlock check --all

      A scenario is refuted (exit status 1) with the simplest schedule that shows why, proved, covered \
      to a bound, or only sampled: that is said. With --all as many are checked at a time as there are \
      CPUs, and the exit status is 0 if every scenario has the verdict that is expected of it. Ctrl-C \
      ends it with what is known by then (exit status 130).

      The strategies: `automatic` tries everything if the budget allows, and else samples in several \
      ways; `exhaustive` tries everything; `bounded` whatever has at most --preemptions. The others \
      draw from --seed: `random` any thread at each step, `priorities` one with the highest priority, \
      which changes twice, `partial-order` and `uniform` all orders alike, in two ways. These never \
      come to an end by themselves, and say with which --skip they go on where they were.
      """
  )

  @Argument(help: "The scenario to check.")
  var scenario: String?

  @Flag(help: "Check all scenarios.")
  var all = false

  @Flag(help: "List the scenarios.")
  var list = false

  @Option(help: "How to look for schedules.")
  var strategy = CheckStrategy.automatic

  @Option(help: "How often threads may be interrupted, with the strategy bounded.")
  var preemptions = 2

  @Option(help: "Where random numbers begin, with strategies that draw.")
  var seed: UInt64 = 1

  @Option(
    help:
      "How many executions to leave out, with strategies that draw: those that were made before."
  )
  var skip = 0

  @Option(help: "How many executions there may be of a scenario.")
  var budget = Exploration().executions

  @Option(help: "How many seconds a scenario may take.")
  var seconds = 20.0

  @Option(help: "The schedule of a counterexample, to see it again.")
  var replay: String?

  @OptionGroup var output: OutputOptions

  private static let greatestSeconds = 1e6

  func validate() throws {
    guard budget >= 1 else { throw ValidationError("--budget is 1 or more.") }
    guard skip >= 0 else { throw ValidationError("--skip is 0 or more.") }
    guard skip == 0 || (strategy.draws && replay == nil && scenario != nil) else {
      throw ValidationError(
        "--skip needs a scenario, and a strategy that draws: others begin anew."
      )
    }
    guard preemptions >= 0 else { throw ValidationError("--preemptions is 0 or more.") }
    guard 0.001...Self.greatestSeconds ~= seconds else {
      throw ValidationError("--seconds is 0.001 to \(Int(Self.greatestSeconds)).")
    }
    guard [scenario != nil, all, list].count(where: { $0 }) <= 1 else {
      throw ValidationError("Name one scenario, or say --all, or --list.")
    }
    guard replay == nil || scenario != nil else {
      throw ValidationError("--replay needs the scenario whose schedule it is.")
    }
    if let scenario, Scenario.named(scenario) == nil {
      let near = NearNames.of(scenario, among: Scenario.all.map(\.name))
      let hint = near.isEmpty ? "" : " Is it \(near.joined(separator: " or "))?"
      throw ValidationError(
        "There is no scenario \(scenario).\(hint) `interlock check --list` lists them."
      )
    }
  }

  func run() throws {
    if all { return try checkAll() }
    guard let scenario = scenario.flatMap(Scenario.named) else { return try printList() }
    var isRefuted = false
    let isInterrupted = try checks(of: [scenario]).run { finding in
      let outcome = finding.result.outcome
      if case .refuted = outcome { isRefuted = true }
      let words = outcome.words(width: Terminal.standardOutput.tableWidth)
      try print(
        output.json
          ? json(finding).description
          : "\(scenario.name): \(scenario.summary)\n\n\(words)\(continuation(of: finding))"
      )
    }
    try end(isInterrupted: isInterrupted && !isRefuted)
    if isRefuted { throw ExitCode.failure }
  }

  /// How to go on after what was found, if there is a way.
  private func continuation(of finding: ScenarioChecks.Finding) -> String {
    guard case .covered(let coverage) = finding.result.outcome, strategy.draws, replay == nil else {
      return ""
    }
    return """

      To go on: interlock check \(finding.scenario.name) --strategy \(strategy.rawValue) \
      --seed \(seed) --skip \(skip + coverage.executions)
      """
  }

  private func checks(of scenarios: [Scenario]) -> ScenarioChecks {
    ScenarioChecks(
      scenarios: scenarios,
      exploration: exploration,
      showsProgress: output.showsProgress
    )
  }

  /// Prints on standard output, where a progress line may stand.
  private func print(_ text: String) throws {
    if output.showsProgress { try? Output.write(Terminal.clearLine, to: STDERR_FILENO) }
    try Output.print(text)
  }

  private func end(isInterrupted: Bool) throws {
    guard isInterrupted else { return }
    Output.complain("stopped by Ctrl-C: what is said above is what was covered until then")
    throw ExitCode(Self.interruptedStatus)
  }

  /// As shells say that a program was ended by the signal.
  private static let interruptedStatus: Int32 = 130

  private var exploration: Exploration {
    var exploration = Exploration(executions: budget, duration: .seconds(seconds))
    exploration.strategy =
      replay.map { .replay($0) } ?? strategy.strategy(seed: seed, preemptions: preemptions)
    exploration.skippedExecutions = skip
    return exploration
  }

  private func printList() throws {
    if output.json {
      return try Output.print(
        JSON.object(["scenarios": .array(Scenario.all.map { .string($0.name) })]).description
      )
    }
    for scenario in Scenario.all {
      let hint = scenario.isLarge ? " (too large to try everything)" : ""
      try Output.print("\(Self.column(scenario.name))\(scenario.summary)\(hint)")
    }
  }

  private static func column(_ name: String) -> String {
    name + String(repeating: " ", count: max(1, 27 - name.count))
  }

  private func checkAll() throws {
    var surprises: [String] = []
    var objects: [JSON] = []
    let isInterrupted = try checks(of: Scenario.all).run { finding in
      let isSurprise = !finding.result.isExpected && !finding.isCutShort
      if isSurprise { surprises.append(finding.scenario.name) }
      if output.json {
        objects.append(json(finding))
      } else {
        let mark = isSurprise ? "   NOT EXPECTED" : ""
        try print("\(Self.column(finding.scenario.name))\(finding.result.outcome.line)\(mark)")
      }
    }
    if output.json { try Output.print(JSON.object(["scenarios": .array(objects)]).description) }
    try end(isInterrupted: isInterrupted)
    guard surprises.isEmpty else {
      throw Failure("not what is expected: \(surprises.joined(separator: ", "))")
    }
  }

  private func json(_ finding: ScenarioChecks.Finding) -> JSON {
    let outcome = finding.result.outcome
    return .object([
      "scenario": .string(finding.scenario.name),
      "verdict": .string(outcome.verdict),
      "expected": .bool(finding.result.isExpected),
      "executions": .number(outcome.executions),
      "schedule": .string(outcome.schedule),
      "explanation": .string(outcome.words(width: nil)),
      "mode": .string(strategy.rawValue),
      "workers": .number(1),
      "seconds": .number(finding.duration.inSeconds),
      "counterexample": outcome.counterexample.map(\.jsonValue) ?? .null,
    ])
  }
}
#endif
