#if Command
import ArgumentParser
import Interlock
import InterlockChecker
import InterlockPrograms

/// `interlock matrix`: products of matrices, round after round.
struct MatrixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matrix",
    abstract: "Multiply matrices, with a barrier before and after each round.",
    discussion: """
      In every round two square matrices are filled at random and multiplied. Or, with --left and \
      --right, two matrices are multiplied that come from files in NumPy's format .npy; then the \
      type of the numbers is that of the files.

        interlock matrix --size 1000 --rounds 10
        interlock matrix --size 1000 --rounds 10 --type i32 --mode processes
        interlock matrix --left a.npy --right b.npy --output c.npy

      The modes are the lesson. `sequential` multiplies with one thread. In `threads`, the default, \
      each thread of a fixed crew has rows of its own; all meet at one barrier when the matrices are \
      filled, and at another one when the round is over. In `processes` the crew are processes, and \
      matrices and barriers are in memory that they share. All modes give the same numbers, bit for \
      bit: the checksum, which is the sum of all numbers in all products, shows it.
      """
  )

  @Option(help: "How many rows and columns random matrices have. (default: 200)")
  var size: Int?

  @Option(help: "How many products of random matrices to compute. (default: 10)")
  var rounds: Int?

  @Option(help: "The type of random numbers. (default: f64)")
  var type: MatrixNumber?

  @Option(help: "What makes the random numbers: the same seed, the same numbers. (default: 1)")
  var seed: UInt64?

  @Option(help: "The file with the left matrix, or - for standard input.")
  var left: String?

  @Option(help: "The file with the right matrix, or - for standard input.")
  var right: String?

  @Option(
    name: .customLong("output"),
    help: "A file for the product; with rounds, for the last one."
  )
  var product: String?

  @Option(help: "How to multiply.")
  var mode = MatrixMultiplier.Mode.threads

  @Option(help: "How many threads or processes multiply. (default: the CPUs that are available)")
  var workers: Int?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let workers, workers < 1 {
      throw ValidationError("--workers is 1 or more: with \(workers) nobody would multiply.")
    }
    if let workers, workers > mode.workerLimit {
      throw ValidationError("--workers is at most \(mode.workerLimit): no more can meet.")
    }
    if let size, size < 0 { throw ValidationError("--size is not negative.") }
    if let rounds, rounds < 1 { throw ValidationError("--rounds is 1 or more.") }
    if product == "" { throw ValidationError("--output is the name of a file.") }
    guard left != nil || right != nil else { return }
    guard left != nil, right != nil else {
      throw ValidationError("--left and --right are two matrices: both are needed.")
    }
    if left == "-", right == "-" {
      throw ValidationError("Standard input cannot be both matrices.")
    }
    if size != nil || rounds != nil || type != nil || seed != nil {
      throw ValidationError(
        "--size, --rounds, --type and --seed are about random matrices, and not those of files."
      )
    }
  }

  func run() throws {
    let multiplier = MatrixMultiplier(mode: mode, workers: workers)
    let start = Deadline.now
    let report: MatrixReport
    do {
      report = try multiply(multiplier, since: start)
    } catch let error as MatrixError {
      guard let left, let right else { throw Failure("\(error)") }
      throw Failure("\(left) and \(right): \(error)")
    } catch let error as MatrixFileError {
      throw Failure("\(error)")
    } catch let error as ProcessError {
      throw Failure("\(error)")
    }
    let duration = Deadline.now - start
    try Output.print(
      output.json ? json(report, multiplier, duration) : text(report, multiplier, duration)
    )
  }

  /// Multiplies, and writes the product if somebody wants it.
  private func multiply(
    _ multiplier: MatrixMultiplier,
    since start: Deadline
  ) throws -> MatrixReport {
    let file: MatrixFile? = if let product { try MatrixFile(at: product) } else { nil }
    let progress = MatrixProgress()
    let report = try ProgressLine.show(if: output.showsProgress) {
      "\(Quantity.count(progress.rounds, "round")), \(Quantity.seconds(Deadline.now - start))"
    } while: {
      guard let left, let right else {
        return try multiplier.multiplyAtRandom(
          size: size ?? 200,
          type: type ?? .f64,
          rounds: rounds ?? 10,
          seed: seed ?? 1,
          progress: progress
        )
      }
      return try multiplier.multiply(
        try Matrix(readingFrom: left, isShared: mode == .processes),
        by: try Matrix(readingFrom: right, isShared: mode == .processes),
        progress: progress
      )
    }
    try file?.write(report.product)
    return report
  }

  private func json(
    _ report: MatrixReport,
    _ multiplier: MatrixMultiplier,
    _ duration: Duration
  )
    -> String
  {
    let checksum: JSON =
      switch report.checksum {
      case .real(let sum): .number(sum)
      case .whole(let sum): .number(sum)
      }
    return JSON.object([
      "checksum": checksum,
      "gigaflops": .number(report.gigaflops),
      "rounds": .number(report.rounds),
      "mode": .string(mode.rawValue),
      "workers": .number(multiplier.workers),
      "seconds": .number(duration.inSeconds),
    ]).description
  }

  private func text(
    _ report: MatrixReport,
    _ multiplier: MatrixMultiplier,
    _ duration: Duration
  )
    -> String
  {
    let worker =
      switch mode {
      case .sequential, .threads: Quantity.count(multiplier.workers, "thread")
      case .processes: Quantity.count(multiplier.workers, "process", plural: "processes")
      }
    return """
      checksum \(report.checksum) of \(Quantity.count(report.rounds, "round")), \
      \(Quantity.decimal(report.gigaflops, places: 1)) gigaflops, \
      \(Quantity.seconds(duration)) with \(worker)
      """
  }
}
#endif
