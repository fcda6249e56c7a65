#if Command
import ArgumentParser
import Interlock
import InterlockChecker
import InterlockPrograms

/// `interlock outage`: a store with a race that ordinary runs do not show.
struct OutageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outage",
    abstract: "Run a small shop whose bug passes ten thousand tests.",
    discussion: """
      In each run three customers order the last two items. A run fails if all three get one.

        interlock outage --mode racy
        interlock outage --mode racy --runs 100000

      `racy` looks whether there is an item, and then takes it: two customers can be told that they \
      have the same one. It has to happen within nanoseconds, so that nearly every run passes, and \
      the bug is there in each of them. `fixed`, the default, looks and takes under a lock.
      """
  )

  @Option(help: "Which store to open.")
  var mode = Outage.Mode.fixed

  @Option(help: "How many runs to make.")
  var runs = 10_000

  @Option(help: "How many customers there are in each run, each on a thread.")
  var workers = Outage().customers

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard runs >= 1 else { throw ValidationError("--runs is 1 or more.") }
    guard workers >= 1 else { throw ValidationError("--workers is 1 or more.") }
  }

  func run() throws {
    let outage = Outage(customers: workers)
    let done = Atomic(0)
    let start = Deadline.now
    let verdict = try ProgressLine.show(if: output.showsProgress) {
      "\(Quantity.count(done.load(ordering: .relaxed))) of \(Quantity.count(runs, "run"))"
    } while: {
      // Ordering: relaxed; the number is for the eyes only.
      try outage.run(mode, times: runs) { done.store($0.runs, ordering: .relaxed) }
    }
    let duration = Deadline.now - start
    if output.json {
      try Output.print(
        JSON.object([
          "runs": .number(verdict.runs),
          "failures": .number(verdict.failures),
          "mode": .string(mode.rawValue),
          "workers": .number(workers),
          "seconds": .number(duration.inSeconds),
        ]).description
      )
    } else {
      try Output.print(
        """
        runs      \(Quantity.count(verdict.runs))
        failures  \(Quantity.count(verdict.failures))
        \(workers) customers and \(outage.stock) items each, \(Quantity.seconds(duration)), mode \
        \(mode.rawValue)
        """
      )
    }
    guard verdict.failures == 0 else {
      throw Failure(
        """
        in \(Quantity.count(verdict.failures, "run")) more was sold than there was: two customers \
        looked at the stock before either of them had taken anything
        """
      )
    }
  }
}
#endif
