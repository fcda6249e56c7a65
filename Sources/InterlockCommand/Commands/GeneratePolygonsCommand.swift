#if Command
import ArgumentParser
import Interlock
import InterlockPrograms

/// `interlock generate polygons`: convex polygons, one a line.
struct GeneratePolygonsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "polygons",
    abstract: "Make convex polygons with 10 to 30 points, one a line.",
    discussion: """
      Each line is a polygon, (x,y),(x,y),…, counterclockwise. Memory does not grow with their number.

        interlock generate polygons --count 1000000 --output polygons.txt
        interlock generate polygons --count 1000 --seed 7 | interlock area -
      """
  )

  @Option(help: "How many.")
  var count = 100_000

  @Option(help: "Which polygons: another number, other polygons.")
  var seed: UInt64 = 1

  @Option(help: "The file to write. (default: standard output)")
  var output: String?

  @Flag(help: "Show no progress.")
  var quiet = false

  func validate() throws {
    if count < 0 { throw ValidationError("--count is 0 or more.") }
    if output == "" { throw ValidationError("--output is the name of a file.") }
  }

  func run() throws {
    let file = try OutputFile(output)
    let bytes = Atomic<Int>(0)
    let isWatched =
      !quiet && Terminal.standardError.isInteractive
      && (output != nil || !Terminal.standardOutput.isInteractive)
    try ProgressLine.show(if: isWatched) {
      Quantity.bytes(UInt64(bytes.load(ordering: .relaxed)))
    } while: {
      try SamplePolygons(seed: seed).write(count: count) { piece throws(Failure) in
        try file.write(piece)
        // Ordering: relaxed; the number is for the eyes only.
        bytes.wrappingAdd(piece.count, ordering: .relaxed)
      }
    }
    try file.finish()
  }
}
#endif
