import Testing

@testable import Interlock

@Suite struct `A value in a message` {
  private func comesBack<Value: Codable & Equatable>(_ values: Value...) throws {
    for value in values { #expect(try copy(value) == value) }
    #expect(try copy(values) == values)
    #expect(try copy(values.map(Optional.some)) == values.map(Optional.some))
  }

  @Test func `may be any number`() throws {
    try comesBack(Int.min, -1, 0, Int.max)
    try comesBack(Int8.min, Int8.max)
    try comesBack(Int16.min, Int16.max)
    try comesBack(Int32.min, Int32.max)
    try comesBack(Int64.min, Int64.max)
    try comesBack(Int128.min, -1, Int128(Int64.min) - 1, Int128.max)
    try comesBack(UInt.max, 0)
    try comesBack(UInt8.max)
    try comesBack(UInt16.max)
    try comesBack(UInt32.max)
    try comesBack(UInt64.max)
    try comesBack(UInt128.max, UInt128(UInt64.max) + 1)
    try comesBack(Float.leastNonzeroMagnitude, -.infinity)
    try comesBack(Double.greatestFiniteMagnitude, .pi)
    try comesBack(true, false)
  }

  @Test func `keeps the bits of what is not a number`() throws {
    let strange = Double(bitPattern: 0x7ff8_0000_dead_beef)
    #expect(try copy(strange).bitPattern == strange.bitPattern)
    #expect(try copy([strange])[0].bitPattern == strange.bitPattern)
    #expect(try copy(Float(bitPattern: 0xffc0_1234)).bitPattern == 0xffc0_1234)
    #expect(try copy(-0.0).sign == .minus)
  }

  @Test func `may be read as another type of number, if it fits`() throws {
    #expect(try value(Int8.self, in: message(UInt64(127))) == 127)
    #expect(throws: MessageError.self) { try value(Int8.self, in: message(128)) }
    #expect(throws: MessageError.self) { try value(UInt.self, in: message(-1)) }
  }

  @Test func `may be any text`() throws {
    try comesBack("", "a", "\0", "e\u{301}", "🏳️‍🌈", String(repeating: "ü", count: 1 << 19))
  }

  // Swift's coding does not tell the `nil` in an optional from the one around it.
  @Test func `may be an optional in an optional`() throws {
    #expect(try copy(Int??.some(1)) == 1)
    #expect(try copy(String?.none) == nil)
    #expect(try copy([1, nil, 3] as [Int?]) == [1, nil, 3])
    #expect(try copy(["a": 1, "b": nil] as [String: Int??]) == ["a": 1, "b": nil])
  }

  @Test func `may be a collection`() throws {
    try comesBack([Point(x: 1, y: 2), Point(x: -0.5, y: .infinity)], [])
    try comesBack([SIMD3<Float>(1, 2, 3), SIMD3(4, 5, 6)])
    try comesBack([[UInt8]]([[], [1], [2, 3]]))
    try comesBack([true, false, true])
    try comesBack([Colour.green, .red])
    try comesBack(Set(["a", "b"]), [])
    let wide = [Int128.max: UInt128.max, .min: 0]
    try comesBack(wide, [:])
    try comesBack(["": 1, "super": 2, "a": 3])
    try comesBack([-1: "a", Int.max: "b"])
    try comesBack([Colour.red: 1, .green: 2])
    try comesBack([Point(x: 1, y: 2): [Point(x: 3, y: 4)]])
    try comesBack(1..<5, 3..<3)
    try comesBack([1...5])
    try comesBack(ContiguousArray([1, 2]), [])
    try comesBack(Duration.seconds(3), .zero)
    var mask = SIMDMask<SIMD4<Int32>>(repeating: false)
    mask[2] = true
    try comesBack(mask)
  }

  @Test func `may be an enum`() throws {
    var tree = Tree.leaf
    for number in 0..<40 { tree = .node(.leaf, value: number, tree) }
    try comesBack(tree, .leaf)
    try comesBack(Order.Kind.none, .named("a", times: nil), .parts([]))
  }

  private struct Empty: Codable, Equatable {}

  private struct Silent: Codable, Equatable {
    init() {}
    init(from decoder: any Decoder) {}
    func encode(to encoder: any Encoder) {}
  }

  @Test func `may be nothing, which is not nil`() throws {
    try comesBack(Empty())
    try comesBack(Silent())
    try comesBack(["a": Silent(), "b": Silent()])
    #expect(try copy([Silent?.some(Silent()), nil]) == [Silent(), nil])
    #expect(try copy([Empty?.some(Empty()), nil]) == [Empty(), nil])
  }

  private struct Mixed: Codable, Equatable {
    var flag: Bool
    var point: Point
    var byte: UInt8
    var vector: SIMD4<Double>
    var name: String
    var bytes: [UInt8]
    var doubles: [Double]
    var last: Point?
  }

  @Test func `may have aligned parts behind parts of any size`() throws {
    for size in 0..<20 {
      try comesBack(
        Mixed(
          flag: true,
          point: Point(x: 1, y: 2),
          byte: 7,
          vector: SIMD4(1, 2, 3, 4),
          name: String(repeating: "x", count: size),
          bytes: [UInt8](repeating: 9, count: size),
          doubles: [1.5, 2.5],
          last: size % 2 == 0 ? nil : Point(x: 5, y: 6)
        )
      )
    }
  }

  @Test func `comes after another one`() throws {
    let encoder = ValueEncoder()
    try encoder.encode(Mixed?.none)
    try encoder.encode(Order.Kind.named("a", times: 3))
    try encoder.encode(Order.Kind.named("b", times: 4))
    try encoder.encode([1.5])
    let bytes = unsafe encoder.writer.withBytes { unsafe Array($0) }
    try unsafe bytes.withUnsafeBytes { bytes in
      var reader = unsafe WireReader(bytes)
      #expect(try ValueDecoder.decode(Mixed?.self, from: &reader) == nil)
      let first = try ValueDecoder.decode(Order.Kind.self, from: &reader)
      #expect(first == .named("a", times: 3))
      let second = try ValueDecoder.decode(Order.Kind.self, from: &reader)
      #expect(second == .named("b", times: 4))
      #expect(try ValueDecoder.decode([Double].self, from: &reader) == [1.5])
      #expect(reader.isAtEnd)
    }
  }

  @Test(arguments: Seed.all)
  func `is the same on the other side, whatever it is`(seed: Seed) throws {
    var dice = seed.dice()
    for _ in 0..<300 {
      let order = Order.random(&dice)
      #expect(try copy(order) == order)
    }
  }
}

@Suite struct `A class in a message` {
  private class Animal: Codable {
    var name = "animal"
    init() {}
  }

  private final class Dog: Animal {
    var age = 1
    var isSharing = false

    private enum Keys: CodingKey { case age }

    override init() { super.init() }

    required init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      age = try container.decode(Int.self, forKey: .age)
      try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try super.encode(to: container.superEncoder())
      try container.encode(age, forKey: .age)
    }
  }

  /// Shares the container of its superclass.
  private final class Cat: Animal {
    var lives = 9

    private enum Keys: CodingKey { case lives }

    override init() { super.init() }

    required init(from decoder: any Decoder) throws {
      lives = try decoder.container(keyedBy: Keys.self).decode(Int.self, forKey: .lives)
      try super.init(from: decoder)
    }

    override func encode(to encoder: any Encoder) throws {
      try super.encode(to: encoder)
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(lives, forKey: .lives)
    }
  }

  @Test func `has its superclass in a place of its own`() throws {
    let dog = Dog()
    dog.name = "Rex"
    dog.age = 12
    let copies = try copy([dog, dog])
    #expect(copies.map(\.name) == ["Rex", "Rex"])
    #expect(copies.map(\.age) == [12, 12])
  }

  @Test func `may share a container with its superclass`() throws {
    let cat = Cat()
    cat.name = "Tom"
    cat.lives = 7
    let copies = try copy([cat, cat])
    #expect(copies.map(\.name) == ["Tom", "Tom"])
    #expect(copies.map(\.lives) == [7, 7])
  }

  private struct Unused: Codable, Equatable {
    var before = 1
    var after = 2

    private enum Keys: CodingKey { case before, part, after }

    init() {}

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      before = try container.decode(Int.self, forKey: .before)
      _ = try container.superDecoder(forKey: .part)
      after = try container.decode(Int.self, forKey: .after)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(before, forKey: .before)
      _ = container.superEncoder(forKey: .part)
      try container.encode(after, forKey: .after)
    }
  }

  @Test func `may leave the place of its superclass empty`() throws {
    #expect(try copy([Unused(), Unused()]) == [Unused(), Unused()])
  }
}

@Suite struct `A value that codes itself` {
  private struct Custom: Codable, Equatable {
    var a = 1
    var b: String?
    var list = [1, 2]
    var inner = "in"

    private enum Keys: CodingKey { case a, b, nothing, list, inner, surplus }

    init(b: String?) { self.b = b }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      // Not in the order in which they were written, and not all.
      let inner = try container.nestedContainer(keyedBy: Keys.self, forKey: .inner)
      self.inner = try inner.decode(String.self, forKey: .inner)
      var list = try container.nestedUnkeyedContainer(forKey: .list)
      self.list = []
      while !list.isAtEnd {
        if try list.decodeNil() { continue }
        self.list.append(try list.decode(Int.self))
      }
      b = try container.decodeIfPresent(String.self, forKey: .b)
      guard try container.decodeNil(forKey: .nothing) else { throw MessageError("not nil") }
      a = try container.decode(Int.self, forKey: .a)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(a, forKey: .a)
      try container.encodeIfPresent(b, forKey: .b)
      try container.encodeNil(forKey: .nothing)
      var list = container.nestedUnkeyedContainer(forKey: .list)
      for number in self.list {
        try list.encode(number)
        try list.encodeNil()
      }
      var inner = container.nestedContainer(keyedBy: Keys.self, forKey: .inner)
      try inner.encode(self.inner, forKey: .inner)
      try container.encode(["x"], forKey: .surplus)
    }
  }

  @Test func `may read keys in any order, and leave some`() throws {
    #expect(try copy([Custom(b: "b"), Custom(b: nil)]) == [Custom(b: "b"), Custom(b: nil)])
  }

  private struct Row: Codable, Equatable {
    var number = 7
    var text = "seven"
    var points = [Point(x: 7, y: 7)]

    init() {}

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      number = try container.decode(Int.self)
      text = try container.decode(String.self)
      var nested = try container.nestedUnkeyedContainer()
      points = try nested.decode([Point].self)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(number)
      try container.encode(text)
      var nested = container.nestedUnkeyedContainer()
      try nested.encode(points)
      try container.encode("more than is read")
    }
  }

  @Test func `may be values of several types`() throws {
    #expect(try copy([Row(), Row()]) == [Row(), Row()])
  }

  private struct Wrapper: RawRepresentable, Codable, Equatable {
    var rawValue: String
  }

  @Test func `may be one other value`() throws {
    #expect(try copy([Wrapper(rawValue: "a")]) == [Wrapper(rawValue: "a")])
    #expect(try copy(Colour.green) == .green)
  }

  private struct Swallowing: Encodable {
    struct Failing: Encodable {
      func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(1)
        throw MessageError("no")
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try? container.encode(Failing())
      try container.encode(2)
    }
  }

  @Test func `cannot hide that a part of it failed`() {
    #expect(throws: MessageError.self) { try message(Swallowing()) }
  }

  private final class Chain: Codable {
    let next: Chain?

    init(length: Int) {
      next = length > 1 ? Chain(length: length - 1) : nil
    }
  }

  /// Wraps itself without a container.
  private indirect enum Onion: Codable {
    case core
    case skin(Onion)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      self = container.decodeNil() ? .core : .skin(try container.decode(Onion.self))
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .core: try container.encodeNil()
      case .skin(let inner): try container.encode(inner)
      }
    }
  }

  @Test func `is as deep as can be read, or is not written`() throws {
    for length in [1, 100, 127, 128, 129, 255, 256, 257, 300, 1000] {
      guard let bytes = try? message(Chain(length: length)) else {
        #expect(length > Wire.depthLimit / 2)
        continue
      }
      #expect(length <= Wire.depthLimit)
      #expect(throws: Never.self) { try value(Chain.self, in: bytes) }
    }
    var onion = Onion.core
    for depth in 1..<400 {
      if depth <= Wire.depthLimit {
        #expect(throws: Never.self) { try copy(onion) }
      } else {
        #expect(throws: MessageError.self) { try message(onion) }
      }
      onion = .skin(onion)
    }
  }
}
