/// The bytes that weather reports are made of.
enum ASCII {
  static let newline = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")
  static let closing = UInt8(ascii: "=")
  static let comment = UInt8(ascii: "#")

  /// Whether a byte is a space, a tab, or anything else that ends a word.
  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool { byte == space || byte &- 9 < 5 }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  @inline(__always)
  static func isCapital(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }
}
