#if Command
import ArgumentParser
import InterlockChecker

/// How much to print, and for whom.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON object, and nothing else, on standard output.")
  var json = false

  @Flag(help: "Show no progress.")
  var quiet = false

  /// Whether somebody watches who would like to see how far the work has come.
  var showsProgress: Bool { !json && !quiet && Terminal.standardError.isInteractive }
}
#endif
