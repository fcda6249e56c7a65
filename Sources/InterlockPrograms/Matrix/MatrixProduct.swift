import CInterlockKernels

/// Two matrices and their product: what a crew works on, in memory that all of it shares.
struct MatrixProduct: Codable, Sendable {
  let type: MatrixNumber
  /// How many rows the left matrix and the product have.
  let rowCount: Int
  /// How many columns the left matrix has, and rows the right one.
  let depth: Int
  /// How many columns the right matrix and the product have.
  let columnCount: Int
  fileprivate let left: MatrixMemory
  fileprivate let right: MatrixMemory
  fileprivate let product: MatrixMemory
  /// The sum of each row of the product.
  fileprivate let sums: MatrixMemory

  /// Makes room for the product of two matrices.
  ///
  /// - Throws: ``MatrixError`` if they do not fit together, or there is no memory.
  init(of left: Matrix, and right: Matrix, into product: Matrix) throws(MatrixError) {
    let isShared = product.memory.isShared
    type = left.type
    rowCount = left.rowCount
    depth = left.columnCount
    columnCount = right.columnCount
    self.left = left.memory
    self.right = right.memory
    self.product = product.memory
    sums = try MatrixMemory(
      byteCount: left.rowCount * MatrixNumber.sumByteCount,
      isShared: isShared
    )
  }

  /// How many multiplications and additions of numbers the product takes.
  var operations: Double { 2 * Double(rowCount) * Double(depth) * Double(columnCount) }

  /// Shares the rows out among so many workers; some get none if there are not enough.
  func shares(for workers: Int) -> [Range<Int>] {
    // Where a share ends in the middle of a step, its worker multiplies for nothing.
    let step = MatrixNumber.rowStep
    let steps = (rowCount + step - 1) / step
    return (0..<workers).map { worker in
      let start = steps * worker / workers * step
      return start..<min(steps * (worker + 1) / workers * step, rowCount)
    }
  }

  /// The sum of all numbers of the product, the rows in their order.
  func checksum() -> MatrixChecksum {
    unsafe sums.withUnsafeMutableBytes { sums in
      // SAFETY: the sums are of that type.
      switch type {
      case .f64, .f32: unsafe .real(sums.bindMemory(to: Double.self).reduce(0, +))
      case .i32: unsafe .whole(sums.bindMemory(to: Int64.self).reduce(0, &+))
      }
    }
  }

  /// Where some rows begin, in the memory that has them, and the right matrix.
  @safe
  struct Places {
    // SAFETY: they are lent for one call, and lead to numbers and sums of the type of the matrices.
    let left: UnsafeMutableRawPointer?
    let right: UnsafeMutableRawPointer?
    let product: UnsafeMutableRawPointer?
    let sums: UnsafeMutableRawPointer?
  }

  /// Lends the places of the rows from one on.
  func withPlaces(fromRow row: Int, _ body: (Places) -> Void) {
    unsafe left.withUnsafeMutableBytes { left in
      unsafe right.withUnsafeMutableBytes { right in
        unsafe product.withUnsafeMutableBytes { product in
          unsafe sums.withUnsafeMutableBytes { sums in
            // SAFETY: all but the right one have at least so many rows.
            body(
              unsafe Places(
                left: left.baseAddress.map { unsafe $0 + row * depth * type.byteCount },
                right: right.baseAddress,
                product: product.baseAddress.map { unsafe $0 + row * columnCount * type.byteCount },
                sums: sums.baseAddress.map { unsafe $0 + row * MatrixNumber.sumByteCount }
              )
            )
          }
        }
      }
    }
  }
}
