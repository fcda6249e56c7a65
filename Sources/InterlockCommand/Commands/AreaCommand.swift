#if Command
import ArgumentParser
import Interlock
import InterlockChecker
import InterlockPrograms

/// `interlock area`: the areas of polygons.
struct AreaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "area",
    abstract: "Add up the areas of polygons.",
    discussion: """
      Each line of the file is a polygon, (x,y),(x,y),…, with whole numbers of 64 bits. Areas are \
      exact, halves included. A line that is no polygon is reported, and the others are measured.

        interlock generate polygons --count 1000000 --output polygons.txt
        interlock area polygons.txt
        interlock area --mode sequential --output areas.txt polygons.txt
        echo '(0,0),(4,0),(0,3)' | interlock area -

      The modes are the lesson. `sequential` measures with one thread, `threads` with several. In \
      `processes`, the default, other processes measure: they share no memory, so what is to be done \
      is sent to them, and what came of it is sent back.

      In the file that --output names there is one line for each line of the input, which is empty if \
      that is no polygon.
      """
  )

  @Argument(help: "The file with the polygons, or - for standard input.")
  var file: String

  @Option(help: "How to measure.")
  var mode = AreaMeasurer.Mode.processes

  @Option(help: "How many threads or processes measure. (default: the CPUs that are available)")
  var workers: Int?

  @Option(name: .customLong("output"), help: "A file for the areas, one a line.")
  var areas: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let workers, workers < 1 {
      throw ValidationError("--workers is 1 or more: with \(workers) nobody would measure.")
    }
    if areas == "" { throw ValidationError("--output is the name of a file.") }
  }

  func run() throws {
    let measurer = AreaMeasurer(mode: mode, workers: workers)
    let progress = AreaProgress()
    let areaFile: OutputFile? =
      if let areas { try OutputFile(areas, unlessSameAs: file) } else { nil }
    let start = Deadline.now
    let report = try ProgressLine.show(if: output.showsProgress) {
      let rate = Double(progress.bytes) / max((Deadline.now - start).inSeconds, 0.001)
      return "\(Quantity.count(progress.polygons, "polygon")), \(Quantity.bytes(progress.bytes)), "
        + "\(Quantity.bytes(UInt64(rate)))/s"
    } while: {
      do {
        return try measurer.measure(
          file,
          progress: progress,
          reporting: { Output.complain("\($0)") },
          writing: areaFile.map { areaFile in { try areaFile.write($0) } }
        )
      } catch let error as ProcessError {
        throw Failure("\(file): \(error)")
      }
    }
    try areaFile?.finish()
    let duration = Deadline.now - start
    if output.json {
      try Output.print(json(report, measurer, duration))
    } else {
      try Output.print(text(report, measurer, duration))
    }
    if report.total == nil {
      Output.complain("\(file): the total is too large: twice of it takes more than 128 bits")
    }
    if report.errors > 0 || report.total == nil { throw ExitCode.failure }
  }

  private func json(
    _ report: AreaReport,
    _ measurer: AreaMeasurer,
    _ duration: Duration
  )
    -> String
  {
    JSON.object([
      "polygons": .number(report.polygons),
      "total": report.total.map { .number(decimal: "\($0)") } ?? .null,
      "errors": .number(report.errors),
      "mode": .string(mode.rawValue),
      "workers": .number(measurer.workers),
      "seconds": .number(duration.inSeconds),
    ]).description
  }

  private func text(
    _ report: AreaReport,
    _ measurer: AreaMeasurer,
    _ duration: Duration
  )
    -> String
  {
    let worker =
      switch mode {
      case .sequential, .threads: Quantity.count(measurer.workers, "thread")
      case .processes: Quantity.count(measurer.workers, "process", plural: "processes")
      }
    return """
      \(report.total.map { "\($0)" } ?? "?") in \(Quantity.count(report.polygons, "polygon")), \
      \(Quantity.seconds(duration)) with \(worker)
      """
  }
}
#endif
