import CInterlock
import Glibc

/// A descriptor of one end of a connection, open as long as somebody uses it.
///
/// # Messages
///
/// The socket keeps the boundaries of messages: the system takes each one as a whole, or does not, and
/// gives it to one receiver as a whole. What is too large for that goes partly in memory whose
/// descriptor comes along. So there is never half a message, whoever is killed, and nothing to be
/// locked. The beginning always goes through the socket: so one that is full is full for large ones, too.
final class ConnectionSocket: Sendable {
  enum Kind: UInt8 {
    case bytes = 1
    case value
  }

  /// How an attempt to send ended.
  enum Sending {
    case sent, full
  }

  /// How an attempt to receive ended.
  enum Receiving {
    case message, empty, end
  }

  /// How much of a message goes through the socket, if the system has room for so much.
  static let largestPart = 1 << 16
  private static let smallestPart = 1 << 10

  let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}

// Sending.
extension ConnectionSocket {
  /// A message that is to be sent.
  @safe
  struct Parcel {
    // SAFETY: whoever makes one keeps the bytes and the descriptors.
    fileprivate let beginning: UnsafeRawBufferPointer
    fileprivate let header: interlock_parcel
    fileprivate let descriptors: [Int32]
    fileprivate let memory: PassedMemory?

    /// Prepares a message, of which so much goes through the socket.
    init(
      _ kind: Kind,
      _ bytes: UnsafeRawBufferPointer,
      _ descriptors: [Int32],
      part: Int = ConnectionSocket.largestPart
    ) throws(ConnectionError) {
      unsafe beginning = UnsafeRawBufferPointer(rebasing: bytes.prefix(part))
      memory =
        bytes.count <= part
        ? nil : unsafe try PassedMemory(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(part)))
      self.descriptors = (memory.map { [$0.descriptor] } ?? []) + descriptors
      var header = Self.header(kind, bytes.count)
      header.has_memory = memory == nil ? 0 : 1
      header.descriptor_count = UInt16(descriptors.count)
      self.header = header
    }

    fileprivate static func header(_ kind: Kind, _ size: Int) -> interlock_parcel {
      interlock_parcel(
        mark: ReceivedParcel.mark,
        kind: kind.rawValue,
        has_memory: 0,
        descriptor_count: 0,
        size: UInt64(size)
      )
    }
  }

  /// Sends a message, calling `wait` when there is no room.
  ///
  /// - Returns: Whether it was sent; `false` if `wait` said that it gives up.
  func send(
    _ kind: Kind,
    _ bytes: UnsafeRawBufferPointer,
    _ descriptors: [Int32],
    _ wait: () throws(ConnectionError) -> Bool
  ) throws(ConnectionError) -> Bool {
    if bytes.count <= Self.largestPart, descriptors.isEmpty {
      let error = unsafe attempt(Parcel.header(kind, bytes.count), bytes)
      if error == 0 { return true }
    }
    var part = Self.largestPart
    var parcel = unsafe try Parcel(kind, bytes, descriptors)
    while true {
      switch attempt(parcel) {
      case 0: return true
      case EAGAIN:
        guard try wait() else { return false }
      case EPIPE: throw .closedThere
      // Less than usual fits into the system's buffers.
      case EMSGSIZE where part > Self.smallestPart, ENOBUFS where part > Self.smallestPart:
        part = Self.smallestPart
        parcel = unsafe try Parcel(kind, bytes, descriptors, part: part)
      case let error:
        let words =
          error == ETOOMANYREFS
          ? "more descriptors are on their way than a process may have" : "a message cannot be sent"
        throw ConnectionError(.cannotCreate, words, systemError: error)
      }
    }
  }

  private func attempt(_ parcel: Parcel) -> Int32 {
    unsafe attempt(parcel.header, parcel.beginning, parcel.descriptors)
  }

  /// Sends a message whose bytes all go through the socket, or the beginning of one.
  ///
  /// Returns 0 or an errno value.
  private func attempt(
    _ header: interlock_parcel,
    _ bytes: UnsafeRawBufferPointer,
    _ descriptors: [Int32] = []
  ) -> Int32 {
    SharedStep.pass()
    return unsafe withUnsafePointer(to: header) { header in
      unsafe interlock_connection_send(
        descriptor,
        header,
        bytes.baseAddress,
        bytes.count,
        descriptors,
        Int32(descriptors.count)
      )
    }
  }
}

/// Memory in which the end of a large message goes along.
private final class PassedMemory: Sendable {
  let descriptor: Int32

  init(_ bytes: UnsafeRawBufferPointer) throws(ConnectionError) {
    SharedStep.pass()
    descriptor = unsafe interlock_memory_create("interlock message", bytes.count)
    var error = min(descriptor, 0)
    if error == 0 {
      error = unsafe interlock_write_all(descriptor, bytes.baseAddress, bytes.count)
    }
    guard error == 0 else {
      throw ConnectionError(
        .cannotCreate,
        "there is no memory for a message of \(bytes.count) bytes",
        systemError: abs(error)
      )
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}

// Receiving.
extension ConnectionSocket {
  /// Receives a message if one is there.
  ///
  /// - Throws: ``ConnectionError`` if what came is no message; it is gone then.
  func receive(into parcel: ReceivedParcel) throws(ConnectionError) -> Receiving {
    SharedStep.pass()
    let count = unsafe interlock_connection_receive(
      descriptor,
      &parcel.header,
      parcel.room.baseAddress,
      parcel.room.count,
      parcel.descriptors.baseAddress,
      &parcel.descriptorCount
    )
    // Whoever dies here takes the message along.
    SharedStep.pass()
    switch count {
    case 0: return .end
    case let count where count > 0:
      parcel.byteCount = count - MemoryLayout<interlock_parcel>.size
      return .message
    case -Int(EAGAIN): return .empty
    case -Int(EBADMSG): throw .noMessage
    case -Int(EMFILE):
      throw ConnectionError(
        .unreadable,
        "this process may have no more descriptors; what came along with a message is lost"
      )
    case let error:
      throw ConnectionError(.unreadable, "nothing can be received", systemError: Int32(-error))
    }
  }
}

extension ConnectionError {
  fileprivate static let noMessage = ConnectionError(.unreadable, "what was received is no message")
}

/// Room for a message, and what is in it.
@safe
final class ReceivedParcel {
  /// "ILC", and the version of the messages.
  static let mark: UInt32 = 0x3143_4C49

  // SAFETY (both): allocated in `init`, freed in `deinit`.
  fileprivate let room: UnsafeMutableRawBufferPointer
  fileprivate var header = interlock_parcel()
  fileprivate var byteCount = 0
  fileprivate let descriptors: UnsafeMutableBufferPointer<Int32>
  fileprivate var descriptorCount: Int32 = 0

  init() {
    unsafe room = .allocate(byteCount: ConnectionSocket.largestPart, alignment: 16)
    unsafe descriptors = .allocate(capacity: Int(INTERLOCK_PARCEL_DESCRIPTOR_LIMIT))
    unsafe descriptors.initialize(repeating: -1)
  }

  deinit {
    unsafe room.deallocate()
    unsafe descriptors.deallocate()
  }

  /// Reads the message that is there.
  ///
  /// - Throws: What `body` throws, or ``ConnectionError`` if this is no message.
  func open<Result>(
    _ body: (OpenedParcel) throws(ConnectionError) -> Result
  ) throws(ConnectionError) -> Result {
    var received =
      descriptorCount == 0 ? [] : unsafe Array(descriptors.prefix(Int(descriptorCount)))
    let hasMemory = header.has_memory == 1 && !received.isEmpty
    let memory = hasMemory ? received.removeFirst() : -1
    defer { if hasMemory { close(memory) } }
    let passed = received.isEmpty ? nil : PassedDescriptors(received: received)
    guard
      header.mark == Self.mark, header.has_memory == (hasMemory ? 1 : 0),
      Int(header.descriptor_count) == received.count,
      let kind = ConnectionSocket.Kind(rawValue: header.kind),
      let size = Int(exactly: header.size),
      hasMemory
        ? size > byteCount && interlock_connection_is_memory(memory, size - byteCount)
        : size == byteCount
    else { throw .noMessage }
    return unsafe try body(
      OpenedParcel(
        kind: kind,
        size: size,
        beginning: unsafe UnsafeRawBufferPointer(rebasing: room[..<byteCount]),
        memory: memory,
        passed: passed
      )
    )
  }
}

/// A message that was received.
@safe
struct OpenedParcel {
  let kind: ConnectionSocket.Kind
  /// How many bytes it has.
  let size: Int
  // SAFETY: it lives as long as `ReceivedParcel.open` runs.
  fileprivate let beginning: UnsafeRawBufferPointer
  fileprivate let memory: Int32
  /// What came along.
  let passed: PassedDescriptors?

  /// Copies all bytes.
  func copy(to bytes: UnsafeMutableRawBufferPointer) throws(ConnectionError) {
    unsafe bytes.copyMemory(from: beginning)
    guard unsafe size > beginning.count else { return }
    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[beginning.count..<size])
    let error = unsafe interlock_connection_read_memory(memory, rest.baseAddress, rest.count)
    guard error == 0 else { throw .noMessage }
  }

  /// Reads all bytes where they are, if they came through the socket, or else in a copy.
  func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws(ConnectionError) -> Result
  ) throws(ConnectionError) -> Result {
    guard unsafe size > beginning.count else { return unsafe try body(beginning) }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { unsafe copy.deallocate() }
    unsafe try self.copy(to: copy)
    return unsafe try body(UnsafeRawBufferPointer(copy))
  }
}
