import CInterlockKernels

/// A matrix of numbers, one row after the other.
///
///     let left = try Matrix([[1, 2], [3, 4]], of: .i32)
///     let report = try MatrixMultiplier().multiply(left, by: left)
///     print(report.product.rows())  // [[7.0, 10.0], [15.0, 22.0]]
///
/// It is meant to be large: what it holds is not copied with it, and nobody can change it once it is
/// made. A matrix may have no rows or no columns.
public struct Matrix: Sendable {
  /// The type of its numbers.
  public let type: MatrixNumber
  /// How many rows it has.
  public let rowCount: Int
  /// How many columns it has.
  public let columnCount: Int

  let memory: MatrixMemory

  /// Makes a matrix of zeros.
  ///
  /// - Throws: ``MatrixError`` if there is no memory for it.
  init(
    zeros type: MatrixNumber,
    rows: Int,
    columns: Int,
    isShared: Bool
  ) throws(MatrixError) {
    let (count, isCountTooLarge) = rows.multipliedReportingOverflow(by: columns)
    let (byteCount, isTooLarge) = count.multipliedReportingOverflow(by: type.byteCount)
    guard !isCountTooLarge, !isTooLarge else { throw MatrixError(.tooLarge) }
    self.type = type
    rowCount = rows
    columnCount = columns
    memory = try MatrixMemory(byteCount: byteCount, isShared: isShared)
  }

  /// Makes a matrix of given numbers.
  ///
  /// - Parameters:
  ///   - rows: The rows, all of the same length. Whole numbers are cut to 32 bits.
  ///   - type: The type of the numbers.
  /// - Throws: ``MatrixError`` if there is no memory for it.
  /// - Precondition: All rows have the same length, and for ``MatrixNumber/i32`` the numbers fit.
  public init(_ rows: [[Double]], of type: MatrixNumber) throws(MatrixError) {
    let columns = rows.first?.count ?? 0
    guard rows.allSatisfy({ $0.count == columns }) else {
      preconditionFailure("BUG: Matrix(_:of:): the rows have different lengths.")
    }
    try self.init(zeros: type, rows: rows.count, columns: columns, isShared: false)
    let numbers = rows.joined()
    unsafe memory.withUnsafeMutableBytes { bytes in
      // SAFETY: there are as many numbers of this type as in the rows.
      switch type {
      case .f64: _ = unsafe bytes.initializeMemory(as: Double.self, from: numbers)
      case .f32: _ = unsafe bytes.initializeMemory(as: Float.self, from: numbers.map { Float($0) })
      case .i32: _ = unsafe bytes.initializeMemory(as: Int32.self, from: numbers.map { Int32($0) })
      }
    }
  }

  /// The numbers, row by row; each `Double` holds one of any type exactly.
  public func rows() -> [[Double]] {
    (0..<rowCount).map { row in (0..<columnCount).map { column in self[row, column] } }
  }

  /// The number in a row and a column, both counted from 0.
  public subscript(row: Int, column: Int) -> Double {
    precondition(
      0..<rowCount ~= row && 0..<columnCount ~= column,
      "BUG: Matrix[\(row), \(column)]: there are \(rowCount) rows and \(columnCount) columns."
    )
    let offset = (row * columnCount + column) * type.byteCount
    return unsafe memory.withUnsafeMutableBytes { bytes in
      // SAFETY: the place is in the matrix.
      switch type {
      case .f64: unsafe bytes.load(fromByteOffset: offset, as: Double.self)
      case .f32: unsafe Double(bytes.load(fromByteOffset: offset, as: Float.self))
      case .i32: unsafe Double(bytes.load(fromByteOffset: offset, as: Int32.self))
      }
    }
  }

  /// Replaces the numbers by random ones.
  ///
  /// - Parameter state: The state of ``SplitMix64``: at first its seed, and then where the numbers end.
  func fillAtRandom(_ state: inout UInt64) {
    unsafe memory.withUnsafeMutableBytes { bytes in
      // SAFETY: there is memory for that many numbers.
      state = unsafe type.kernel.fill(state, rowCount * columnCount, bytes.baseAddress)
    }
  }

  /// The same numbers, where other processes can be given them.
  func shared() throws(MatrixError) -> Matrix {
    if memory.isShared { return self }
    let copy = try Matrix(zeros: type, rows: rowCount, columns: columnCount, isShared: true)
    unsafe memory.withUnsafeMutableBytes { bytes in
      unsafe copy.memory.withUnsafeMutableBytes { unsafe $0.copyMemory(from: .init(bytes)) }
    }
    return copy
  }
}
