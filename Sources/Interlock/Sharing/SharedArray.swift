/// An array whose elements processes share.
///
/// Handed to a worker's function, it is no copy: what one process writes the others read. Use it for
/// much data that several processes work on, each on a part of its own, or one after the other.
///
///     let field = try SharedArray(repeating: 0.0, count: 1_000_000)
///     try pool.forEach(field.indices.split(into: 4).map { ($0, field) }) { part, field in
///       for index in part { field[index] = f(index) }
///     }
///
/// Elements are `BitwiseCopyable`: numbers, and structs and enums of such. Addresses are so, too, but mean
/// nothing in another process.
///
/// ## Ordering
///
/// None of its own: whoever reads what another process writes needs something that puts the two in an
/// order, such as the end of a call, a lock or a barrier.
///
/// ## Waiting
///
/// Nothing here waits.
///
/// ## Cost
///
/// An access is as one to an array. Handing it on costs some system calls, however large it is.
@safe
public struct SharedArray<Element: BitwiseCopyable & Sendable>: Sendable {
  /// How many elements there are.
  public let count: Int
  private let memory: SharedMemory

  // SAFETY: `memory` is as large as its layout says, which was checked, and keeps the elements mapped.
  @usableFromInline nonisolated(unsafe) let base: UnsafeMutablePointer<Element>

  private init(_ memory: SharedMemory, count: Int) {
    self.memory = memory
    self.count = count
    unsafe base = memory.elements.bindMemory(to: Element.self, capacity: count)
  }

  /// Makes an array of equal elements.
  ///
  /// - Throws: ``SharingError`` if the system has no memory for it.
  /// - Precondition: `count` is not negative.
  public init(repeating element: Element, count: Int) throws(SharingError) {
    unsafe try self.init(count: count) { buffer in unsafe buffer.initialize(repeating: element) }
  }

  /// Makes an array of copies of some elements.
  ///
  /// - Throws: ``SharingError`` if the system has no memory for it.
  public init(_ elements: some Collection<Element>) throws(SharingError) {
    unsafe try self.init(count: elements.count) { buffer in
      _ = unsafe buffer.initialize(from: elements)
    }
  }

  private init(
    count: Int,
    _ fill: (UnsafeMutableBufferPointer<Element>) -> Void
  ) throws(SharingError) {
    guard count >= 0 else { misuse("SharedArray(count: \(count)): it is not negative.") }
    self.init(try SharedMemory(.array, of: Element.self, count: count), count: count)
    unsafe fill(UnsafeMutableBufferPointer(start: base, count: count))
  }

  /// The element at a place.
  @inlinable
  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "SharedArray: the index is out of range")
      return unsafe base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "SharedArray: the index is out of range")
      unsafe base[index] = newValue
    }
  }

  /// Reads the elements without looking at each index.
  ///
  /// Nobody may change them meanwhile.
  @inlinable
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe UnsafeBufferPointer(start: base, count: count).span)
  }

  /// Changes the elements without looking at each index.
  ///
  /// Nobody else may read or change them meanwhile.
  @inlinable
  public func withMutableSpan<Result, Failure: Error>(
    _ body: (inout MutableSpan<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var span = unsafe UnsafeMutableBufferPointer(start: base, count: count).mutableSpan
    return try body(&span)
  }
}

extension SharedArray: RandomAccessCollection {
  /// The first place: 0.
  @inlinable public var startIndex: Int { 0 }
  /// The place behind the last element.
  @inlinable public var endIndex: Int { count }
}

extension SharedArray: Codable {
  /// Hands the array to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws {
    try memory.encode(to: encoder)
  }

  /// Takes an array that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is no array of such elements.
  public init(from decoder: any Decoder) throws {
    let memory = try SharedMemory(from: decoder)
    self.init(memory, count: try memory.count(.array, of: Element.self))
  }
}
