import Interlock

/// The sum of all numbers of some products, to compare runs by.
public enum MatrixChecksum: Hashable, Sendable {
  /// The sum of floating-point numbers, which is rounded.
  case real(Double)
  /// The sum of whole numbers, which wraps after 64 bits.
  case whole(Int64)

  static func zero(for type: MatrixNumber) -> MatrixChecksum {
    type == .i32 ? .whole(0) : .real(0)
  }

  static func += (left: inout MatrixChecksum, right: MatrixChecksum) {
    switch (left, right) {
    case (.whole(let sum), .whole(let term)): left = .whole(sum &+ term)
    case (.real(let sum), .real(let term)): left = .real(sum + term)
    case (.whole, .real), (.real, .whole):
      preconditionFailure("BUG: checksums of different types have no sum.")
    }
  }
}

extension MatrixChecksum: CustomStringConvertible {
  /// The sum as a decimal number.
  public var description: String {
    switch self {
    case .real(let sum): "\(sum)"
    case .whole(let sum): "\(sum)"
    }
  }
}

/// What came of multiplying matrices.
public struct MatrixReport: Sendable {
  /// The product: the last one, if there were several rounds.
  public let product: Matrix
  /// How many rounds there were.
  public let rounds: Int
  /// The sum of all numbers of the products of all rounds: the same in every mode, bit for bit.
  public let checksum: MatrixChecksum
  /// How long the rounds took, from start to finish, without filling the matrices.
  public let duration: Duration
  /// How many multiplications and additions of numbers there were, in all rounds.
  public let operations: Double
  /// Whether the run was stopped before all rounds were over.
  public let wasStopped: Bool

  /// How many such operations there were a second, in billions; 0 if nothing was done.
  public var gigaflops: Double {
    let seconds = duration / .seconds(1)
    return operations > 0 && seconds > 0 ? operations / seconds / 1e9 : 0
  }
}
