/// The header of a file in NumPy's format .npy, which says what the bytes behind it are.
///
/// It has a mark, a version, its own length, and a text: a literal of Python's, such as
/// `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
struct NumPyHeader: Equatable {
  /// How long a text may be: far longer than that of any matrix.
  static let textLimit = 1 << 16

  private static let mark: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let versionPlace = mark.count
  /// The numbers behind the header begin at a multiple of that.
  private static let alignment = 64

  let type: MatrixNumber
  /// Whether the bytes of a number begin with the highest.
  var isBigEndian = false
  /// Whether the numbers stand column by column.
  var isFortran = false
  let rowCount: Int
  let columnCount: Int

  /// Where the text of a header stands.
  struct Place: Equatable {
    /// How many bytes say it, at the most.
    static let prefixSize = 12

    let textOffset: Int
    let textSize: Int

    /// Reads the first bytes of a file, up to ``prefixSize``.
    init(parsing bytes: [UInt8]) throws(MatrixFileError.Reason) {
      guard bytes.starts(with: mark), bytes.count >= versionPlace + 2 else { throw .notNumPy }
      let (major, minor) = (Int(bytes[versionPlace]), Int(bytes[versionPlace + 1]))
      guard 1...3 ~= major, minor == 0 else {
        throw .unknownVersion(major: major, minor: minor)
      }
      let lengthSize = major == 1 ? 2 : 4
      textOffset = versionPlace + 2 + lengthSize
      guard bytes.count >= textOffset else { throw .malformedHeader("the file ends in it") }
      textSize = bytes[versionPlace + 2..<textOffset].reversed().reduce(0) { $0 << 8 | Int($1) }
      guard textSize <= textLimit else {
        throw .malformedHeader(
          "it has \(textSize) bytes, and no matrix needs more than \(textLimit)"
        )
      }
    }
  }

  /// A header for a matrix as it is kept here.
  init(for matrix: Matrix) {
    type = matrix.type
    rowCount = matrix.rowCount
    columnCount = matrix.columnCount
  }

  /// Reads the text of a header.
  init(parsing text: [UInt8]) throws(MatrixFileError.Reason) {
    var literal = PythonLiteral(text)
    var type: String?
    var isFortran: Bool?
    var shape: [Int]?
    try literal.expect("{")
    while !literal.take("}") {
      let key = try literal.string()
      try literal.expect(":")
      switch key {
      case "descr" where type == nil: type = try literal.typeName()
      case "fortran_order" where isFortran == nil: isFortran = try literal.bool()
      case "shape" where shape == nil: shape = try literal.tuple()
      default: throw .malformedHeader("the key '\(key)' is unknown or there twice")
      }
      if !literal.take(",") {
        try literal.expect("}")
        break
      }
    }
    guard literal.isAtEnd else { throw .malformedHeader("something follows its end") }
    guard let type, let isFortran, let shape else {
      throw .malformedHeader("it has to have 'descr', 'fortran_order' and 'shape'")
    }
    (self.type, isBigEndian) = try Self.number(called: type)
    self.isFortran = isFortran
    guard shape.count == 2 else { throw .notTwoDimensional(shape.count) }
    (rowCount, columnCount) = (shape[0], shape[1])
  }

  /// The type of numbers, and whether their bytes begin with the highest.
  private static func number(
    called name: String
  ) throws(MatrixFileError.Reason) -> (MatrixNumber, isBigEndian: Bool) {
    let types: [Substring: MatrixNumber] = ["f8": .f64, "f4": .f32, "i4": .i32]
    guard let order = name.first, "<>".contains(order), let type = types[name.dropFirst()] else {
      throw .unknownType(name)
    }
    return (type, order == ">")
  }

  /// How many bytes follow the header; `nil` if there are too many to be counted.
  var contentSize: Int? {
    let (count, isCountTooLarge) = rowCount.multipliedReportingOverflow(by: columnCount)
    let (size, isTooLarge) = count.multipliedReportingOverflow(by: type.byteCount)
    return isCountTooLarge || isTooLarge ? nil : size
  }

  /// The header as NumPy writes it, in version 1.0.
  var bytes: [UInt8] {
    let typeName =
      switch type {
      case .f64: "f8"
      case .f32: "f4"
      case .i32: "i4"
      }
    var text = """
      {'descr': '\(isBigEndian ? ">" : "<")\(typeName)', \
      'fortran_order': \(isFortran ? "True" : "False"), \
      'shape': (\(rowCount), \(columnCount)), }
      """
    let start = Self.mark.count + 4
    let size = (start + text.utf8.count + 1 + Self.alignment - 1) / Self.alignment * Self.alignment
    text += String(repeating: " ", count: size - start - text.utf8.count - 1) + "\n"
    let textSize = text.utf8.count
    return Self.mark + [1, 0, UInt8(textSize & 0xFF), UInt8(textSize >> 8)] + Array(text.utf8)
  }
}
