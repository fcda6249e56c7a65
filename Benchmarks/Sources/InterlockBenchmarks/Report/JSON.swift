/// A value of a JSON text.
///
/// Foundation has an encoder, and its size would show in the memory of every program that is
/// started from here.
enum JSON {
  case string(String)
  case number(Double)
  case bool(Bool)
  case array([JSON])
  case object([(key: String, value: JSON)])

  /// The text, on one line.
  var text: String {
    switch self {
    case .string(let string): Self.quote(string)
    case .number(let number): number.isFinite ? "\(number)" : "null"
    case .bool(let bool): "\(bool)"
    case .array(let elements): "[\(elements.map(\.text).joined(separator: ","))]"
    case .object(let members):
      "{\(members.map { "\(Self.quote($0.key)):\($0.value.text)" }.joined(separator: ","))}"
    }
  }

  private static func quote(_ string: String) -> String {
    var quoted = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case ..<" ":
        let code = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - code.count) + code
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
