#if Command
import ArgumentParser
import InterlockChecker
import Interlock
import InterlockPrograms

/// `interlock robots`: two robots share two tools.
struct RobotsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robots",
    abstract: "Let two robots share two tools, of which each needs both.",
    discussion: """
      Red reaches for the left tool first, and blue for the right one.

        interlock robots --mode deadlocking
        interlock robots --mode ordered

      In `deadlocking` each takes the tool that it reaches for and waits for the other, for ever; \
      that is found out, explained, and ends the run with exit status 1. In `ordered`, the \
      default, both take the left tool first. In `arbitrated` an arbitrator gives a robot both tools \
      or none.
      """
  )

  @Option(help: "How the robots get their tools.")
  var mode = Robots.Mode.ordered

  @Option(help: "How often each robot works with both tools.")
  var rounds = Robots().rounds

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard rounds >= 1 else { throw ValidationError("--rounds is 1 or more.") }
  }

  func run() throws {
    let start = Deadline.now
    let report = try ProgressLine.show(if: output.showsProgress) {
      "\(Quantity.seconds(Deadline.now - start))"
    } while: {
      try Robots(rounds: rounds).run(mode)
    }
    let duration = Deadline.now - start
    let ending = EndingReport(ending: report.ending)
    if output.json {
      try ending.printJSON(
        ["rounds": .array(report.rounds.map { .number($0) })],
        mode: mode.rawValue,
        workers: Robots.names.count,
        duration: duration
      )
    } else {
      let rounds = zip(Robots.names, report.rounds).map { "\($0) \(Quantity.count($1))" }
      try ending.printText([
        "rounds    \(rounds.joined(separator: ", "))",
        "\(Quantity.seconds(duration)), mode \(mode.rawValue)",
      ])
    }
    try ending.check()
  }
}
#endif
