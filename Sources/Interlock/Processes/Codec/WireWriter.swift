/// Writes the parts of values one after the other, into memory that grows.
///
/// That is an arena, where another process can read it, or memory of its own.
@safe
struct WireWriter: ~Copyable {
  // SAFETY: the arena's, or allocated in `init` and `reserve` and freed there and in `deinit`; `count`
  // bytes of it are initialised.
  private var buffer: UnsafeMutableRawBufferPointer
  private(set) var count = 0
  private let arena: Arena?
  /// Why something could not be written; nothing is written after that.
  private(set) var failure: MessageError?

  init(arena: Arena? = nil) {
    self.arena = arena
    unsafe buffer = arena?.bytes ?? .allocate(byteCount: 256, alignment: 16)
  }

  deinit {
    if arena == nil { unsafe buffer.deallocate() }
  }

  borrowing func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }

  mutating func write(_ tag: Wire.Tag) { write(tag.rawValue) }

  mutating func write<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
    let size = MemoryLayout<Number>.size
    guard reserve(size) else { return }
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
    guard reserve(bytes.count) else { return }
    unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
    count += bytes.count
  }

  /// - Returns: Whether there is room for `size` bytes more.
  private mutating func reserve(_ size: Int) -> Bool {
    if unsafe buffer.count - count >= size { return failure == nil }
    guard failure == nil else { return false }
    let wanted = count + size
    guard let arena else {
      let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(2 * buffer.count, wanted),
        alignment: 16
      )
      unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      unsafe buffer.deallocate()
      unsafe buffer = larger
      return true
    }
    do throws(MessageError) {
      try arena.reserve(wanted)
      unsafe buffer = arena.bytes
      return true
    } catch {
      failure = error
      return false
    }
  }
}
