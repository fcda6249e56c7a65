/// Writes the parts of values one after the other, into memory that grows.
///
/// What becomes large goes on in an arena, if there is one, where the other process can read it.
@safe
struct WireWriter: ~Copyable {
  /// From how many bytes on the arena is used.
  static let arenaThreshold = 1 << 16

  // SAFETY: the arena's, or allocated in `init` and `grow` and freed in `deinit` and `moveToArena`;
  // `count` bytes of it are initialised.
  private var buffer: UnsafeMutableRawBufferPointer
  private(set) var count = 0
  private let arena: Arena?
  private(set) var isInArena = false

  init(capacity: Int = 256, arena: Arena? = nil) {
    unsafe buffer = .allocate(byteCount: capacity, alignment: 16)
    self.arena = arena
  }

  deinit {
    if !isInArena { unsafe buffer.deallocate() }
  }

  borrowing func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }

  mutating func write(_ tag: Wire.Tag) { write(tag.rawValue) }

  mutating func write<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
    let size = MemoryLayout<Number>.size
    reserve(size)
    unsafe buffer.storeBytes(of: number.littleEndian, toByteOffset: count, as: Number.self)
    count += size
  }

  mutating func write(_ string: String) {
    var string = string
    string.withUTF8 { bytes in
      write(UInt32(clamping: bytes.count))
      unsafe append(UnsafeRawBufferPointer(bytes))
    }
  }

  mutating func writeRaw(_ bytes: UnsafeRawBufferPointer, stride: Int) {
    write(.raw)
    write(UInt32(stride))
    write(UInt64(bytes.count / stride))
    unsafe append(bytes)
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
    count += bytes.count
  }

  private mutating func reserve(_ size: Int) {
    guard unsafe buffer.count - count < size else { return }
    let wanted = count + size
    if wanted > Self.arenaThreshold, moveToArena(wanted) { return }
    grow(to: wanted)
  }

  /// - Returns: `false` if there is no arena that has room.
  private mutating func moveToArena(_ wanted: Int) -> Bool {
    guard let arena, (try? arena.reserve(wanted)) != nil else { return false }
    if !isInArena {
      unsafe arena.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      unsafe buffer.deallocate()
      isInArena = true
    }
    unsafe buffer = arena.bytes
    return true
  }

  private mutating func grow(to wanted: Int) {
    let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(2 * buffer.count, wanted),
      alignment: 16
    )
    unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    if !isInArena { unsafe buffer.deallocate() }
    isInArena = false
    unsafe buffer = larger
  }
}
