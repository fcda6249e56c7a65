/// Paths as the system has them: bytes, of which only some are text.
///
/// A name on a Unix system is any sequence of bytes without a slash and a zero. Most are UTF-8;
/// `String(decoding: path, as: UTF8.self)` shows those as they are, and others approximately.
public struct PathList: Hashable, Sendable {
  /// The paths, each with a zero at its end.
  public private(set) var bytes: [UInt8] = []
  /// How many paths there are.
  public private(set) var count = 0

  /// No paths.
  public init() {}

  /// The paths, each with `terminator` at its end instead of a zero.
  public func bytes(terminatedBy terminator: UInt8) -> [UInt8] {
    bytes.map { $0 == 0 ? terminator : $0 }
  }

  /// Adds the path `start` and, behind it, `name`, which has a zero at its end.
  mutating func append(_ start: [UInt8], _ name: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: start)
    unsafe bytes.append(contentsOf: name)
    count += 1
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    count = 0
  }
}

extension PathList: Sequence {
  /// Goes through the paths.
  public struct Iterator: IteratorProtocol {
    fileprivate var rest: ArraySlice<UInt8>

    /// The next path, without a zero.
    public mutating func next() -> ArraySlice<UInt8>? {
      guard let end = rest.firstIndex(of: 0) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return rest[..<end]
    }
  }

  /// The first path comes first.
  public func makeIterator() -> Iterator { Iterator(rest: bytes[...]) }
}
