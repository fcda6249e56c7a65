import Interlock

/// What is to be multiplied, how often, and what came of it so far.
///
/// It belongs to the thread that calls the crew to its rounds.
struct MatrixJob {
  let matrices: MatrixProduct
  let workers: Int
  private let left: Matrix
  private let right: Matrix
  private let product: Matrix
  private let roundLimit: Int
  private let progress: MatrixProgress

  /// Where the next random numbers begin; `nil` if the matrices are given.
  private var random: UInt64?
  private var rounds = 0
  private var checksum: MatrixChecksum
  private var start = Deadline.now
  private var duration = Duration.zero

  /// - Throws: ``MatrixError`` if the matrices do not fit together, or there is no memory.
  init(
    _ left: Matrix,
    _ right: Matrix,
    for multiplier: MatrixMultiplier,
    seed: UInt64? = nil,
    rounds: Int = 1,
    progress: MatrixProgress
  ) throws(MatrixError) {
    guard left.type == right.type else {
      throw MatrixError(.typesDiffer(left: left.type, right: right.type))
    }
    guard left.columnCount == right.rowCount else {
      throw MatrixError(
        .shapesDiffer(leftColumns: left.columnCount, rightRows: right.rowCount)
      )
    }
    let isShared = multiplier.mode == .processes
    self.left = isShared ? try left.shared() : left
    self.right = isShared ? try right.shared() : right
    product = try Matrix(
      zeros: left.type,
      rows: left.rowCount,
      columns: right.columnCount,
      isShared: isShared
    )
    matrices = try MatrixProduct(of: self.left, and: self.right, into: product)
    workers = multiplier.workers
    random = seed
    roundLimit = rounds
    self.progress = progress
    checksum = .zero(for: left.type)
  }

  /// Fills the matrices for the next round.
  ///
  /// - Returns: Whether there is another round.
  mutating func prepareRound() -> Bool {
    if CurrentThread.isCancelled { progress.stop() }
    guard rounds < roundLimit, !progress.isStopped else { return false }
    if var random {
      left.fillAtRandom(&random)
      right.fillAtRandom(&random)
      self.random = random
    }
    start = Deadline.now
    return true
  }

  /// Adds what came of a round.
  mutating func finishRound() {
    duration += Deadline.now - start
    checksum += matrices.checksum()
    rounds += 1
    progress.addRound()
  }

  /// What came of all rounds.
  func report() -> MatrixReport {
    MatrixReport(
      product: product,
      rounds: rounds,
      checksum: checksum,
      duration: duration,
      operations: Double(rounds) * matrices.operations,
      wasStopped: rounds < roundLimit
    )
  }
}
