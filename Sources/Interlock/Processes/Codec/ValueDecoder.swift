/// Reads one value and everything in it.
final class ValueDecoder: Decoder {
  private let place: WirePlace
  // Where the containers that the value was read in have got to.
  private var cursors: [WireCursor] = []

  let codingPath: [any CodingKey] = []
  var userInfo: [CodingUserInfoKey: Any] {
    place.reader.passed.map { [PassedDescriptors.key: $0] } ?? [:]
  }

  fileprivate init(_ place: WirePlace) {
    self.place = place
  }

  /// Reads the one value that `bytes` are.
  static func decode<Value: Decodable>(
    _ type: Value.Type,
    from reader: inout WireReader
  ) throws -> Value {
    var place = WirePlace(reader: reader, depth: 0)
    defer { reader = place.reader }
    return try place.decode(type)
  }

  /// Reads an array of elements, of which somebody knows whether their bytes are their values.
  static func decode<Element: Decodable>(
    elements type: Element.Type,
    areRaw: Bool,
    from reader: inout WireReader
  ) throws -> [Element] {
    areRaw
      ? try [Element](raw: &reader)
      : try decode([Element].self, from: &reader)
  }

  func container<Key>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(KeyedReader<Key>(cursor: try begin(.keyed)))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    UnkeyedReader(cursor: try begin(.unkeyed))
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    SingleReader(place: place)
  }

  private func begin(_ tag: Wire.Tag) throws -> WireCursor {
    let cursor = try WireCursor(place, tag)
    cursors.append(cursor)
    return cursor
  }

  /// Where the next value is.
  fileprivate func end() throws(MessageError) -> WireReader {
    // Usually the value was read in one container, to its end.
    guard let cursor = cursors.max(by: { $0.place.reader.position < $1.place.reader.position })
    else {
      var reader = place.reader
      try reader.skip()
      return reader
    }
    var reader = cursor.place.reader
    try reader.skipToEnd(of: cursor.tag)
    return reader
  }
}

/// A place in a message where a value begins.
struct WirePlace {
  var reader: WireReader
  /// How many values are around it.
  let depth: Int

  var deeper: WirePlace { WirePlace(reader: reader, depth: depth + 1) }

  /// Reads a value of type `Value`, and goes on to the next.
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let value = try readDirectly(type) { return value }
    guard depth < Wire.depthLimit else { throw MessageError.tooDeep }
    let decoder = ValueDecoder(deeper)
    let value = try Value(from: decoder)
    reader = try decoder.end()
    return value
  }

  /// Reads values whose form is known, without asking their type.
  private mutating func readDirectly<Value>(_ type: Value.Type) throws(MessageError) -> Value? {
    switch TypeForm(of: type) {
    case .string:
      let tag = try reader.readTag()
      guard tag == .string else { throw .expected(type, butFound: "\(tag)") }
      return try reader.readString() as? Value
    case .raw:
      let bytes = unsafe try reader.readRaw(stride: MemoryLayout<Value>.size, as: type)
      guard bytes.count == MemoryLayout<Value>.size else {
        throw .expected(type, butFound: "an array")
      }
      // SAFETY: the type has only numbers in it, for which all bytes are values.
      return unsafe withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { value in
        unsafe UnsafeMutableRawBufferPointer(value).copyMemory(from: bytes)
        return unsafe value[0]
      }
    case .array:
      guard let arrayType = type as? any RawArray.Type else { return nil }
      return try arrayType.readRaw(from: &reader) as? Value
    case .number, .other: return nil
    }
  }

  /// Reads a number, if it fits.
  mutating func readInteger<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(MessageError) -> Number {
    let tag = try reader.readTag()
    let number: Number? =
      switch tag {
      case .signed: Number(exactly: try reader.read(Int64.self))
      case .unsigned: Number(exactly: try reader.read(UInt64.self))
      case .signedWide: Number(exactly: try reader.read(Int128.self))
      case .unsignedWide: Number(exactly: try reader.read(UInt128.self))
      default: throw .expected(type, butFound: "\(tag)")
      }
    guard let number else { throw .expected(type, butFound: "a number that does not fit") }
    return number
  }

  mutating func readBool() throws(MessageError) -> Bool {
    let tag = try reader.readTag()
    switch tag {
    case .true: return true
    case .false: return false
    default: throw .expected(Bool.self, butFound: "\(tag)")
    }
  }

  mutating func readFloat() throws(MessageError) -> Float {
    let tag = try reader.readTag()
    guard tag == .float else { throw .expected(Float.self, butFound: "\(tag)") }
    return Float(bitPattern: try reader.read(UInt32.self))
  }

  mutating func readDouble() throws(MessageError) -> Double {
    let tag = try reader.readTag()
    guard tag == .double else { throw .expected(Double.self, butFound: "\(tag)") }
    return Double(bitPattern: try reader.read(UInt64.self))
  }
}

/// Goes through the values of one container.
private final class WireCursor {
  /// The next entry, or the end.
  var place: WirePlace
  /// What kind of container it is.
  let tag: Wire.Tag
  /// The first entry.
  private let start: WirePlace
  /// The keys that were looked for and not found next, and where their values are.
  private lazy var index = Result { try makeIndex() }

  init(_ outer: WirePlace, _ tag: Wire.Tag) throws(MessageError) {
    var place = outer
    let found = try place.reader.readTag()
    guard found == tag else {
      throw MessageError("a container (\(tag)) was expected, and \(found) was there")
    }
    guard place.depth <= Wire.depthLimit else { throw .tooDeep }
    self.place = place
    self.tag = tag
    start = place
  }

  var isAtEnd: Bool { (try? place.reader.peekTag()) == .end }

  /// Where the value for `key` is; `nil` if there is none.
  ///
  /// - Returns: The place, and whether it is the next one, so that the cursor can go on behind it.
  func find(_ key: String) throws -> (place: WirePlace, isNext: Bool)? {
    if try place.reader.peekTag() != .end {
      var next = place
      if try next.reader.readKey() == key { return (next, true) }
    }
    return try index.get()[key].map { ($0, false) }
  }

  var keys: [String] {
    get throws { try Array(index.get().keys) }
  }

  private func makeIndex() throws(MessageError) -> [String: WirePlace] {
    var index: [String: WirePlace] = [:]
    var place = start
    while try place.reader.peekTag() != .end {
      let key = try place.reader.readKey()
      index[key] = place
      try place.reader.skip()
    }
    return index
  }
}

private struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let cursor: WireCursor
  let codingPath: [any CodingKey] = []

  var allKeys: [Key] { ((try? cursor.keys) ?? []).compactMap { Key(stringValue: $0) } }

  func contains(_ key: Key) -> Bool {
    ((try? cursor.find(key.stringValue)) ?? nil) != nil
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    try value(key).place.reader.peekTag() == .nil
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    var (place, isNext) = try value(key)
    let value = try place.decode(type)
    if isNext { cursor.place.reader = place.reader }
    return value
  }

  // Unlike those for other numbers, these have defaults, which throw.
  func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
    try decodeInteger(type, key)
  }

  func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
    try decodeInteger(type, key)
  }

  private func decodeInteger<Number: FixedWidthInteger>(
    _ type: Number.Type,
    _ key: Key
  ) throws -> Number {
    var (place, isNext) = try value(key)
    let number = try place.readInteger(type)
    if isNext { cursor.place.reader = place.reader }
    return number
  }

  func nestedContainer<Nested>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    KeyedDecodingContainer(
      KeyedReader<Nested>(cursor: try WireCursor(value(key).place.deeper, .keyed))
    )
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    UnkeyedReader(cursor: try WireCursor(value(key).place.deeper, .unkeyed))
  }

  func superDecoder() throws -> any Decoder { ValueDecoder(try value(SuperKey()).place.deeper) }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    ValueDecoder(try value(key).place.deeper)
  }

  private func value(_ key: any CodingKey) throws -> (place: WirePlace, isNext: Bool) {
    guard let found = try cursor.find(key.stringValue) else {
      throw MessageError("there is no value for the key \"\(key.stringValue)\"")
    }
    return found
  }
}

private struct UnkeyedReader: UnkeyedDecodingContainer {
  let cursor: WireCursor
  let codingPath: [any CodingKey] = []
  private(set) var currentIndex = 0

  init(cursor: WireCursor) {
    self.cursor = cursor
  }

  var isAtEnd: Bool { cursor.isAtEnd }

  /// Found by going through what is left: it stands nowhere.
  var count: Int? {
    var reader = cursor.place.reader
    var count = currentIndex
    do {
      while try reader.peekTag() != .end {
        try reader.skip()
        count += 1
      }
      return count
    } catch {
      return nil
    }
  }

  mutating func decodeNil() throws -> Bool {
    guard try cursor.place.reader.readTag(.nil) else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try requireValue()
    let value = try cursor.place.decode(type)
    currentIndex += 1
    return value
  }

  mutating func decode(_ type: Int128.Type) throws -> Int128 { try decodeInteger(type) }

  mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try decodeInteger(type) }

  private mutating func decodeInteger<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws -> Number {
    try requireValue()
    // What is no number stays where it is.
    var place = cursor.place
    let number = try place.readInteger(type)
    cursor.place = place
    currentIndex += 1
    return number
  }

  mutating func nestedContainer<Nested>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    KeyedDecodingContainer(
      KeyedReader<Nested>(cursor: try WireCursor(next().deeper, .keyed))
    )
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    UnkeyedReader(cursor: try WireCursor(next().deeper, .unkeyed))
  }

  mutating func superDecoder() throws -> any Decoder { ValueDecoder(try next().deeper) }

  /// The next value; goes on behind it.
  private mutating func next() throws -> WirePlace {
    try requireValue()
    let place = cursor.place
    try cursor.place.reader.skip()
    currentIndex += 1
    return place
  }

  private func requireValue() throws(MessageError) {
    if try cursor.place.reader.peekTag() == .end {
      throw MessageError("a container has fewer values than were asked for")
    }
  }
}

private struct SingleReader: SingleValueDecodingContainer {
  let place: WirePlace
  let codingPath: [any CodingKey] = []

  func decodeNil() -> Bool { (try? place.reader.peekTag()) == .nil }

  func decode(_ type: Bool.Type) throws -> Bool { try with { try $0.readBool() } }
  func decode(_ type: Float.Type) throws -> Float { try with { try $0.readFloat() } }
  func decode(_ type: Double.Type) throws -> Double { try with { try $0.readDouble() } }
  func decode(_ type: String.Type) throws -> String { try with { try $0.decode(type) } }
  func decode(_ type: Int.Type) throws -> Int { try with { try $0.readInteger(type) } }
  func decode(_ type: Int8.Type) throws -> Int8 { try with { try $0.readInteger(type) } }
  func decode(_ type: Int16.Type) throws -> Int16 { try with { try $0.readInteger(type) } }
  func decode(_ type: Int32.Type) throws -> Int32 { try with { try $0.readInteger(type) } }
  func decode(_ type: Int64.Type) throws -> Int64 { try with { try $0.readInteger(type) } }
  func decode(_ type: Int128.Type) throws -> Int128 { try with { try $0.readInteger(type) } }
  func decode(_ type: UInt.Type) throws -> UInt { try with { try $0.readInteger(type) } }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try with { try $0.readInteger(type) } }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try with { try $0.readInteger(type) } }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try with { try $0.readInteger(type) } }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try with { try $0.readInteger(type) } }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try with { try $0.readInteger(type) } }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try with { try $0.decode(type) }
  }

  private func with<Value>(_ read: (inout WirePlace) throws -> Value) throws -> Value {
    var place = place
    return try read(&place)
  }
}
