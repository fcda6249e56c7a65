/// A text with literals of Python's, as far as headers of NumPy's files have them, and how far it was
/// read: always to something that is no blank.
struct PythonLiteral {
  private var rest: ArraySlice<UInt8>

  init(_ text: [UInt8]) {
    rest = text[...]
    skipBlanks()
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// Reads a word or a sign, if it comes next.
  mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    skipBlanks()
    return true
  }

  mutating func expect(_ text: String) throws(MatrixFileError.Reason) {
    guard take(text) else { throw malformed("\(text) is missing") }
  }

  /// Reads a string, in whichever quotes.
  mutating func string() throws(MatrixFileError.Reason) -> String {
    guard let quote = rest.first, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(quote) else {
      throw malformed("a string is missing")
    }
    let content = rest.dropFirst().prefix { $0 != quote }
    rest = rest[content.endIndex...].dropFirst()
    guard
      content.endIndex < rest.startIndex,
      let text = String(validating: content, as: UTF8.self),
      text.unicodeScalars.allSatisfy({ $0 >= " " && $0 != "\\" && $0 != "\u{7F}" })
    else { throw malformed("a string does not end, or has no plain text") }
    skipBlanks()
    return text
  }

  /// Reads the name of a type of numbers.
  mutating func typeName() throws(MatrixFileError.Reason) -> String {
    if rest.first == UInt8(ascii: "[") { throw .unknownType("structure") }
    return try string()
  }

  mutating func bool() throws(MatrixFileError.Reason) -> Bool {
    if take("True") { return true }
    if take("False") { return false }
    throw malformed("True or False is missing")
  }

  /// Reads a tuple of numbers that are not negative.
  mutating func tuple() throws(MatrixFileError.Reason) -> [Int] {
    var numbers: [Int] = []
    try expect("(")
    while !take(")") {
      numbers.append(try number())
      if !take(",") {
        // With one number and no comma it is a number in parentheses, and no tuple.
        guard numbers.count != 1 else { throw malformed("the shape is no tuple") }
        try expect(")")
        break
      }
    }
    return numbers
  }

  private mutating func number() throws(MatrixFileError.Reason) -> Int {
    let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
      throw malformed("a dimension is no number, or too large")
    }
    rest = rest[digits.endIndex...]
    skipBlanks()
    return number
  }

  private mutating func skipBlanks() {
    rest = rest.drop { [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t")].contains($0) }
  }

  private func malformed(_ what: String) -> MatrixFileError.Reason {
    .malformedHeader("\(what), at byte \(rest.startIndex + 1) of its text")
  }
}
