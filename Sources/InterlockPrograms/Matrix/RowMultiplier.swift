import CInterlockKernels

/// Multiplies rows: one for each worker, with room of its own.
struct RowMultiplier: Sendable {
  private let matrices: MatrixProduct
  private let room: OwnMemory

  /// A multiplier for rows of these matrices.
  ///
  /// - Throws: ``MatrixError`` if there is no memory.
  init(_ matrices: MatrixProduct) throws(MatrixError) {
    self.matrices = matrices
    room = try OwnMemory(byteCount: Int(INTERLOCK_MATRIX_ROOM))
  }

  /// Multiplies some rows of the left matrix by the right one, and sums the rows of what comes out.
  ///
  /// Others may multiply other rows at the same time. The result is the same, bit for bit, however the
  /// rows are shared out.
  func multiply(_ rows: Range<Int>) {
    let (depth, columns) = (matrices.depth, matrices.columnCount)
    let kernel = matrices.type.kernel
    unsafe room.withUnsafeMutableBytes { room in
      matrices.withPlaces(fromRow: rows.lowerBound) { places in
        // SAFETY: nobody else writes to these rows, and nobody at all to the factors meanwhile.
        unsafe kernel.multiply(
          rows.count,
          depth,
          columns,
          places.left,
          places.right,
          places.product,
          room.baseAddress
        )
        unsafe kernel.sum_rows(rows.count, columns, places.product, places.sums)
      }
    }
  }
}
