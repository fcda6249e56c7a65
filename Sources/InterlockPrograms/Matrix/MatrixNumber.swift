import CInterlockKernels

/// The type of the numbers in a matrix.
public enum MatrixNumber: String, CaseIterable, Codable, Sendable {
  /// Floating-point numbers of 64 bits.
  case f64
  /// Floating-point numbers of 32 bits.
  case f32
  /// Whole numbers of 32 bits with a sign, which wrap where a result does not fit.
  case i32

  /// How many bytes a number takes.
  public var byteCount: Int {
    switch self {
    case .f64: MemoryLayout<Double>.size
    case .f32: MemoryLayout<Float>.size
    case .i32: MemoryLayout<Int32>.size
    }
  }

  /// How many bytes the sum of a row takes: that of a `Double` or of an `Int64`.
  static let sumByteCount = 8

  // SAFETY: the table and what it points to are constants of the kernel library.

  /// The fastest loops that this machine has for these numbers.
  var kernel: interlock_matrix_functions {
    let variant = unsafe interlock_matrix_variant().pointee
    return switch self {
    case .f64: unsafe variant.f64
    case .f32: unsafe variant.f32
    case .i32: unsafe variant.i32
    }
  }

  /// How many rows the loops multiply at a time.
  static var rowStep: Int { unsafe interlock_matrix_variant().pointee.row_step }
}
