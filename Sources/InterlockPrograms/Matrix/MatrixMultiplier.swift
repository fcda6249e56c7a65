import Interlock

/// The program that multiplies matrices.
///
///     let report = try MatrixMultiplier(mode: .threads).multiplyAtRandom(size: 1_000, rounds: 10)
///     print("\(report.gigaflops) billion operations a second")
///
/// A fixed crew works in rounds, each worker on rows of its own, and meets at a barrier before and
/// after each round. Every number of a product is summed up in the same order in every mode, so that all
/// modes give the same bits. Products of whole numbers wrap.
public struct MatrixMultiplier: Sendable {
  /// The variants of the program, whose sources stand side by side, to be compared.
  public enum Mode: String, CaseIterable, Sendable {
    /// One thread, which multiplies all rows.
    case sequential
    /// A crew of threads.
    case threads
    /// A crew of processes, and matrices in memory that they share.
    case processes

    /// How many workers can meet at a barrier, beside the one that calls them.
    public var workerLimit: Int {
      switch self {
      case .sequential, .threads: 65_534
      case .processes: 63
      }
    }
  }

  /// Which variant multiplies.
  public let mode: Mode
  /// How many threads or processes multiply.
  public let workers: Int

  /// Creates a multiplier.
  ///
  /// - Parameters:
  ///   - mode: Which variant multiplies.
  ///   - workers: How many threads or processes multiply; `nil` stands for one for each CPU, as far as
  ///     so many can meet.
  /// - Precondition: There is at least one worker, and at most ``Mode/workerLimit``.
  public init(mode: Mode = .threads, workers: Int? = nil) {
    let limit = mode.workerLimit
    let workers = mode == .sequential ? 1 : workers ?? min(Processors.available, limit)
    precondition(
      1...limit ~= workers,
      "BUG: MatrixMultiplier(workers: \(workers)): from 1 to \(limit) can meet."
    )
    self.mode = mode
    self.workers = workers
  }

  /// Multiplies two matrices, and blocks until that is done.
  ///
  /// - Parameters:
  ///   - left: The left matrix.
  ///   - right: The right matrix, which has as many rows as the left one has columns.
  ///   - rounds: How often to compute the same product, for who wants to know how long it takes.
  ///   - progress: Where to say how far the run has come, and to look whether to stop.
  /// - Returns: The product, and what it took.
  /// - Throws: ``MatrixError`` if the matrices do not fit together or there is no memory;
  ///   ``ThreadError``, ``ProcessError`` or ``SharingError`` if the system has no workers to give or a
  ///   worker crashed.
  /// - Precondition: `rounds` is not negative.
  public func multiply(
    _ left: Matrix,
    by right: Matrix,
    rounds: Int = 1,
    progress: MatrixProgress = MatrixProgress()
  ) throws -> MatrixReport {
    precondition(
      rounds >= 0,
      "BUG: MatrixMultiplier.multiply(rounds: \(rounds)): there are no less than none."
    )
    return try run(try MatrixJob(left, right, for: self, rounds: rounds, progress: progress))
  }

  /// Multiplies random square matrices, and blocks until that is done.
  ///
  /// The calling thread fills two matrices before every round. Floating-point numbers are from -1 up
  /// to, not including, 1; whole ones are any. The same seed gives the same numbers.
  ///
  /// - Parameters:
  ///   - size: How many rows and columns the matrices have.
  ///   - type: The type of their numbers.
  ///   - rounds: How many products to compute.
  ///   - seed: What makes the numbers.
  ///   - progress: Where to say how far the run has come, and to look whether to stop.
  /// - Returns: The last product, and what all took.
  /// - Throws: ``MatrixError`` if there is no memory; ``ThreadError``, ``ProcessError`` or
  ///   ``SharingError`` if the system has no workers to give or a worker crashed.
  /// - Precondition: `size` and `rounds` are not negative.
  public func multiplyAtRandom(
    size: Int,
    type: MatrixNumber = .f64,
    rounds: Int = 1,
    seed: UInt64 = 1,
    progress: MatrixProgress = MatrixProgress()
  ) throws -> MatrixReport {
    precondition(
      size >= 0 && rounds >= 0,
      "BUG: MatrixMultiplier.multiplyAtRandom(size: \(size), rounds: \(rounds)): there are no less than none."
    )
    func room() throws(MatrixError) -> Matrix {
      try Matrix(zeros: type, rows: size, columns: size, isShared: mode == .processes)
    }
    return try run(
      try MatrixJob(
        try room(),
        try room(),
        for: self,
        seed: seed,
        rounds: rounds,
        progress: progress
      )
    )
  }

  private func run(_ job: MatrixJob) throws -> MatrixReport {
    var job = job
    switch mode {
    case .sequential: try SequentialMatrices.run(&job)
    case .threads: try ThreadedMatrices.run(&job)
    case .processes: try ProcessMatrices.run(&job)
    }
    return job.report()
  }
}
