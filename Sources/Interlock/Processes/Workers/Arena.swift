import CInterlock
import Glibc

/// Memory that one process writes and another one reads, passed on as a descriptor.
///
/// It has no name, so nothing of it is left when both have let it go, however they end. It only grows:
/// the reader may rely on every byte that it was told of.
///
/// A large range of addresses is taken once and backed as far as the memory reaches, so that growing
/// moves nothing.
@safe
final class Arena: @unchecked Sendable {
  /// How far it can grow, in bytes.
  static let limit = 1 << 36

  let descriptor: Int32
  // SAFETY: mapped in `init`, unmapped in `deinit`. Writer and reader take turns, as their messages say;
  // only `size` bytes are touched.
  private let base: UnsafeMutableRawPointer
  /// How many bytes there are.
  private(set) var size: Int

  /// Makes memory to write to.
  convenience init(size: Int) throws(ProcessSystemError) {
    let descriptor = unsafe interlock_memory_create("interlock", size)
    if descriptor < 0 { throw ProcessSystemError(-descriptor, "no shared memory can be made") }
    try self.init(descriptor: descriptor, size: size)
  }

  /// Opens memory that another process made; it is closed if that fails.
  convenience init(receiving descriptor: Int32) throws(ProcessSystemError) {
    try self.init(descriptor: descriptor, size: 0)
  }

  private init(descriptor: Int32, size: Int) throws(ProcessSystemError) {
    let address = unsafe mmap(
      nil,
      Self.limit,
      PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_NORESERVE,
      descriptor,
      0
    )
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      let error = errno
      close(descriptor)
      throw ProcessSystemError(error, "shared memory cannot be mapped")
    }
    self.descriptor = descriptor
    self.size = size
    unsafe base = address
  }

  deinit {
    unsafe munmap(base, Self.limit)
    close(descriptor)
  }

  /// The memory there is.
  var bytes: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: base, count: size)
  }

  /// Makes sure that there are `count` bytes to write.
  func reserve(_ count: Int) throws(ProcessSystemError) {
    guard count > size else { return }
    guard count <= Self.limit else {
      throw ProcessSystemError(EFBIG, "a message has more than \(Self.limit) bytes")
    }
    let wanted = min(Self.limit, max(2 * size, count))
    guard ftruncate(descriptor, off_t(wanted)) == 0 else {
      throw ProcessSystemError(errno, "shared memory cannot grow to \(wanted) bytes")
    }
    size = wanted
  }

  /// The first `count` bytes, which the writer says are there; `nil` if they are not.
  func written(_ count: Int) -> UnsafeRawBufferPointer? {
    if count > size {
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else { return nil }
      // The system keeps it from shrinking if this seal is there.
      size = interlock_memory_cannot_shrink(descriptor) ? Int(status.st_size) : 0
    }
    guard count >= 0, count <= size else { return nil }
    return unsafe UnsafeRawBufferPointer(start: base, count: count)
  }
}

/// A system call that failed where processes are started or talked to.
struct ProcessSystemError: Error, CustomStringConvertible {
  let number: Int32
  let what: String

  init(_ number: Int32, _ what: String) {
    self.number = number
    self.what = what
  }

  var description: String { "\(what): \(unsafe String(cString: strerror(number)))" }
}
