/// Reads the parts of values, believing nothing.
@safe
struct WireReader {
  // SAFETY: whoever makes a reader keeps the bytes alive while it is used. Every access is checked
  // against their count.
  let bytes: UnsafeRawBufferPointer
  private(set) var position = 0
  /// The keys of the message so far.
  private let keys = WireKeys()
  /// What came along with the message.
  let passed: PassedDescriptors?

  init(_ bytes: UnsafeRawBufferPointer, passed: PassedDescriptors? = nil) {
    unsafe self.bytes = bytes
    self.passed = passed
  }

  var isAtEnd: Bool { unsafe position >= bytes.count }

  mutating func read<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(MessageError) -> Number {
    let size = MemoryLayout<Number>.size
    guard unsafe bytes.count - position >= size else { throw .truncated }
    defer { position += size }
    return unsafe Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
  }

  mutating func readTag() throws(MessageError) -> Wire.Tag {
    let byte = try read(UInt8.self)
    guard let tag = Wire.Tag(rawValue: byte) else { throw MessageError("there is no tag \(byte)") }
    return tag
  }

  /// Reads a tag if it is this one.
  mutating func readTag(_ tag: Wire.Tag) throws(MessageError) -> Bool {
    guard try peekTag() == tag else { return false }
    position += 1
    return true
  }

  func peekTag() throws(MessageError) -> Wire.Tag {
    var copy = self
    return try copy.readTag()
  }

  mutating func readString() throws(MessageError) -> String {
    let bytes = unsafe try take(Int(read(UInt32.self)))
    guard let string = unsafe String(validating: bytes, as: UTF8.self) else {
      throw MessageError("a text is not valid UTF-8")
    }
    return string
  }

  /// The bytes of elements of `stride` bytes each, after their tag.
  mutating func readRaw(
    stride: Int,
    as type: Any.Type
  ) throws(MessageError) -> UnsafeRawBufferPointer {
    let tag = try readTag()
    guard tag == .raw else { throw .expected(type, butFound: "\(tag)") }
    let found = try read(UInt32.self)
    guard found == stride else { throw .expected(type, butFound: "elements of \(found) bytes") }
    return unsafe try take(size(count: read(UInt64.self), stride: stride))
  }

  /// Passes over the next value, whatever it is.
  mutating func skip() throws(MessageError) {
    // How many containers are open: no recursion, for the bytes decide how deep they are nested.
    var depth = 0
    repeat {
      let tag = try peekTag()
      if tag == .newKey || tag == .oldKey {
        // A key belongs to the value that follows.
        guard depth > 0 else { throw MessageError("there is a key outside a container") }
        _ = try readKey()
        continue
      }
      position += 1
      switch tag {
      case .nil, .false, .true, .newKey, .oldKey: break
      case .signed, .unsigned, .double: _ = unsafe try take(8)
      case .signedWide, .unsignedWide: _ = unsafe try take(16)
      case .float: _ = unsafe try take(4)
      case .string: _ = unsafe try take(Int(read(UInt32.self)))
      case .raw:
        let stride = Int(try read(UInt32.self))
        _ = unsafe try take(size(count: read(UInt64.self), stride: stride))
      case .keyed, .unkeyed: depth += 1
      case .end: depth -= 1
      }
      if depth < 0 { throw MessageError("a container ends that has not begun") }
    } while depth > 0
  }

  /// Passes over what is left of a container, and its end.
  mutating func skipToEnd(of container: Wire.Tag) throws(MessageError) {
    while try !readTag(.end) {
      if container == .keyed { _ = try readKey() }
      try skip()
    }
  }

  /// Reads the key in front of a value.
  mutating func readKey() throws(MessageError) -> String {
    let start = position
    switch try readTag() {
    case .newKey:
      let key = try readString()
      keys.note(key, at: start)
      return key
    case .oldKey: return try keys[read(UInt16.self)]
    default: throw MessageError("a value in a keyed container has no key")
    }
  }

  private func size(count: UInt64, stride: Int) throws(MessageError) -> Int {
    let (size, isTooLarge) = Int(clamping: count).multipliedReportingOverflow(by: stride)
    guard !isTooLarge else { throw .truncated }
    return size
  }

  private mutating func take(_ count: Int) throws(MessageError) -> UnsafeRawBufferPointer {
    guard count >= 0, unsafe bytes.count - position >= count else { throw .truncated }
    defer { position += count }
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
  }
}

/// The keys of a message, in the order in which they come first.
///
/// Invariant: everything before a key that refers to an earlier one was passed over once at least.
final class WireKeys {
  private var keys: [String] = []
  /// Where the last one is; what comes before may be passed over again, and is known.
  private var end = -1

  func note(_ key: String, at position: Int) {
    guard position > end else { return }
    end = position
    // The writer numbers no more than these.
    if keys.count < Int(UInt16.max) { keys.append(key) }
  }

  subscript(number: UInt16) -> String {
    get throws(MessageError) {
      guard number < keys.count else { throw MessageError("there is no key \(number)") }
      return keys[Int(number)]
    }
  }
}
