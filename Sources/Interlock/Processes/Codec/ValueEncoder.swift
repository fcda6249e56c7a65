/// Writes a value and everything in it.
///
/// Containers of Swift's coding have no end that could be seen. A container ends when the value that
/// asked for it has been written, or when something is written into a container around it. `open` are
/// those that have not ended, the innermost last; a container that has ended takes nothing any more.
final class ValueEncoder: Encoder {
  var writer: WireWriter
  private var keys: [String: UInt16] = [:]
  private var open: [OpenContainer] = []
  private var containers = 0
  // How many containers are around the value that is being written.
  private var outside = 0
  // How many values are around what comes next, as the decoder counts them.
  fileprivate private(set) var depth = 0
  // Where the value of a super encoder belongs, as long as nothing is there.
  private var gap: Int?
  // The first: of calls that cannot throw, and of values that were given up half written.
  private var failure: (any Error)?

  let codingPath: [any CodingKey] = []
  /// What goes along with the message.
  private var passedDescriptors: PassedDescriptors?

  /// - Parameter arena: Where to write, if not to memory of its own.
  init(arena: Arena? = nil) {
    writer = WireWriter(arena: arena)
  }

  var userInfo: [CodingUserInfoKey: Any] {
    let passed = passedDescriptors ?? PassedDescriptors()
    passedDescriptors = passed
    return [PassedDescriptors.key: passed]
  }

  /// The descriptors that go along with the message.
  var descriptors: [Int32] { passedDescriptors?.descriptors ?? [] }

  /// Writes `value`.
  func encode<Value: Encodable>(_ value: Value) throws {
    if try writeDirectly(value) {
      if let failure = writer.failure { throw failure }
      return
    }
    guard depth < Wire.depthLimit else { throw MessageError.tooDeep }
    let around = (depth, outside)
    depth += 1
    outside = open.count
    let before = writer.count
    do {
      try value.encode(to: self)
    } catch {
      // Whoever catches this cannot go on: half a value is in the message.
      failure = failure ?? error
    }
    // Some types have nothing to write. They are not `nil`: an optional one could be.
    if writer.count == before { writeEmpty() }
    close(downTo: outside)
    (depth, outside) = around
    if let failure = failure ?? writer.failure { throw failure }
  }

  /// Writes an array of these elements, of which somebody knows whether their bytes are their values.
  func encode<Element: Encodable>(elements: ArraySlice<Element>, areRaw: Bool) throws {
    guard areRaw else { return try encode(Array(elements)) }
    unsafe elements.withUnsafeBytes { bytes in
      unsafe writer.writeRaw(bytes, stride: MemoryLayout<Element>.stride)
    }
    if let failure = writer.failure { throw failure }
  }

  private func writeEmpty() {
    writer.write(.keyed)
    writer.write(.end)
  }

  /// Writes values whose form is known, without asking them.
  private func writeDirectly<Value: Encodable>(_ value: Value) throws(MessageError) -> Bool {
    switch TypeForm(of: Value.self) {
    case .raw:
      unsafe withUnsafeBytes(of: value) { bytes in
        unsafe writer.writeRaw(bytes, stride: MemoryLayout<Value>.size)
      }
      return true
    case .array: return (value as? any RawArray)?.writeRaw(to: &writer) ?? false
    case .string:
      guard let string = value as? String else { return false }
      guard string.utf8.count <= UInt32.max else {
        throw MessageError("a text has more than \(UInt32.max) bytes; send an array of UInt8")
      }
      writer.write(.string)
      writer.write(string)
      return true
    // Single numbers keep tags of their own, so that they can be read as another type of number.
    case .number, .other: return false
    }
  }

  func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedWriter(encoder: self, container: own(.keyed)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    UnkeyedWriter(encoder: self, container: own(.unkeyed))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleWriter(encoder: self)
  }

  /// The container of the value that is being written.
  ///
  /// A class and the one it inherits from may both ask for it, and share it.
  private func own(_ tag: Wire.Tag) -> Int {
    guard outside < open.count else { return begin(tag) }
    return again(open[outside].number, tag)
  }

  /// A container that is asked for once more.
  fileprivate func again(_ container: Int, _ tag: Wire.Tag) -> Int {
    if let place = open.lastIndex(where: { $0.number == container }), open[place].tag != tag {
      failure = failure ?? MessageError("a value asked for containers of both kinds")
    }
    return container
  }

  fileprivate func begin(_ tag: Wire.Tag) -> Int {
    writer.write(tag)
    containers += 1
    open.append(OpenContainer(number: containers, tag: tag, depth: depth))
    return containers
  }

  /// Begins a container inside another one, where errors cannot be thrown: they are kept for the end.
  fileprivate func nested(_ tag: Wire.Tag, in container: Int, _ key: (any CodingKey)?) -> Int {
    attempt {
      try enter(container)
      if let key { try write(key) }
      try goDeeper()
    }
    return begin(tag)
  }

  /// Lets another part of the value write what comes next.
  fileprivate func superEncoder(in container: Int, _ key: (any CodingKey)?) -> SuperEncoder {
    attempt {
      try enter(container)
      if let key { try write(key) }
      try goDeeper()
    }
    gap = writer.count
    return SuperEncoder(encoder: self, place: writer.count, depth: depth)
  }

  /// Goes back to where the value of a super encoder belongs.
  fileprivate func enter(_ part: SuperEncoder) {
    attempt {
      guard gap == part.place, part.place == writer.count else { throw MessageError.outOfOrder }
    }
    depth = part.depth
  }

  /// Ends all containers inside `container`.
  fileprivate func enter(_ container: Int) throws(MessageError) {
    guard let place = open.lastIndex(where: { $0.number == container }) else {
      throw .outOfOrder
    }
    close(downTo: place + 1)
    depth = open[place].depth
  }

  private func goDeeper() throws(MessageError) {
    guard depth < Wire.depthLimit else { throw .tooDeep }
    depth += 1
  }

  private func attempt(_ body: () throws -> Void) {
    do { try body() } catch { failure = failure ?? error }
  }

  private func close(downTo count: Int) {
    if gap == writer.count { writeEmpty() }
    gap = nil
    while open.count > count {
      writer.write(.end)
      open.removeLast()
    }
  }

  fileprivate func write(_ key: any CodingKey) throws {
    let name = key.stringValue
    if let number = keys[name] {
      writer.write(.oldKey)
      writer.write(number)
    } else {
      // Beyond that keys are written in full each time.
      if keys.count < Int(UInt16.max) { keys[name] = UInt16(keys.count) }
      writer.write(.newKey)
      writer.write(name)
    }
  }
}

// Numbers and the like.
extension ValueEncoder {
  fileprivate func write(_ value: Bool) { writer.write(value ? .true : .false) }

  fileprivate func write(_ value: Float) {
    writer.write(.float)
    writer.write(value.bitPattern)
  }

  fileprivate func write(_ value: Double) {
    writer.write(.double)
    writer.write(value.bitPattern)
  }

  fileprivate func write<Number: SignedInteger & FixedWidthInteger>(_ value: Number) {
    if let narrow = Int64(exactly: value) {
      writer.write(.signed)
      writer.write(narrow)
    } else {
      writer.write(.signedWide)
      writer.write(Int128(value))
    }
  }

  fileprivate func write<Number: UnsignedInteger & FixedWidthInteger>(_ value: Number) {
    if let narrow = UInt64(exactly: value) {
      writer.write(.unsigned)
      writer.write(narrow)
    } else {
      writer.write(.unsignedWide)
      writer.write(UInt128(value))
    }
  }
}

/// A container that takes values.
private struct OpenContainer {
  /// Every container has one of its own.
  let number: Int
  let tag: Wire.Tag
  /// How many values are around those in it.
  let depth: Int
}

/// Writes the part of a value that its class inherits.
private final class SuperEncoder: Encoder {
  let encoder: ValueEncoder
  /// Where the part belongs in the message.
  let place: Int
  let depth: Int
  private var container: Int?

  let codingPath: [any CodingKey] = []
  var userInfo: [CodingUserInfoKey: Any] { encoder.userInfo }

  init(encoder: ValueEncoder, place: Int, depth: Int) {
    self.encoder = encoder
    self.place = place
    self.depth = depth
  }

  func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedWriter(encoder: encoder, container: begin(.keyed)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    UnkeyedWriter(encoder: encoder, container: begin(.unkeyed))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    encoder.enter(self)
    return SingleWriter(encoder: encoder)
  }

  private func begin(_ tag: Wire.Tag) -> Int {
    if let container { return encoder.again(container, tag) }
    encoder.enter(self)
    let number = encoder.begin(tag)
    container = number
    return number
  }
}

private struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: ValueEncoder
  let container: Int
  let codingPath: [any CodingKey] = []

  private func begin(_ key: any CodingKey) throws {
    try encoder.enter(container)
    try encoder.write(key)
  }

  func encodeNil(forKey key: Key) throws {
    try begin(key)
    encoder.writer.write(.nil)
  }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    try begin(key)
    try encoder.encode(value)
  }

  // Unlike those for other numbers, these have defaults, which throw.
  func encode(_ value: Int128, forKey key: Key) throws {
    try begin(key)
    encoder.write(value)
  }

  func encode(_ value: UInt128, forKey key: Key) throws {
    try begin(key)
    encoder.write(value)
  }

  func nestedContainer<Nested>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    KeyedEncodingContainer(KeyedWriter<Nested>(encoder: encoder, container: nested(.keyed, key)))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    UnkeyedWriter(encoder: encoder, container: nested(.unkeyed, key))
  }

  func superEncoder() -> any Encoder { encoder.superEncoder(in: container, SuperKey()) }

  func superEncoder(forKey key: Key) -> any Encoder { encoder.superEncoder(in: container, key) }

  private func nested(_ tag: Wire.Tag, _ key: Key) -> Int {
    encoder.nested(tag, in: container, key)
  }
}

private struct UnkeyedWriter: UnkeyedEncodingContainer {
  let encoder: ValueEncoder
  let container: Int
  let codingPath: [any CodingKey] = []
  private(set) var count = 0

  init(encoder: ValueEncoder, container: Int) {
    self.encoder = encoder
    self.container = container
  }

  mutating func encodeNil() throws {
    try encoder.enter(container)
    encoder.writer.write(.nil)
    count += 1
  }

  mutating func encode<Value: Encodable>(_ value: Value) throws {
    try encoder.enter(container)
    try encoder.encode(value)
    count += 1
  }

  mutating func encode(_ value: Int128) throws {
    try encoder.enter(container)
    encoder.write(value)
    count += 1
  }

  mutating func encode(_ value: UInt128) throws {
    try encoder.enter(container)
    encoder.write(value)
    count += 1
  }

  mutating func nestedContainer<Nested>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    count += 1
    let nested = encoder.nested(.keyed, in: container, nil)
    return KeyedEncodingContainer(KeyedWriter<Nested>(encoder: encoder, container: nested))
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    count += 1
    return UnkeyedWriter(
      encoder: encoder,
      container: encoder.nested(.unkeyed, in: container, nil)
    )
  }

  mutating func superEncoder() -> any Encoder {
    count += 1
    return encoder.superEncoder(in: container, nil)
  }
}

private struct SingleWriter: SingleValueEncodingContainer {
  let encoder: ValueEncoder
  let codingPath: [any CodingKey] = []

  func encodeNil() { encoder.writer.write(.nil) }
  func encode(_ value: Bool) { encoder.write(value) }
  func encode(_ value: String) throws { try encoder.encode(value) }
  func encode(_ value: Double) { encoder.write(value) }
  func encode(_ value: Float) { encoder.write(value) }
  func encode(_ value: Int) { encoder.write(value) }
  func encode(_ value: Int8) { encoder.write(value) }
  func encode(_ value: Int16) { encoder.write(value) }
  func encode(_ value: Int32) { encoder.write(value) }
  func encode(_ value: Int64) { encoder.write(value) }
  func encode(_ value: Int128) { encoder.write(value) }
  func encode(_ value: UInt) { encoder.write(value) }
  func encode(_ value: UInt8) { encoder.write(value) }
  func encode(_ value: UInt16) { encoder.write(value) }
  func encode(_ value: UInt32) { encoder.write(value) }
  func encode(_ value: UInt64) { encoder.write(value) }
  func encode(_ value: UInt128) { encoder.write(value) }
  func encode<Value: Encodable>(_ value: Value) throws { try encoder.encode(value) }
}

/// The key under which a class writes what it inherits.
struct SuperKey: CodingKey {
  let stringValue = "super"
  let intValue: Int? = nil

  init() {}
  init?(stringValue: String) {}
  init?(intValue: Int) { nil }
}
