#if Command
import ArgumentParser
import Glibc
import Interlock
import InterlockChecker
import InterlockPrograms

/// `interlock find`: files and folders by their names.
struct FindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "find",
    abstract: "Find files and folders by their names.",
    discussion: """
      Prints the paths whose last component contains NAME, as 'find ROOT -name' does: the roots \
      themselves and everything in them, hidden or not, however deep. Links are found, not followed. \
      A folder that cannot be read is reported, and the search goes on; the exit status is then 1.

        interlock find README /usr
        interlock find --glob '*.swift' Sources Tests
        interlock find --exact Makefile --null | xargs -0 ls -l

      Paths are printed as the system has them, in no particular order. In the JSON object they are \
      sorted, byte by byte; a path that is not UTF-8, which no JSON text can hold, is an object there: \
      {"bytes": "…"}, in base64.

      The modes are the lesson. 'sequential' searches with one thread. In 'threads' each thread \
      starts others for a part of its folders, and joins them. In 'waitgroup' a fixed crew shares \
      the folders, and a wait group knows when none is left. 'pool', the default, uses a thread pool.
      """
  )

  @Argument(help: "What names to find contain.")
  var name: String

  @Argument(help: "Where to search. (default: the current folder)")
  var roots: [String] = []

  @Flag(help: "How to compare names. (default: they contain NAME)")
  var comparison: Comparison?

  @Flag(
    name: [.customShort("x"), .long],
    help: "Stay on the file system of each root."
  )
  var oneFileSystem = false

  @Flag(name: [.customShort("0"), .long], help: "End each path with a zero byte, not with a line.")
  var null = false

  @Option(help: "How to search.")
  var mode = FileSearch.Mode.pool

  @Option(help: "How many threads search. (default: the CPUs that are available)")
  var workers: Int?

  @OptionGroup var output: OutputOptions

  /// How names are compared.
  enum Comparison: String, EnumerableFlag {
    case exact
    case glob

    static func help(for value: Comparison) -> ArgumentHelp? {
      switch value {
      case .exact: "NAME is the whole name."
      case .glob: "NAME is a pattern for the whole name, with *, ? and [a-z]."
      }
    }
  }

  func validate() throws {
    if let workers, workers < 1 {
      throw ValidationError("--workers is 1 or more: with \(workers) nobody would search.")
    }
    if output.json, null { throw ValidationError("--json and --null do not go together.") }
  }

  func run() throws {
    var search = FileSearch(mode: mode, workers: workers)
    search.staysOnFileSystem = oneFileSystem
    search.isPrompt = !output.json && Terminal.standardOutput.isInteractive
    let progress = SearchProgress()
    let paths = FoundPaths(progress: progress, lineEnd: output.json ? nil : null ? 0 : newline)
    let start = Deadline.now
    // Where the paths themselves are seen, they show how far the search has come.
    let report = try ProgressLine.show(if: output.showsProgress && !search.isPrompt) {
      "\(Quantity.count(progress.directories, "folder")), "
        + "\(Quantity.count(progress.entries)) entries, \(Quantity.count(progress.matches)) found"
    } while: {
      try search.search(
        for: pattern,
        in: roots.isEmpty ? ["."] : roots,
        progress: progress,
        reporting: { Output.complain("\($0)") },
        found: paths.add
      )
    }
    try paths.finish()
    if output.json { try Output.print(json(report, paths.sorted, search, Deadline.now - start)) }
    if report.errors > 0 { throw ExitCode.failure }
  }

  private var pattern: NamePattern {
    switch comparison {
    case nil: .containing(name)
    case .exact: .exactly(name)
    case .glob: .glob(name)
    }
  }

  private var newline: UInt8 { UInt8(ascii: "\n") }

  private func json(
    _ report: SearchReport,
    _ paths: [ArraySlice<UInt8>],
    _ search: FileSearch,
    _ duration: Duration
  )
    -> String
  {
    JSON.object([
      "matches": .array(paths.map(JSON.path)),
      "directories": .number(report.directories),
      "entries": .number(report.entries),
      "errors": .number(report.errors),
      "mode": .string(mode.rawValue),
      "workers": .number(search.workers),
      "seconds": .number(duration.inSeconds),
    ]).description
  }
}
#endif
