import Glibc
import Interlock

/// Room for the numbers of a matrix: this process's own, or such as processes share.
enum MatrixMemory: Sendable {
  case own(OwnMemory)
  case shared(SharedMemory)

  /// Makes room, whose bytes are zero.
  ///
  /// - Throws: ``MatrixError`` if the system has not that much.
  init(byteCount: Int, isShared: Bool) throws(MatrixError) {
    // The system gives addresses for more than there is, and ends whoever uses them.
    guard byteCount <= Self.physicalByteCount else {
      throw MatrixError(.noMemory(bytes: byteCount))
    }
    if isShared {
      do throws(SharingError) {
        self = .shared(try SharedMemory(byteCount: byteCount))
      } catch {
        throw MatrixError(.noMemory(bytes: byteCount))
      }
    } else {
      self = .own(try OwnMemory(byteCount: byteCount))
    }
  }

  /// How much memory the machine has.
  private static let physicalByteCount =
    sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

  var isShared: Bool {
    if case .shared = self { true } else { false }
  }

  /// Lends the bytes, which others may read and change meanwhile if nothing keeps them from it.
  func withUnsafeMutableBytes<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .own(let memory): try unsafe memory.withUnsafeMutableBytes(body)
    case .shared(let memory): try unsafe memory.withUnsafeMutableBytes(body)
    }
  }
}

extension MatrixMemory: Codable {
  /// Hands the memory to another process.
  ///
  /// - Throws: `EncodingError` if it is not shared.
  func encode(to encoder: any Encoder) throws {
    guard case .shared(let memory) = self else {
      let words = "memory of one process cannot be handed to another"
      throw EncodingError.invalidValue(
        self,
        EncodingError.Context(codingPath: encoder.codingPath, debugDescription: words)
      )
    }
    try memory.encode(to: encoder)
  }

  /// Takes memory that another process handed over.
  init(from decoder: any Decoder) throws {
    self = .shared(try SharedMemory(from: decoder))
  }
}

/// Memory of this process, which its threads share.
@safe
final class OwnMemory: @unchecked Sendable {
  let byteCount: Int

  // SAFETY: mapped in `init`, unmapped in `deinit`. Who may touch which bytes when is up to those who
  // are lent them.
  private let base: UnsafeMutableRawPointer

  // Not from the allocator: it would end the program where there is no memory, and large pages, which
  // make a difference to matrices, are for whole ranges of addresses.
  init(byteCount: Int) throws(MatrixError) {
    let size = max(byteCount, 1)
    let protection = PROT_READ | PROT_WRITE
    let address = unsafe mmap(nil, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw MatrixError(.noMemory(bytes: byteCount))
    }
    unsafe madvise(address, size, MADV_HUGEPAGE)
    self.byteCount = byteCount
    unsafe base = address
  }

  deinit {
    unsafe munmap(base, max(byteCount, 1))
  }

  func withUnsafeMutableBytes<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeMutableRawBufferPointer(start: base, count: byteCount))
  }
}
