/// One thread does everything: it fills the matrices, and multiplies all rows.
enum SequentialMatrices {
  static func run(_ job: inout MatrixJob) throws {
    let rows = 0..<job.matrices.rowCount
    let multiplier = try RowMultiplier(job.matrices)
    while job.prepareRound() {
      multiplier.multiply(rows)
      job.finishRound()
    }
  }
}
