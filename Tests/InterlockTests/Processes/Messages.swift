@testable import Interlock

/// The bytes of one value as it is sent.
func message<Value: Encodable>(_ value: Value) throws -> [UInt8] {
  let encoder = ValueEncoder()
  try encoder.encode(value)
  return unsafe encoder.writer.withBytes { unsafe Array($0) }
}

/// The value that `message` is, all of it.
func value<Value: Decodable>(_ type: Value.Type, in message: [UInt8]) throws -> Value {
  try unsafe message.withUnsafeBytes { bytes in
    var reader = unsafe WireReader(bytes)
    let value = try ValueDecoder.decode(type, from: &reader)
    guard reader.isAtEnd else { throw MessageError("something is left") }
    return value
  }
}

/// What comes out of a message that `value` went into.
func copy<Value: Codable>(_ value: Value) throws -> Value {
  try decoded(message(value))
}

private func decoded<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
  try value(Value.self, in: bytes)
}

struct Point: Codable, Hashable {
  var x: Double
  var y: Double
}

enum Colour: String, Codable, CodingKeyRepresentable { case red, green }

indirect enum Tree: Codable, Hashable {
  case leaf
  case node(Tree, value: Int, Tree)
}

/// A bit of everything.
struct Order: Codable, Hashable {
  enum Kind: Codable, Hashable {
    case none
    case named(String, times: Int?)
    case parts([Order])
  }

  var number: Int
  var wide: UInt128
  var name: String
  var isOpen: Bool
  var comment: String?
  var kind: Kind
  var points: [Point]
  var prices: [String: Double]
  var counts: [Int: [Bool]]
  var tree: Tree

  static func random(_ dice: inout Dice, depth: Int = 3) -> Order {
    let letters = ["", "a", "ß", "👩‍👩‍👧", "\0", "long enough for the heap, surely"]
    let kind: Kind =
      switch dice.pick(0..<3) {
      case 0: .none
      case 1: .named(letters[dice.pick(0..<6)], times: dice.isOne(in: 2) ? nil : 7)
      default:
        .parts(
          depth == 0 ? [] : (0..<dice.pick(0..<3)).map { _ in random(&dice, depth: depth - 1) }
        )
      }
    var tree = Tree.leaf
    for number in 0..<dice.pick(0..<5) { tree = .node(tree, value: number, .leaf) }
    var prices: [String: Double] = [:]
    var counts: [Int: [Bool]] = [:]
    for _ in 0..<dice.pick(0..<4) {
      prices[letters[dice.pick(0..<6)]] = Double(dice.pick(0..<100))
      counts[dice.pick(-9..<9)] = (0..<dice.pick(0..<3)).map { _ in dice.isOne(in: 2) }
    }
    return Order(
      number: Int(truncatingIfNeeded: dice.next()),
      wide: UInt128(dice.next()) << UInt128(dice.pick(0..<64)),
      name: letters[dice.pick(0..<6)] + letters[dice.pick(0..<6)],
      isOpen: dice.isOne(in: 2),
      comment: dice.isOne(in: 2) ? nil : letters[dice.pick(0..<6)],
      kind: kind,
      points: (0..<dice.pick(0..<4)).map { Point(x: Double($0), y: .infinity) },
      prices: prices,
      counts: counts,
      tree: tree
    )
  }
}
