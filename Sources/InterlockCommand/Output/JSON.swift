/// A JSON value, and how it is written.
///
/// Small enough to be our own: a library for it would take longer to load than most commands to run.
struct JSON: CustomStringConvertible, Sendable {
  /// The text of the value.
  let description: String

  private init(text: String) {
    description = text
  }

  /// A whole number.
  static func number(_ value: some BinaryInteger) -> JSON { JSON(text: "\(value)") }

  /// A number; JSON has no infinities, they become `null`.
  static func number(_ value: Double) -> JSON { JSON(text: value.isFinite ? "\(value)" : "null") }

  /// A text.
  static func string(_ value: String) -> JSON {
    JSON(text: "\"" + value.unicodeScalars.map(escaped).joined() + "\"")
  }

  /// Members in this order.
  static func object(_ members: KeyValuePairs<String, JSON>) -> JSON {
    object(members.map { ($0, $1) })
  }

  /// Members in this order.
  static func object(_ members: [(String, JSON)]) -> JSON {
    let texts = members.map { name, value in "\(string(name)):\(value)" }
    return JSON(text: "{" + texts.joined(separator: ",") + "}")
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
