#if Command
import ArgumentParser
import InterlockChecker
import Interlock
import InterlockPrograms

/// `interlock philosophers`: they sit around a table, and each needs two forks to eat.
struct PhilosophersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "philosophers",
    abstract: "Let philosophers eat at a round table with one fork for each.",
    discussion: """
      Each needs the two forks beside the plate, and shares them with the neighbours.

        interlock philosophers --mode deadlocking
        interlock philosophers --seats 64 --seconds 10

      In `deadlocking` everybody takes the left fork first and waits for the right one, for ever; \
      that is found out, explained, and ends the run with exit status 1. In `ordered`, the default, \
      everybody takes the fork with the lower number first. In `arbitrated` a waiter gives a \
      philosopher both forks or none.
      """
  )

  @Option(help: "How the philosophers get their forks.")
  var mode = Philosophers.Mode.ordered

  @Option(help: "How many philosophers there are, 2 to \(Self.mostSeats).")
  var seats = Philosophers().seats

  @Option(help: "How long they sit there.")
  var seconds = 2.0

  @OptionGroup var output: OutputOptions

  private static let mostSeats = 1_000
  /// About thirty years.
  private static let mostSeconds = 1e9

  func validate() throws {
    guard 2...Self.mostSeats ~= seats else {
      throw ValidationError("--seats is 2 to \(Self.mostSeats).")
    }
    guard seconds > 0, seconds <= Self.mostSeconds else {
      throw ValidationError("--seconds is more than 0, and at most \(Int(Self.mostSeconds)).")
    }
  }

  func run() throws {
    let start = Deadline.now
    let end = start + .seconds(seconds)
    let report = try ProgressLine.show(if: output.showsProgress) {
      "\(Quantity.seconds(Deadline.now - start)) of \(Quantity.seconds(.seconds(seconds)))"
    } while: {
      try Philosophers(seats: seats).run(mode, until: end)
    }
    let duration = Deadline.now - start
    let ending = EndingReport(ending: report.ending)
    if output.json {
      try ending.printJSON(
        ["meals": .array(report.meals.map { .number($0) })],
        mode: mode.rawValue,
        workers: seats,
        duration: duration
      )
    } else {
      try ending.printText(lines(report, duration))
    }
    try ending.check()
  }

  private func lines(_ report: Philosophers.Report, _ duration: Duration) -> [String] {
    let total = report.meals.reduce(0, +)
    return [
      "meals     \(Quantity.count(total)), \(Quantity.decimal(report.mean, places: 1)) each, "
        + "fewest \(Quantity.count(report.meals.min() ?? 0)), "
        + "most \(Quantity.count(report.meals.max() ?? 0))",
      "\(seats) philosophers, \(Quantity.seconds(duration)), mode \(mode.rawValue)",
    ]
  }
}
#endif
