#if Command
import ArgumentParser
import Interlock
import InterlockChecker
import InterlockPrograms

/// `interlock letters`: how often each letter occurs in files, folders and web pages.
struct LettersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "letters",
    abstract: "Count the letters a to z in files, folders, streams and web pages.",
    discussion: """
      Every byte counts, upper and lower case together; folders are searched to the bottom, without \
      following links. An input that cannot be read is reported, and the others are counted.

        interlock letters book.txt
        interlock letters ~/Documents https://example.org/
        cat book.txt | interlock letters -
        interlock letters --json --mode sequential ~/Documents

      The modes are the lesson. `sequential` counts with one thread. `threads`, the default, counts \
      with several: each has a count of its own, and the sums are made in the end. In `processes` \
      other processes count: they share no memory, so they are told where to read, and send their \
      counts back. In `racy` threads share one count without protecting it, and overwrite each \
      other's work: it says how many letters it has lost, and exits with 1.

        interlock letters --mode racy ~/Documents
      """
  )

  @Argument(help: "A file, a folder, an address (http:// or https://), or - for standard input.")
  var paths: [String]

  @Option(help: "How to count.")
  var mode = LetterCounter.Mode.threads

  @Option(help: "How many threads or processes count. (default: the CPUs that are available)")
  var workers: Int?

  @Option(help: "Give up on an address after this many seconds.")
  var timeout: Int?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let workers, workers < 1 {
      throw ValidationError("--workers is 1 or more: with \(workers) nobody would count.")
    }
    if let timeout, timeout < 1 { throw ValidationError("--timeout is 1 second or more.") }
  }

  func run() throws {
    var counter = LetterCounter(mode: mode, workers: workers)
    counter.webLimits.total = timeout.map { .seconds($0) }
    let progress = LetterProgress()
    let start = Deadline.now
    let report = try ProgressLine.show(if: output.showsProgress) {
      let rate = Double(progress.bytes) / max((Deadline.now - start).inSeconds, 0.001)
      return "\(Quantity.count(progress.files, "file")), \(Quantity.bytes(progress.bytes)), "
        + "\(Quantity.bytes(UInt64(rate)))/s"
    } while: {
      do {
        return try counter.count(paths, progress: progress) { Output.complain("\($0)") }
      } catch let error as ProcessError {
        // Which of the paths it was is not known.
        throw Failure("\(error)")
      }
    }
    let duration = Deadline.now - start
    if output.json {
      try Output.print(json(report, counter, duration))
    } else {
      for line in text(report, counter, duration) { try Output.print(line) }
    }
    if !report.isCorrect {
      Output.complain(
        """
        the count is wrong: \(Quantity.count(report.lost)) of \
        \(Quantity.count(report.correct.total)) letters are lost, because the threads overwrite \
        each other's counts
        """
      )
    }
    if !report.isCorrect || report.errors > 0 { throw ExitCode.failure }
  }

  private func json(
    _ report: LetterReport,
    _ counter: LetterCounter,
    _ duration: Duration
  )
    -> String
  {
    let letters = zip(LetterCount.alphabet, report.count.counts)
    return JSON.object([
      "letters": .object(letters.map { (String($0), .number($1)) }),
      "files": .number(report.count.files),
      "bytes": .number(report.count.bytes),
      "errors": .number(report.errors),
      "mode": .string(mode.rawValue),
      "workers": .number(counter.workers),
      "seconds": .number(duration.inSeconds),
    ]).description
  }

  private func text(
    _ report: LetterReport,
    _ counter: LetterCounter,
    _ duration: Duration
  )
    -> [String]
  {
    let terminal = Terminal.standardOutput
    let table = LetterTable(
      count: report.count,
      width: terminal.isInteractive ? terminal.width : nil
    )
    let worker =
      switch mode {
      case .sequential, .threads, .racy: Quantity.count(counter.workers, "thread")
      case .processes: Quantity.count(counter.workers, "process", plural: "processes")
      }
    let sum = """
      \(Quantity.count(report.count.total, "letter")) in \
      \(Quantity.bytes(report.count.bytes)) of \(Quantity.count(report.count.files, "file")), \
      \(Quantity.seconds(duration)) with \(worker)
      """
    return table.lines + ["", sum]
  }
}
#endif
