#if Command
import ArgumentParser
import InterlockChecker
import Interlock
import InterlockPrograms

/// `interlock trains`: four trains on tracks that cross.
struct TrainsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trains",
    abstract: "Let four trains go over four crossings, each longer than the way between two.",
    discussion: """
      The tracks cross in a box. Each train needs two crossings, and still stands on the first one \
      when it comes to the second.

        interlock trains --mode deadlocking
        interlock trains --mode ordered --speed 4
        interlock trains --plain --speed 0

      In `deadlocking` a train takes one crossing after the other, and each of the four waits for the \
      next one, for ever; that is found out, explained, and ends the run with exit status 1. In \
      `ordered`, the default, a train reserves both crossings before it enters the first, the lower \
      number first. In `arbitrated` it gets both from an arbitrator at once.

      On a terminal with room for it they are drawn; otherwise what they do is printed line by line.
      """
  )

  @Option(help: "How the trains get their crossings.")
  var mode = Trains.Mode.ordered

  @Option(help: "How many times as fast as usual the trains are; 0 is as fast as they can.")
  var speed = 1.0

  @Flag(help: "Print what happens line by line, even on a terminal.")
  var plain = false

  @OptionGroup var output: OutputOptions

  private static let greatestSpeed = 1e6

  func validate() throws {
    guard speed == 0 || 0.01...Self.greatestSpeed ~= speed else {
      throw ValidationError("--speed is 0, or 0.01 to \(Int(Self.greatestSpeed)).")
    }
  }

  func run() throws {
    let start = Deadline.now
    let report = try watch(Trains(speed: speed))
    let duration = Deadline.now - start
    let ending = EndingReport(ending: report.ending)
    if output.json {
      try ending.printJSON(
        ["arrived": .number(report.arrived.count)],
        mode: mode.rawValue,
        workers: Railway().tracks,
        duration: duration
      )
    } else {
      let trains = report.arrived.isEmpty ? "nobody" : "\(report.arrived)".dropFirst().dropLast()
      try ending.printText([
        "arrived   \(trains)",
        "\(Quantity.seconds(duration)), mode \(mode.rawValue)",
      ])
    }
    try ending.check()
  }

  private func watch(_ trains: Trains) throws -> Trains.Report {
    if output.json || output.quiet { return try trains.run(mode) { _ in } }
    if !plain, let size = RailwayDrawing.Size(fitting: .standardOutput) {
      return try RailwayAnimation.show(trains, mode, size: size)
    }
    return try trains.run(mode) { event in
      if event.action != .move { try Output.print("\(event)") }
    }
  }
}
#endif
