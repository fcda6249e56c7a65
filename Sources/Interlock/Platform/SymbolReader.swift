import CInterlock
internal import Runtime

/// Finds the places of the source code that return addresses mean.
///
/// The standard library's `Backtrace` can do so, but only for a stack that it took itself, or one that
/// was stored. So the addresses are given the form in which it is stored, together with the file that they
/// are from: to find that out itself `Backtrace` would read all that is mapped into memory, and crash if
/// another thread unmaps something meanwhile. To find a line takes it long in a
/// large program, so each address is looked up once, and those inside of Interlock by their names only.
enum SymbolReader {
  private static let known = Guarded<[UInt: [CodePlace]]>([:])

  /// The places, innermost first, without those inside of Interlock, its checker and the system.
  ///
  /// - Returns: None if they cannot be found out.
  static func places(of addresses: [UInt]) -> [CodePlace] {
    preferringFiles(addresses.lazy.map(places))
  }

  /// The innermost of the places.
  static func firstPlace(of addresses: [UInt]) -> CodePlace? {
    for address in addresses {
      if let place = places(at: address).first(where: { $0.file != nil }) { return place }
    }
    return places(of: addresses).first
  }

  /// The places of one address: functions that the compiler has put into others have one each.
  private static func places(at address: UInt) -> [CodePlace] {
    if let places = known.withLock({ $0[address] }) { return places }
    let places = read(address)
    known.withLock { $0[address] = places }
    return places
  }

  private static func read(_ address: UInt) -> [CodePlace] {
    guard let image = ProgramImage(at: address),
      let backtrace = try? Backtrace(from: StoredBacktrace(of: [address], in: image)),
      let name = backtrace.symbolicated(options: [.useSymbolCache])?.frames.first?.symbol?.rawName,
      !isOwn(name),
      let frames = backtrace.symbolicated()?.frames
    else { return [] }
    let places = frames.compactMap { frame -> CodePlace? in
      guard let symbol = frame.symbol, !frame.isSystem, !frame.isSwiftThunk else { return nil }
      return place(of: symbol)
    }
    return preferringFiles([places])
  }

  /// Functions without a file are those of libraries, unless the whole program is without.
  private static func preferringFiles(_ groups: some Sequence<[CodePlace]>) -> [CodePlace] {
    let places = groups.flatMap { $0 }
    let known = places.filter { $0.file != nil }
    return known.isEmpty ? places : known
  }

  private static func place(of symbol: SymbolicatedBacktrace.Symbol) -> CodePlace? {
    let location = symbol.sourceLocation
    // The compiler's own functions have line 0.
    let isKnown = location.map { $0.line > 0 } ?? false
    guard location == nil || isKnown else { return nil }
    let isOurs = location.map { isOwn(path: $0.path) } ?? isOwn(symbol.rawName)
    if isOurs { return nil }
    // Into a copy of ours the compiler may have put the closure that it was given: the line is in that.
    let isCopyOfOurs = isOwn(symbol.rawName)
    return CodePlace(
      function: isCopyOfOurs ? "" : symbol.name,
      file: location?.path,
      line: location?.line
    )
  }

  /// Whether a symbol is of one of the libraries that users call.
  private static func isOwn(_ symbol: String) -> Bool {
    symbol.hasPrefix("$s9Interlock") || symbol.hasPrefix("$s16InterlockChecker")
  }

  /// Whether a file is of one of them.
  private static func isOwn(path: String) -> Bool {
    ["Interlock", "InterlockChecker", "CInterlock", "CInterlockHooks"].contains {
      path.contains("/Sources/\($0)/")
    }
  }
}

/// A stack in the form in which `Backtrace` stores it.
private struct StoredBacktrace: Decoder {
  let fields: [String: String]

  init(of addresses: [UInt], in image: ProgramImage) {
    #if arch(arm64)
    let architecture = "aarch64"
    #else
    let architecture = "x86_64"
    #endif
    fields = [
      "architecture": architecture,
      "backtrace": Self.base64(Self.compact(addresses)),
      "imageMap": Self.base64(Self.compact(image)),
    ]
  }

  /// The format's bytes: words of 64 bits; for each address the bytes of the difference from the one
  /// before, and the end.
  private static func compact(_ addresses: [UInt]) -> [UInt8] {
    let (wide, returnAddress, end) = (UInt8(0x02), UInt8(0x20), UInt8(0x00))
    var bytes = [wide]
    var last: UInt = 0
    for address in addresses {
      let difference = Int64(bitPattern: UInt64(address &- last))
      last = address
      // As few as keep the sign.
      let sign = difference >> 63
      let kept = (1..<8).first { difference >> (8 * $0 - 1) == sign } ?? 8
      bytes.append(returnAddress | UInt8(kept - 1))
      for place in (0..<kept).reversed() {
        bytes.append(UInt8(truncatingIfNeeded: difference >> (8 * place)))
      }
    }
    return bytes + [end]
  }

  /// The format's bytes for a map with one file: words of 64 bits, a name for the system, how many files,
  /// and for each the number of bytes of where it is and of how long it is, those, the number of its build,
  /// and its path in parts of at most 63 bytes, with a zero at the end.
  private static func compact(_ image: ProgramImage) -> [UInt8] {
    let system = Array("Linux".utf8)
    var bytes = [0x02, UInt8(system.count)] + system + [1]
    bytes.append(7 << 3 | 7)
    for word in [image.start, image.end &- image.start] {
      for place in (0..<8).reversed() {
        bytes.append(UInt8(truncatingIfNeeded: word >> (8 * place)))
      }
    }
    bytes.append(UInt8(image.build.count))
    bytes += image.build
    for start in stride(from: 0, to: image.path.count, by: 63) {
      let part = image.path[start..<min(start + 63, image.path.count)]
      bytes.append(UInt8(part.count))
      bytes += part
    }
    return bytes + [0]
  }

  /// Base 64 without padding.
  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = 0
      for place in 0..<3 {
        bits = bits << 8 | (place < group.count ? Int(group[start + place]) : 0)
      }
      for place in 0...group.count { text.append(digits[(bits >> (18 - 6 * place)) & 63]) }
    }
    return text
  }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(StoredFields(fields: fields))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw NotStored() }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw NotStored() }
}

/// What is asked for is not among what was stored.
private struct NotStored: Error {}

/// Texts under keys.
private struct StoredFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let fields: [String: String]

  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { fields.keys.compactMap(Key.init) }

  func contains(_ key: Key) -> Bool { fields[key.stringValue] != nil }
  func decodeNil(forKey key: Key) -> Bool { !contains(key) }

  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    guard let text = fields[key.stringValue] else { throw NotStored() }
    return text
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    guard let value = fields[key.stringValue] as? Value else { throw NotStored() }
    return value
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    throw NotStored()
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    throw NotStored()
  }

  func superDecoder() throws -> any Decoder { throw NotStored() }
  func superDecoder(forKey key: Key) throws -> any Decoder { throw NotStored() }
}

/// The executable, or a library that is loaded.
private struct ProgramImage {
  let start: UInt
  let end: UInt
  let path: [UInt8]
  /// What tells builds of the file apart.
  let build: [UInt8]

  /// The one that an address of code is in.
  init?(at address: UInt) {
    var image = interlock_image()
    guard unsafe interlock_image_with_path_of(UnsafeRawPointer(bitPattern: address), &image),
      image.path_length > 0
    else { return nil }
    start = image.bias
    end = image.code_end
    path = unsafe withUnsafeBytes(of: image.path) {
      unsafe Array($0.prefix(Int(image.path_length)))
    }
    build = unsafe withUnsafeBytes(of: image.build_identifier) {
      unsafe Array($0.prefix(Int(image.build_identifier_size)))
    }
  }
}
