/// Writes a value and everything in it.
///
/// Containers of Swift's coding have no end that could be seen. A container ends when the value that
/// asked for it has been written, or when something is written into a container around it. `open` are
/// those that have not ended, the innermost last; a container that has ended takes nothing any more.
final class ValueEncoder: Encoder {
  var writer: WireWriter
  private var keys: [String: UInt16] = [:]
  // Each container has a number of its own.
  private var open: [Int] = []
  private var containers = 0
  // Of calls that cannot throw.
  private var failure: (any Error)?

  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  /// - Parameter arena: Where to put what becomes large.
  init(arena: Arena? = nil) {
    writer = WireWriter(arena: arena)
  }

  /// Writes `value`.
  func encode<Value: Encodable>(_ value: Value) throws {
    if writeDirectly(value) { return }
    guard open.count < Wire.depthLimit else { throw MessageError.tooDeep }
    let outside = open.count
    let before = writer.count
    try value.encode(to: self)
    // Some types have nothing to write.
    if writer.count == before { writer.write(.nil) }
    close(downTo: outside)
    if let failure { throw failure }
  }

  /// Writes values whose form is known, without asking them.
  private func writeDirectly<Value: Encodable>(_ value: Value) -> Bool {
    switch TypeForm(of: Value.self) {
    case .raw:
      unsafe withUnsafeBytes(of: value) { bytes in
        unsafe writer.writeRaw(bytes, stride: MemoryLayout<Value>.size)
      }
      return true
    case .array: return (value as? any RawArray)?.writeRaw(to: &writer) ?? false
    case .string:
      guard let string = value as? String else { return false }
      writer.write(.string)
      writer.write(string)
      return true
    // Single numbers keep tags of their own, so that they can be read as another type of number.
    case .number, .other: return false
    }
  }

  func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedWriter(encoder: self, container: begin(.keyed)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    UnkeyedWriter(encoder: self, container: begin(.unkeyed))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleWriter(encoder: self)
  }

  fileprivate func begin(_ tag: Wire.Tag) -> Int {
    writer.write(tag)
    containers += 1
    open.append(containers)
    return containers
  }

  /// Begins a container inside another one, where errors cannot be thrown: they are kept for the end.
  fileprivate func nested(_ tag: Wire.Tag, in container: Int, _ key: (any CodingKey)?) -> Int {
    do {
      try enter(container)
      if let key { try write(key) }
      if open.count >= Wire.depthLimit { throw MessageError.tooDeep }
    } catch {
      failure = failure ?? error
    }
    return begin(tag)
  }

  /// Lets another part of the value write what comes next.
  fileprivate func superEncoder(in container: Int, _ key: (any CodingKey)?) -> ValueEncoder {
    do {
      try enter(container)
      if let key { try write(key) }
    } catch {
      failure = failure ?? error
    }
    return self
  }

  /// Ends all containers inside `container`.
  fileprivate func enter(_ container: Int) throws {
    guard let place = open.lastIndex(of: container) else {
      throw MessageError(
        "a nested container was written to after the one around it went on; write one after the other"
      )
    }
    close(downTo: place + 1)
  }

  private func close(downTo count: Int) {
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
