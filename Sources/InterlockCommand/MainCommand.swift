#if Command
import ArgumentParser
import Glibc
import InterlockChecker

/// The command `interlock`: each subcommand parses its arguments, calls a program, prints.
@main
struct MainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interlock",
    abstract: "Parallel programs that are right, and some that are wrong on purpose.",
    discussion: """
      New here? Start with the tour. It takes less than two minutes, on your own files:

        interlock tour

      Every program has variants, chosen with --mode: the correct ones, and a racy or deadlocking \
      one that shows what goes wrong. With --json each prints one JSON object, for scripts.

        interlock letters ~/Documents
        interlock letters --mode racy ~/Documents
        interlock bank --mode racy
        interlock outage --runs 10000
        interlock trains --mode deadlocking

      The exit status is 0 for success, 1 if a job failed or turned out to be broken, and 64 if the \
      arguments make no sense.
      """,
    version: "0.1.0",
    subcommands: [
      TourCommand.self, LettersCommand.self, FindCommand.self, WindCommand.self,
      AreaCommand.self, MatrixCommand.self, BankCommand.self, OutageCommand.self,
      RobotsCommand.self, PhilosophersCommand.self, TrainsCommand.self, ExampleCommand.self,
      CheckCommand.self, GenerateCommand.self,
    ]
  )

  /// Parses the arguments and runs the command that they name.
  static func main() {
    StandardDescriptors.keepPlaces()
    // A file that grows too large for its limit is an error of the file, not the end of the program.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error where exitCode(for: error) == .failure && !(error is ExitCode) {
      // The parser's own errors have other codes: these are a job's, of any kind.
      Output.complain("\(error)")
      exit(withError: ExitCode.failure)
    } catch {
      exit(withError: error)
    }
  }
}
#endif
