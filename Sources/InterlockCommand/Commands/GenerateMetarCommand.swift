#if Command
import ArgumentParser
import Interlock
import InterlockPrograms

/// `interlock generate metar`: an archive of weather reports.
struct GenerateMetarCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metar",
    abstract: "Make an archive of weather reports, of London Heathrow and other airports.",
    discussion: """
      Reports come every half hour, and forecasts behind them. Memory does not grow with the size.

        interlock generate metar --bytes 1GB --output archive.txt
        interlock generate metar --bytes 50MB --seed 7 | interlock wind -
      """
  )

  @Option(help: "How much: a number of bytes, or 64KiB, 50MB, 1GB …")
  var bytes = ByteCount(bytes: 1_000_000)

  @Option(help: "Which reports: another number, other reports.")
  var seed: UInt64 = 1

  @Option(help: "The file to write. (default: standard output)")
  var output: String?

  @Flag(help: "Show no progress.")
  var quiet = false

  func validate() throws {
    if output == "" { throw ValidationError("--output is the name of a file.") }
  }

  func run() throws {
    let file = try OutputFile(output)
    let done = Atomic<Int>(0)
    let total = bytes.bytes
    let isWatched =
      !quiet && Terminal.standardError.isInteractive
      && (output != nil || !Terminal.standardOutput.isInteractive)
    try ProgressLine.show(if: isWatched) {
      let count = done.load(ordering: .relaxed)
      return "\(Quantity.bytes(UInt64(count))) of \(Quantity.bytes(UInt64(total)))"
    } while: {
      try SampleReports(seed: seed).write(byteCount: total) { piece throws(Failure) in
        try file.write(piece)
        // Ordering: relaxed; the number is for the eyes only.
        done.wrappingAdd(piece.count, ordering: .relaxed)
      }
    }
    try file.finish()
  }
}
#endif
