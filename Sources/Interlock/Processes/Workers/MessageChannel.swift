import CInterlock
import Glibc

/// One end of the socket between a worker and the process that started it.
///
/// A message is a header and a body. Bodies that are large lie in the sender's arena, which is reused
/// for the next one: the two ends take turns, so nobody writes while the other one reads.
final class MessageChannel: @unchecked Sendable {
  enum Kind: UInt8 {
    /// A worker is ready.
    case hello
    /// Run a function.
    case call
    /// What came of it.
    case reply
  }

  private enum Header {
    static let size = 16
    /// "IL", and the version of the format.
    static let magic: UInt32 = 0x00_4C49 | UInt32(Wire.version) << 16
    static let isInArena: UInt8 = 1
  }

  /// How many bytes may come through the socket at once.
  private static let inlineLimit = 1 << 31

  let descriptor: Int32
  // SAFETY: only one thread at a time uses a channel.
  private var outgoing: Arena?
  private var isOutgoingKnown = false
  private var incoming: Arena?
  /// Whether the other end was closed before it had read everything.
  private(set) var wasReset = false

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// An encoder for the next message.
  func makeEncoder() -> ValueEncoder {
    if outgoing == nil {
      // Without shared memory everything goes through the socket.
      outgoing = try? Arena(size: WireWriter.arenaThreshold * 4)
      isOutgoingKnown = false
    }
    return ValueEncoder(arena: outgoing)
  }

  /// Sends what was encoded.
  func send(_ kind: Kind, _ encoder: ValueEncoder) throws(ProcessSystemError) {
    var header: [UInt8] = []
    unsafe withUnsafeBytes(of: Header.magic.littleEndian) { unsafe header.append(contentsOf: $0) }
    header += [kind.rawValue, encoder.writer.isInArena ? Header.isInArena : 0, 0, 0]
    let count = UInt64(encoder.writer.count)
    unsafe withUnsafeBytes(of: count.littleEndian) { unsafe header.append(contentsOf: $0) }
    guard encoder.writer.isInArena, let outgoing else {
      try unsafe encoder.writer.withBytes { body throws(ProcessSystemError) in
        unsafe header.append(contentsOf: body)
        try unsafe send(header.span.bytes, passing: -1)
      }
      return
    }
    try unsafe send(header.span.bytes, passing: isOutgoingKnown ? -1 : outgoing.descriptor)
    isOutgoingKnown = true
  }

  private func send(_ bytes: RawSpan, passing passed: Int32) throws(ProcessSystemError) {
    var passed = passed
    var sent = 0
    while sent < bytes.byteCount {
      let result = unsafe bytes.extracting(sent...).withUnsafeBytes { rest in
        unsafe interlock_channel_send(descriptor, rest.baseAddress, rest.count, passed)
      }
      if result < 0 { throw ProcessSystemError(Int32(-result), "a message cannot be sent") }
      sent += result
      passed = -1
    }
  }

  /// Receives the next message.
  ///
  /// - Parameter body: Reads it; the bytes are valid as long as it runs.
  /// - Returns: What `body` returns, or `nil` if the other end is closed, even in the middle.
  /// - Throws: What `body` throws, or what is wrong with the message.
  func receive<Result>(
    _ body: (Kind, inout WireReader) throws -> Result
  ) throws -> Result? {
    var header = [UInt8](repeating: 0, count: Header.size)
    var passed: Int32 = -1
    guard try receive(&header, passed: &passed) else {
      if passed >= 0 { close(passed) }
      return nil
    }
    if passed >= 0 { incoming = try Arena(receiving: passed) }
    let (magic, count) = unsafe header.withUnsafeBytes { bytes in
      unsafe (
        UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)),
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
    guard magic == Header.magic, let kind = Kind(rawValue: header[4]) else {
      throw MessageError("what came is no message")
    }
    if header[5] & Header.isInArena != 0 {
      guard let bytes = unsafe incoming?.written(Int(clamping: count)) else {
        throw MessageError("a message lies in memory that is not there")
      }
      var reader = unsafe WireReader(bytes)
      return try body(kind, &reader)
    }
    guard count <= Self.inlineLimit else { throw MessageError("a message has \(count) bytes") }
    var content = [UInt8](repeating: 0, count: Int(count))
    guard try receive(&content, passed: &passed) else { return nil }
    return try unsafe content.withUnsafeBytes { bytes in
      var reader = unsafe WireReader(bytes)
      return try body(kind, &reader)
    }
  }

  /// Fills `bytes`.
  ///
  /// - Returns: `false` if the other end was closed before.
  private func receive(
    _ bytes: inout [UInt8],
    passed: inout Int32
  ) throws(ProcessSystemError) -> Bool {
    var received = 0
    while received < bytes.count {
      var descriptor: Int32 = -1
      let rest = bytes.count - received
      let result = unsafe bytes.withUnsafeMutableBytes { bytes in
        unsafe interlock_channel_receive(
          self.descriptor,
          bytes.baseAddress.map { unsafe $0 + received },
          rest,
          &descriptor
        )
      }
      if descriptor >= 0 { passed = descriptor }
      // Who dies with something unread resets the connection.
      wasReset = result == -Int(ECONNRESET)
      if result == 0 || wasReset { return false }
      if result < 0 { throw ProcessSystemError(Int32(-result), "a message cannot be received") }
      received += result
    }
    return true
  }
}
