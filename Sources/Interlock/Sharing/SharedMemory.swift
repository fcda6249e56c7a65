import CInterlock
import Glibc

/// Memory that processes share.
///
/// It has no name: a process has it because it made it, or because it was handed it as part of an input or
/// output of a worker's function. When the last of them has let it go, however that came about, it is
/// gone; there is nothing to clean up.
///
///     let memory = try SharedMemory(byteCount: 1 << 20)
///     try pool.run(memory) { memory in
///       memory.withUnsafeMutableBytes { $0[0] = 7 }
///     }
///     print(memory.withUnsafeBytes { $0[0] })  // 7
///
/// Most programs want ``SharedArray`` or ``SharedValue``, which know what is in the memory.
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
/// Some system calls for each process that has it. Reading and writing are as with any other memory; the
/// first access to a page takes about a microsecond.
@safe
public final class SharedMemory: @unchecked Sendable {
  /// How many bytes there are; they are zero at first.
  public let byteCount: Int

  // SAFETY: mapped in `init`, unmapped in `deinit`; the size of the file behind it is sealed.
  let base: UnsafeMutableRawPointer
  /// What to pass on to other processes.
  let descriptor: Int32

  /// Makes memory.
  ///
  /// - Parameter byteCount: How many bytes; they take room when they are written to.
  /// - Throws: ``SharingError`` if the system has no descriptor for it, or no addresses.
  /// - Precondition: `byteCount` is not negative.
  public convenience init(byteCount: Int) throws(SharingError) {
    guard byteCount >= 0 else {
      misuse("SharedMemory(byteCount: \(byteCount)): it is not negative.")
    }
    // Nothing of no size can be mapped.
    let descriptor = unsafe interlock_memory_create("interlock shared", max(byteCount, 1))
    guard descriptor >= 0 else {
      throw SharingError(
        .cannotCreate,
        "\(byteCount) bytes cannot be shared",
        systemError: -descriptor
      )
    }
    try self.init(adopting: descriptor, byteCount: byteCount)
  }

  /// Opens memory that another process made; the descriptor is closed if that fails.
  convenience init(receiving descriptor: Int32, byteCount: Int) throws(SharingError) {
    let size = interlock_memory_size(descriptor)
    guard byteCount >= 0, size == max(byteCount, 1) else {
      close(descriptor)
      throw SharingError(.mismatch, "what was received is no memory of \(byteCount) bytes")
    }
    try self.init(adopting: descriptor, byteCount: byteCount)
  }

  private init(adopting descriptor: Int32, byteCount: Int) throws(SharingError) {
    guard let address = unsafe interlock_memory_map(descriptor, max(byteCount, 1)) else {
      let error = errno
      close(descriptor)
      throw SharingError(.cannotCreate, "shared memory cannot be mapped", systemError: error)
    }
    unsafe base = address
    self.byteCount = byteCount
    self.descriptor = descriptor
  }

  deinit {
    unsafe munmap(base, max(byteCount, 1))
    close(descriptor)
  }

  /// Reads the bytes, which other processes may change meanwhile if nothing keeps them from it.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: byteCount))
  }

  /// Reads and changes the bytes, which other processes may read and change meanwhile if nothing keeps
  /// them from it.
  public func withUnsafeMutableBytes<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeMutableRawBufferPointer(start: base, count: byteCount))
  }
}

extension SharedMemory: Codable {
  private enum CodingKeys: CodingKey {
    case descriptor, byteCount
  }

  /// Hands the memory to another process, as part of an input or output.
  ///
  /// - Throws: `EncodingError` if the encoder does not do that: memory cannot be stored.
  public func encode(to encoder: any Encoder) throws {
    guard let passed = encoder.userInfo[PassedDescriptors.key] as? PassedDescriptors else {
      let words = "shared memory can only be handed to another process of this program"
      throw EncodingError.invalidValue(
        self,
        EncodingError.Context(codingPath: encoder.codingPath, debugDescription: words)
      )
    }
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(passed.add(descriptor, of: self), forKey: .descriptor)
    try values.encode(byteCount, forKey: .byteCount)
  }

  /// Takes memory that another process handed over.
  ///
  /// - Throws: `DecodingError` or ``SharingError`` if there is none.
  public convenience init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let number = try values.decode(Int.self, forKey: .descriptor)
    let byteCount = try values.decode(Int.self, forKey: .byteCount)
    guard
      let passed = decoder.userInfo[PassedDescriptors.key] as? PassedDescriptors,
      let descriptor = passed.take(number)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .descriptor,
        in: values,
        debugDescription: "the memory did not come along"
      )
    }
    try self.init(receiving: descriptor, byteCount: byteCount)
  }
}
