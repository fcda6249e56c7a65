import Glibc

/// Memory for lines, which grows where a line is longer than expected.
@safe
struct LineBuffer: ~Copyable {
  // SAFETY: allocated in `init`, replaced in `reserve`, freed in `deinit`, and handed out for reading
  // only while this value is borrowed. The first `count` bytes have been written.
  private var memory: UnsafeMutableRawBufferPointer
  /// How many bytes it has.
  private(set) var count = 0

  init(capacity: Int) {
    unsafe memory = .allocate(byteCount: max(capacity, 1), alignment: 1)
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// Makes room for so many bytes more.
  private mutating func reserve(_ space: Int) {
    guard unsafe memory.count - count < space else { return }
    let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(count + space, 2 * memory.count),
      alignment: 1
    )
    unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    unsafe memory.deallocate()
    unsafe memory = larger
  }

  /// Appends what `read` reads into the memory that it is given.
  ///
  /// - Returns: What it returns: how many bytes these are, if it has read any.
  mutating func append(
    atMost limit: Int,
    _ read: (UnsafeMutableRawBufferPointer) throws(SystemError) -> Int?
  ) throws(SystemError) -> Int? {
    reserve(limit)
    let space = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + limit])
    let size = try unsafe read(space)
    count += size ?? 0
    return size
  }

  /// Ends the last line, if there is one that has no end.
  mutating func endLine() {
    guard count > 0, unsafe memory[count - 1] != UInt8(ascii: "\n") else { return }
    reserve(1)
    unsafe memory[count] = UInt8(ascii: "\n")
    count += 1
  }

  /// Forgets everything from `place` on.
  mutating func truncate(to place: Int) { count = place }

  /// Forgets the first bytes.
  mutating func removeFirst(_ size: Int) {
    guard size > 0 else { return }
    unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[size..<count]))
    count -= size
  }

  /// Where the first line begins that begins behind `place`.
  func lineStart(after place: Int) -> Int? {
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: memory[place..<count])
    guard let start = bytes.baseAddress,
      let found = unsafe memchr(start, Int32(UInt8(ascii: "\n")), bytes.count)
    else { return nil }
    return unsafe place + (UnsafeRawPointer(found) - start) + 1
  }

  /// Where the last line begins, which has no end yet: `count` if all lines have.
  func lastLineStart(from place: Int = 0) -> Int {
    var start = count
    while start > place, unsafe memory[start - 1] != UInt8(ascii: "\n") { start -= 1 }
    return start
  }

  /// Lends a part of the bytes.
  func withBytes<Result>(
    _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    unsafe body(UnsafeRawBufferPointer(rebasing: memory[range]).assumingMemoryBound(to: UInt8.self))
  }
}
