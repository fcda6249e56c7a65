/// Why matrices cannot be multiplied.
public struct MatrixError: Error, Hashable, Sendable {
  /// What is wrong; more may be added.
  public enum Reason: Hashable, Sendable {
    /// A row of the left matrix has another length than a column of the right one.
    case shapesDiffer(leftColumns: Int, rightRows: Int)
    /// The numbers of the two are of different types.
    case typesDiffer(left: MatrixNumber, right: MatrixNumber)
    /// The system has not so many bytes of memory to give.
    case noMemory(bytes: Int)
    /// A matrix has more bytes than there are addresses.
    case tooLarge
  }

  /// What is wrong.
  public let reason: Reason

  init(_ reason: Reason) {
    self.reason = reason
  }
}

extension MatrixError: CustomStringConvertible {
  /// What is wrong, and how it would be right.
  public var description: String {
    switch reason {
    case .shapesDiffer(let leftColumns, let rightRows):
      """
      the shapes do not fit: the left matrix has \(leftColumns) columns, and the right one \
      \(rightRows) rows, which have to be as many
      """
    case .typesDiffer(let left, let right):
      "the types differ: the left matrix has numbers of type \(left), and the right one \(right)"
    case .noMemory(let bytes): "there is no memory for \(bytes) bytes"
    case .tooLarge: "a matrix is too large for any memory"
    }
  }
}
