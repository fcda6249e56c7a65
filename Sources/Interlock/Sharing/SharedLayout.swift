/// What stands at the beginning of shared memory that has something typed in it.
///
/// It is written once, before the memory is handed to anybody, and compared by whoever opens it.
struct SharedLayout: Equatable {
  /// What is in the memory.
  enum Kind: UInt32 {
    case array = 1
    case family, members, value, lock, condition, semaphore, barrier, waitGroup, event, queue,
      arbitrator
  }

  /// How many bytes are for the layout; what follows is aligned for everything.
  static let size = 64
  /// "INTERLCK", and the version of all layouts.
  private static let magic: UInt64 = 0x4B43_4C52_4554_4E49
  private static let version: UInt32 = 1

  private let mark = Self.magic
  private let version = Self.version
  private let kind: UInt32
  private let stride: Int64
  private let count: Int64
  private let type: UInt64

  /// For `count` elements of a type.
  init<Element>(_ kind: Kind, of type: Element.Type, count: Int) {
    self.kind = kind.rawValue
    stride = Int64(MemoryLayout<Element>.stride)
    self.count = Int64(count)
    self.type = Self.hash(Self.name(of: type))
  }

  /// A name that is the same in every process of a program.
  ///
  /// That of a private type has the address of its context in it.
  private static func name(of type: Any.Type) -> String {
    let name = String(reflecting: type)
    let mark = "(unknown context at $"
    var rest = name[...]
    var kept = ""
    while let start = rest.firstRange(of: mark)?.lowerBound,
      let end = rest[start...].firstIndex(of: ")")
    {
      kept += rest[..<start]
      rest = rest[rest.index(after: end)...]
    }
    return kept + rest
  }

  /// The same text has the same hash in every process (FNV-1a, 64 bits).
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// How many bytes the whole takes.
  static func byteCount<Element>(of type: Element.Type, count: Int) -> Int? {
    let (bytes, isTooLarge) = MemoryLayout<Element>.stride.multipliedReportingOverflow(by: count)
    let (sum, isSumTooLarge) = bytes.addingReportingOverflow(size)
    return isTooLarge || isSumTooLarge ? nil : sum
  }
}

extension SharedMemory {
  /// Makes memory with a layout at its beginning.
  convenience init<Element>(
    _ kind: SharedLayout.Kind,
    of type: Element.Type,
    count: Int
  ) throws(SharingError) {
    precondition(MemoryLayout<SharedLayout>.size <= SharedLayout.size)
    guard let size = SharedLayout.byteCount(of: type, count: count) else {
      throw SharingError(.cannotCreate, "\(count) elements of type \(type) are too many")
    }
    try self.init(byteCount: size)
    unsafe base.storeBytes(
      of: SharedLayout(kind, of: type, count: count),
      as: SharedLayout.self
    )
  }

  /// How many elements there are, if this is memory with that layout.
  ///
  /// - Throws: ``SharingError`` if it is not.
  func count<Element>(
    _ kind: SharedLayout.Kind,
    of type: Element.Type
  ) throws(SharingError) -> Int {
    let bytes = byteCount - SharedLayout.size
    let stride = MemoryLayout<Element>.stride
    guard bytes >= 0, bytes % stride == 0 else {
      throw SharingError(.mismatch, "\(byteCount) bytes are no elements of type \(type)")
    }
    let count = bytes / stride
    guard
      unsafe base.load(as: SharedLayout.self) == SharedLayout(kind, of: type, count: count)
    else {
      throw SharingError(.mismatch, "the memory is not that of elements of type \(type)")
    }
    return count
  }

  /// Makes memory with a layout at its beginning, and some bytes behind it for something of a type.
  convenience init<Content>(
    _ kind: SharedLayout.Kind,
    of type: Content.Type,
    bytes: Int
  ) throws(SharingError) {
    try self.init(byteCount: SharedLayout.size + bytes)
    unsafe base.storeBytes(of: SharedLayout(kind, of: type, count: bytes), as: SharedLayout.self)
  }

  /// - Throws: ``SharingError`` if this is not memory with that layout.
  func check<Content>(
    _ kind: SharedLayout.Kind,
    of type: Content.Type,
    bytes: Int
  ) throws(SharingError) {
    guard byteCount == SharedLayout.size + bytes,
      unsafe base.load(as: SharedLayout.self) == SharedLayout(kind, of: type, count: bytes)
    else {
      throw SharingError(.mismatch, "the memory is not that of a \(kind)")
    }
  }

  /// Where the elements are.
  var elements: UnsafeMutableRawPointer { unsafe base + SharedLayout.size }
}
