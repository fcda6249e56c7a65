#if Command
import ArgumentParser
import Interlock
import InterlockChecker
import InterlockPrograms

/// `interlock wind`: from where the wind blows at an airport.
struct WindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wind",
    abstract: "Count from where the wind blows, in archives of weather reports.",
    discussion: """
      The archives have METAR reports, as airports publish them. Each wind, as in 24013KT, counts in one \
      of eight sectors, and a variable one, as in VRB02KT, in all of them. Folders are searched to the \
      bottom, without following links. An input that cannot be read is reported, and the others are \
      counted.

        interlock generate metar --bytes 50MB --output archive.txt
        interlock wind archive.txt
        interlock wind --station LFPG archives
        cat archive.txt | interlock wind -

      The modes are the lesson. The work has three stages: parse makes reports of lines, extract takes \
      the winds out of them, count adds them up. In `sequential` one thread does one after the other. In \
      `threads`, the default, each stage has threads of its own, and bounded queues lead from one to the \
      next. In `processes` each stage is a process, and pipes take the place of the queues.
      """
  )

  @Argument(help: "A file, a folder, or - for standard input.")
  var paths: [String]

  @Option(help: "Whose reports count: the ICAO code of an airport, which has four characters.")
  var station = WeatherStation.heathrow

  @Option(help: "How to count.")
  var mode = WindCounter.Mode.threads

  @Option(
    help: """
      How many threads or processes parse, and how many extract. (default: the CPUs that are available)
      """
  )
  var workers: Int?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let workers, workers < 1 {
      throw ValidationError("--workers is 1 or more: with \(workers) nobody would count.")
    }
  }

  func run() throws {
    var counter = WindCounter(mode: mode, workers: workers)
    counter.station = station
    let progress = WindProgress()
    let start = Deadline.now
    let report = try ProgressLine.show(if: output.showsProgress) {
      let rate = Double(progress.bytes) / max((Deadline.now - start).inSeconds, 0.001)
      return "\(Quantity.count(progress.files, "file")), \(Quantity.bytes(progress.bytes)), "
        + "\(Quantity.bytes(UInt64(rate)))/s"
    } while: {
      do {
        return try counter.count(paths, progress: progress) { Output.complain("\($0)") }
      } catch let error as WindStageError {
        throw Failure("\(error)")
      }
    }
    let duration = Deadline.now - start
    if output.json {
      try Output.print(json(report, counter, duration))
    } else {
      for line in text(report, counter, duration) { try Output.print(line) }
    }
    if report.errors > 0 { throw ExitCode.failure }
  }

  private func json(
    _ report: WindReport,
    _ counter: WindCounter,
    _ duration: Duration
  )
    -> String
  {
    let distribution = report.distribution
    return JSON.object([
      "station": .string(station.code),
      "distribution": .array(distribution.sectors.map { .number($0) }),
      "reports": .number(distribution.reports),
      "winds": .number(distribution.winds),
      "malformed": .number(distribution.malformed),
      "files": .number(report.files),
      "bytes": .number(report.bytes),
      "errors": .number(report.errors),
      "mode": .string(mode.rawValue),
      "workers": .number(counter.workers),
      "seconds": .number(duration.inSeconds),
    ]).description
  }

  private func text(
    _ report: WindReport,
    _ counter: WindCounter,
    _ duration: Duration
  )
    -> [String]
  {
    let terminal = Terminal.standardOutput
    let rose = WindRose(
      distribution: report.distribution,
      width: terminal.isInteractive ? terminal.width : nil
    )
    let worker =
      switch (mode, counter.workers) {
      case (.sequential, _): "1 thread"
      case (.threads, let workers): "\(Quantity.count(workers, "thread")) a stage"
      case (.processes, let workers):
        "\(Quantity.count(workers, "process", plural: "processes")) a stage"
      }
    let sum = """
      \(Quantity.count(report.distribution.winds, "wind")) at \(station.code) in \
      \(Quantity.bytes(report.bytes)) of \(Quantity.count(report.files, "file")), \
      \(Quantity.seconds(duration)) with \(worker)
      """
    var lines = rose.lines + ["", sum]
    if report.distribution.malformed > 0 {
      lines.append(
        "not counted: \(Quantity.count(report.distribution.malformed, "report")) of \(station.code) "
          + "without a wind like 24013KT or VRB02KT"
      )
    }
    return lines
  }
}
#endif
