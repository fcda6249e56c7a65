import Testing

@testable import Interlock

@Suite struct `Bytes that no writer wrote` {
  /// Reads the bytes; whatever comes of it, the value can be written again.
  private func read<Value: Codable>(_ type: Value.Type, _ bytes: [UInt8]) {
    guard let found = try? value(type, in: bytes) else { return }
    #expect(throws: Never.self) { try message(found) }
  }

  private func everyCut<Value: Codable>(_ whole: Value) throws {
    let bytes = try message(whole)
    for count in 0..<bytes.count {
      #expect(throws: (any Error).self) { try value(Value.self, in: Array(bytes[..<count])) }
    }
  }

  @Test func `end too early`() throws {
    var dice = Seed.all[0].dice()
    for _ in 0..<3 { try everyCut(Order.random(&dice)) }
    try everyCut([Point(x: 1, y: 2)])
    try everyCut(["a": 1, "b": 2])
    try everyCut([1...2, 3...4])
    try everyCut(Tree.node(.leaf, value: 1, .leaf))
  }

  private func flips<Value: Codable>(_ whole: Value, _ seed: Seed) throws {
    let bytes = try message(whole)
    var dice = seed.dice()
    // With each of the two seeds.
    for _ in 0..<10_000 {
      var damaged = bytes
      for _ in 0..<dice.pick(1..<4) {
        // Small values are tags and counts.
        let byte = dice.isOne(in: 2) ? dice.pick(0..<17) : dice.pick(0..<256)
        damaged[dice.pick(0..<bytes.count)] = UInt8(byte)
      }
      read(Value.self, damaged)
    }
  }

  @Test(arguments: Seed.all)
  func `are a message with some of them changed`(seed: Seed) throws {
    var dice = seed.dice(stream: 1)
    try flips(Order.random(&dice, depth: 1), seed)
    try flips([Point(x: 1, y: 2), Point(x: 3, y: 4)], seed)
    try flips(["a": 1, "b": 2, "c": 3], seed)
    try flips([1: "a", 2: "b"], seed)
    try flips(["a", "b", "ccc"], seed)
    try flips([true, false, true], seed)
    try flips(1..<4, seed)
    try flips(Tree.node(.node(.leaf, value: 1, .leaf), value: 2, .leaf), seed)
  }

  @Test(arguments: Seed.all)
  func `are random`(seed: Seed) {
    var dice = seed.dice(stream: 2)
    for _ in 0..<10_000 {
      let sides = dice.isOne(in: 2) ? 17 : 256
      let bytes = (0..<dice.pick(0..<60)).map { _ in UInt8(dice.pick(0..<sides)) }
      read(Order.self, bytes)
      read([Point].self, bytes)
      read([String: [Int]].self, bytes)
      read(Tree.self, bytes)
      read([Colour?].self, bytes)
    }
  }

  private func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
  }

  @Test func `promise more than there is`() {
    for count: UInt64 in [1, 1 << 32, 1 << 59, 1 << 60, 1 << 63, .max] {
      let bytes = [Wire.Tag.raw.rawValue] + little(UInt32(16)) + little(count)
      #expect(throws: MessageError.self) { try value([Point].self, in: bytes) }
      #expect(throws: MessageError.self) { try value(Point.self, in: bytes) }
      let odd = [Wire.Tag.raw.rawValue] + little(UInt32.max) + little(count)
      #expect(throws: MessageError.self) { try value([Int].self, in: odd) }
    }
    let text = [Wire.Tag.string.rawValue] + little(UInt32.max) + [65, 65]
    #expect(throws: MessageError.self) { try value(String.self, in: text) }
  }

  @Test func `are no text`() {
    let bytes = [Wire.Tag.string.rawValue] + little(UInt32(2)) + [0xc3, 0x28]
    #expect(throws: MessageError.self) { try value(String.self, in: bytes) }
  }

  @Test func `are bounds in the wrong order`() throws {
    let bytes =
      [Wire.Tag.raw.rawValue] + little(UInt32(16)) + little(UInt64(1)) + little(5) + little(1)
    #expect(throws: (any Error).self) { try value(Range<Int>.self, in: bytes) }
    #expect(throws: (any Error).self) { try value(ClosedRange<Int>.self, in: bytes) }
  }

  @Test func `are of another type`() throws {
    let bytes = try message(["a": 1])
    #expect(throws: (any Error).self) { try value([Int].self, in: bytes) }
    #expect(throws: (any Error).self) { try value(String.self, in: bytes) }
    #expect(throws: (any Error).self) { try value(Order.self, in: bytes) }
    #expect(throws: (any Error).self) { try value(Tree.self, in: bytes) }
    #expect(throws: (any Error).self) { try value(SIMD2<Double>.self, in: message([1.0, 2.0])) }
    #expect(throws: (any Error).self) { try value([Float].self, in: message([1.0])) }
    #expect(throws: (any Error).self) { try value(Colour.self, in: message("blue")) }
  }

  @Test func `name a key twice, or one that there is not`() throws {
    let pair = [Wire.Tag.newKey.rawValue] + little(UInt32(1)) + [97, Wire.Tag.true.rawValue]
    let twice = [Wire.Tag.keyed.rawValue] + pair + pair + [Wire.Tag.end.rawValue]
    read([String: Bool].self, twice)
    let unknown =
      [Wire.Tag.keyed.rawValue, Wire.Tag.oldKey.rawValue] + little(UInt16(9))
      + [Wire.Tag.true.rawValue, Wire.Tag.end.rawValue]
    #expect(throws: (any Error).self) { try value([String: Bool].self, in: unknown) }
    // Two values for one key, and no key for the second.
    let loose = [Wire.Tag.keyed.rawValue] + pair + [Wire.Tag.true.rawValue, Wire.Tag.end.rawValue]
    #expect(throws: (any Error).self) { try value([String: Bool].self, in: loose) }
  }

  private struct Ignoring: Codable {
    init(from decoder: any Decoder) {}
    func encode(to encoder: any Encoder) {}
  }

  private indirect enum Nest: Codable {
    case nest([Nest])

    init(from decoder: any Decoder) throws {
      self = .nest(try [Nest](from: decoder))
    }

    func encode(to encoder: any Encoder) throws {
      guard case .nest(let inner) = self else { return }
      try inner.encode(to: encoder)
    }
  }

  @Test(.timeLimit(.minutes(30))) func `are nested deeper than the stack`() throws {
    let depth = 100_000
    let lists = [UInt8](repeating: Wire.Tag.unkeyed.rawValue, count: depth)
    let ends = [UInt8](repeating: Wire.Tag.end.rawValue, count: depth)
    #expect(throws: MessageError.self) { try value(Nest.self, in: lists) }
    #expect(throws: MessageError.self) { try value(Nest.self, in: lists + ends) }
    #expect(throws: MessageError.self) { try value(Ignoring.self, in: lists) }
    #expect(throws: Never.self) { try value(Ignoring.self, in: lists + ends) }
    // Many values to pass over, each in turn.
    let nested = [Wire.Tag.unkeyed.rawValue] + lists + ends + [Wire.Tag.end.rawValue]
    #expect(throws: Never.self) { try value([Ignoring].self, in: nested) }
    let key = [Wire.Tag.newKey.rawValue] + little(UInt32(1)) + [97]
    let keyed = (0..<depth).flatMap { _ in [Wire.Tag.keyed.rawValue] + key }
    #expect(throws: Never.self) {
      try value(Ignoring.self, in: keyed + [Wire.Tag.nil.rawValue] + ends)
    }
    #expect(throws: (any Error).self) { try value(Order.self, in: keyed) }
  }
}
