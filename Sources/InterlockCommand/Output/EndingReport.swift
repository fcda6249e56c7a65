import Interlock
import InterlockChecker
import InterlockPrograms

/// How a run of threads that may deadlock has ended, as its user reads it.
struct EndingReport {
  let ending: Ending

  private var name: String { ending.circle == nil ? "finished" : "deadlocked" }

  /// Prints one JSON object.
  ///
  /// - Parameters:
  ///   - members: What the program has to say, between the ending and the usual members.
  ///   - mode: The program's variant.
  ///   - workers: How many threads there were.
  ///   - duration: How long they took.
  /// - Throws: ``Failure`` if that is not possible.
  func printJSON(
    _ members: KeyValuePairs<String, JSON>,
    mode: String,
    workers: Int,
    duration: Duration
  ) throws(Failure) {
    let cycle = (ending.circle?.links ?? []).map { link in
      JSON.object([
        "thread": .string(link.thread),
        "waitsFor": .string(link.waitsFor),
        "heldBy": .string(link.heldBy),
      ])
    }
    let usual: [(String, JSON)] = [
      ("mode", .string(mode)),
      ("workers", .number(workers)),
      ("seconds", .number(duration.inSeconds)),
    ]
    let first: [(String, JSON)] = [("outcome", .string(name)), ("cycle", .array(cycle))]
    try Output.print(JSON.object(first + members.map { ($0, $1) } + usual).description)
  }

  /// Prints lines of text, and the circle if there is one.
  ///
  /// - Parameter lines: What the program has to say.
  /// - Throws: ``Failure`` if that is not possible.
  func printText(_ lines: [String]) throws(Failure) {
    for line in ["outcome   \(name)"] + lines { try Output.print(line) }
    guard let circle = ending.circle else { return }
    try Output.print()
    for line in CircleDrawing(circle: circle).lines { try Output.print("  \(line)") }
    try Output.print()
  }

  /// Makes a deadlock the reason why the command fails.
  ///
  /// - Throws: ``Failure`` if there was one.
  func check() throws(Failure) {
    guard let circle = ending.circle else { return }
    let count = circle.links.count
    throw Failure(
      count <= CircleDrawing.most
        ? "deadlock: \(circle.explanation)"
        : """
        deadlock: \(count) threads wait for each other in a circle, \
        from \(circle.links[0].thread) to \(circle.links[count - 1].thread)
        """
    )
  }
}
