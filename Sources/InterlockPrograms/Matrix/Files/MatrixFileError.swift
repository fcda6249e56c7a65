/// Why a file is no matrix that can be read, or cannot be written.
public struct MatrixFileError: Error, Hashable, Sendable {
  /// What is wrong; more may be added.
  public enum Reason: Error, Hashable, Sendable {
    /// The system refuses it, in its words.
    case refused(String)
    /// It does not begin as files in NumPy's format do.
    case notNumPy
    /// It is of a version of the format that is not known.
    case unknownVersion(major: Int, minor: Int)
    /// Its header is not as the format wants it.
    case malformedHeader(String)
    /// Its numbers are of a type that is not known here.
    case unknownType(String)
    /// It has so many dimensions, and not two.
    case notTwoDimensional(Int)
    /// It has another number of bytes than its header says.
    case wrongSize(promised: Int, found: Int)
    /// Its numbers cannot be held.
    case unmanageable(MatrixError)
  }

  /// The path; `-` is standard input.
  public let path: String
  /// What is wrong.
  public let reason: Reason

  init(_ path: String, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }
}

extension MatrixFileError: CustomStringConvertible {
  /// The path and what is wrong, as in `left.npy: No such file or directory`.
  public var description: String { "\(path): \(reason)" }
}

extension MatrixFileError.Reason: CustomStringConvertible {
  /// What is wrong, and how it would be right.
  public var description: String {
    switch self {
    case .refused(let words): words
    case .notNumPy: "this is no file in NumPy's format .npy"
    case .unknownVersion(let major, let minor):
      "version \(major).\(minor) of the format .npy is not known: only 1.0, 2.0 and 3.0 are"
    case .malformedHeader(let what): "the header is malformed: \(what)"
    case .unknownType(let name):
      "numbers of type \(name) cannot be multiplied here: only f8, f4 and i4 can"
    case .notTwoDimensional(let dimensions):
      "a matrix has two dimensions, and this has \(dimensions)"
    case .wrongSize(let promised, let found):
      "the header promises \(promised) bytes behind it, and there are \(found)"
    case .unmanageable(let error): "\(error)"
    }
  }
}
