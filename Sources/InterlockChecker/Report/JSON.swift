/// A JSON value, and how it is written.
///
/// Small enough to be our own: a library for it would take longer to load than most commands to run.
package struct JSON: CustomStringConvertible, Sendable {
  /// The text of the value.
  package let description: String

  private init(text: String) {
    description = text
  }

  /// A whole number.
  package static func number(_ value: some BinaryInteger) -> JSON { JSON(text: "\(value)") }

  /// A number; JSON has no infinities, they become `null`.
  package static func number(_ value: Double) -> JSON {
    JSON(text: value.isFinite ? "\(value)" : "null")
  }

  /// A number of any length, which is written as JSON wants it already.
  package static func number(decimal text: String) -> JSON { JSON(text: text) }

  /// No value.
  package static let null = JSON(text: "null")

  /// True or false.
  package static func bool(_ value: Bool) -> JSON { JSON(text: value ? "true" : "false") }

  /// A text.
  package static func string(_ value: String) -> JSON {
    if value.utf8.allSatisfy(isPlain) { return JSON(text: "\"\(value)\"") }
    return JSON(text: "\"" + value.unicodeScalars.map(escaped).joined() + "\"")
  }

  /// A path: a text if it is one, and otherwise, so that nothing is lost, `{"bytes": …}` in base64.
  package static func path(_ bytes: ArraySlice<UInt8>) -> JSON {
    if let text = String(validating: bytes, as: UTF8.self) { return string(text) }
    return object(["bytes": string(base64(bytes))])
  }

  /// Elements in this order.
  package static func array(_ elements: [JSON]) -> JSON {
    JSON(text: "[" + elements.lazy.map(\.description).joined(separator: ",") + "]")
  }

  /// Members in this order.
  package static func object(_ members: KeyValuePairs<String, JSON>) -> JSON {
    object(members.map { ($0, $1) })
  }

  /// Members in this order.
  package static func object(_ members: [(String, JSON)]) -> JSON {
    let texts = members.map { name, value in "\(string(name)):\(value)" }
    return JSON(text: "{" + texts.joined(separator: ",") + "}")
  }

  /// Bytes as text: four characters for each three, filled up with `=` at the end.
  private static func base64(_ bytes: ArraySlice<UInt8>) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    var rest = bytes
    while !rest.isEmpty {
      let group = rest.prefix(3)
      rest = rest.dropFirst(3)
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0...3 {
        text.append(
          place <= group.count ? digits[bits >> (18 - 6 * place) & 0x3F] : UInt8(ascii: "=")
        )
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether a byte of a text stands for itself.
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: " ") && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    case "\0"..<" ":
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: return String(scalar)
    }
  }
}
