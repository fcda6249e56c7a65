import InterlockChecker

/// A JSON text, taken apart: strict, so that a text it accepts is one for every other reader too.
indirect enum JSONValue: Equatable {
  case object([String: JSONValue])
  case array([JSONValue])
  case string(String)
  case number(Double)
  case bool(Bool)
  case null

  struct Malformed: Error {
    let rest: String
  }

  init(parsing text: String) throws {
    var parser = JSONParser(rest: text.unicodeScalars[...])
    self = try parser.value()
    parser.skipSpace()
    guard parser.rest.isEmpty else { throw Malformed(rest: String(parser.rest)) }
  }

  subscript(member: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[member]
  }

  var names: Set<String> {
    guard case .object(let members) = self else { return [] }
    return Set(members.keys)
  }

  var number: Double? {
    guard case .number(let number) = self else { return nil }
    return number
  }
}

private struct JSONParser {
  var rest: Substring.UnicodeScalarView

  var malformed: JSONValue.Malformed { JSONValue.Malformed(rest: String(rest)) }

  mutating func skipSpace() {
    rest = rest.drop { " \n\r\t".unicodeScalars.contains($0) }
  }

  mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.unicodeScalars) else { return false }
    rest = rest.dropFirst(text.unicodeScalars.count)
    return true
  }

  mutating func expect(_ text: String) throws {
    skipSpace()
    guard take(text) else { throw malformed }
  }

  mutating func value() throws -> JSONValue {
    skipSpace()
    if take("null") { return .null }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    switch rest.first {
    case "{": return .object(try object())
    case "[": return .array(try array())
    case "\"": return .string(try string())
    default: return .number(try number())
    }
  }

  mutating func object() throws -> [String: JSONValue] {
    try expect("{")
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return members }
    repeat {
      skipSpace()
      let name = try string()
      try expect(":")
      guard members.updateValue(try value(), forKey: name) == nil else { throw malformed }
      skipSpace()
    } while take(",")
    try expect("}")
    return members
  }

  mutating func array() throws -> [JSONValue] {
    try expect("[")
    skipSpace()
    if take("]") { return [] }
    var elements: [JSONValue] = []
    repeat {
      elements.append(try value())
      skipSpace()
    } while take(",")
    try expect("]")
    return elements
  }

  mutating func string() throws -> String {
    try expect("\"")
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"": return String(text)
      case "\\": text.append(try escape())
      case "\0"..<" ": throw malformed
      default: text.append(scalar)
      }
    }
    throw malformed
  }

  mutating func escape() throws -> Unicode.Scalar {
    switch rest.popFirst() {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "u":
      guard let code = UInt32(String(rest.prefix(4)), radix: 16), let scalar = Unicode.Scalar(code)
      else { throw malformed }
      rest = rest.dropFirst(4)
      return scalar
    case .some(let scalar) where "\"\\/".unicodeScalars.contains(scalar): return scalar
    default: throw malformed
    }
  }

  mutating func number() throws -> Double {
    let text = String(rest.prefix { "+-.eE0123456789".unicodeScalars.contains($0) })
    guard let number = Double(text), !text.hasPrefix("+"), !text.hasPrefix("."),
      !text.hasSuffix(".")
    else { throw malformed }
    rest = rest.dropFirst(text.unicodeScalars.count)
    return number
  }
}
