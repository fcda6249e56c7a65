// Values.
extension Connection {
  /// Receives a value, waiting for it.
  ///
  /// - Parameter type: What to receive.
  /// - Returns: The value; `nil` at the end of the stream.
  /// - Throws: ``ConnectionError`` if the message is no such value, or if this end is closed.
  public func receive<Value: Decodable>(
    _ type: Value.Type = Value.self
  ) throws(ConnectionError) -> Value? {
    try receive(.patiently) { parcel throws(ConnectionError) in
      try Self.decode(type, parcel)
    }.contents
  }

  /// Receives a value if one is there.
  ///
  /// - Parameter type: What to receive.
  /// - Returns: The value, or `nil` if there is none at the moment.
  /// - Throws: ``ConnectionError`` if the message is no such value, at the end of the stream
  ///   (``ConnectionError/Reason/closed``), or if this end is closed.
  public func tryReceive<Value: Decodable>(
    _ type: Value.Type = Value.self
  ) throws(ConnectionError) -> Value? {
    try receive(.notAtAll) { parcel throws(ConnectionError) in
      try Self.decode(type, parcel)
    }.contentsBeforeEnd()
  }

  /// Receives a value, waiting for it, or gives up.
  ///
  /// - Parameters:
  ///   - type: What to receive.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: The value; `nil` if the deadline passed or the calling thread or task was cancelled.
  /// - Throws: What `tryReceive(_:)` throws.
  public func receive<Value: Decodable>(
    _ type: Value.Type = Value.self,
    until deadline: Deadline
  ) throws(ConnectionError) -> Value? {
    try receive(.until(deadline)) { parcel throws(ConnectionError) in
      try Self.decode(type, parcel)
    }.contentsBeforeEnd()
  }

  /// Receives a value, waiting for it, or gives up.
  ///
  /// - Parameters:
  ///   - type: What to receive.
  ///   - duration: How long to wait at the most.
  /// - Returns: The value; `nil` if the time was over or the calling thread or task was cancelled.
  /// - Throws: What `tryReceive(_:)` throws.
  public func receive<Value: Decodable>(
    _ type: Value.Type = Value.self,
    for duration: Duration
  ) throws(ConnectionError) -> Value? {
    try receive(type, until: .after(duration))
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type,
    _ parcel: OpenedParcel
  ) throws(ConnectionError) -> Value {
    guard parcel.kind == .value else {
      throw ConnectionError(.unreadable, "bytes were received, and no value; ask for the bytes")
    }
    return unsafe try parcel.withBytes { bytes throws(ConnectionError) in
      var reader = unsafe WireReader(bytes, passed: parcel.passed)
      do {
        let value = try ValueDecoder.decode(type, from: &reader)
        guard reader.isAtEnd else { throw MessageError("there is more than a value") }
        return value
      } catch {
        throw ConnectionError(.unreadable, "no \(type) was received: \(error)")
      }
    }
  }
}

// Bytes.
extension Connection {
  /// Receives the bytes of a message, waiting for it.
  ///
  /// - Returns: The bytes; `nil` at the end of the stream.
  /// - Throws: ``ConnectionError`` if the message is a value, or if this end is closed.
  public func receiveBytes() throws(ConnectionError) -> [UInt8]? {
    try receive(.patiently, Self.copy).contents
  }

  /// Receives the bytes of a message if one is there.
  ///
  /// - Returns: The bytes, or `nil` if there is no message at the moment.
  /// - Throws: ``ConnectionError`` if the message is a value, at the end of the stream
  ///   (``ConnectionError/Reason/closed``), or if this end is closed.
  public func tryReceiveBytes() throws(ConnectionError) -> [UInt8]? {
    try receive(.notAtAll, Self.copy).contentsBeforeEnd()
  }

  /// Receives the bytes of a message, waiting for it, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: The bytes; `nil` if the deadline passed or the calling thread or task was cancelled.
  /// - Throws: What ``tryReceiveBytes()`` throws.
  public func receiveBytes(until deadline: Deadline) throws(ConnectionError) -> [UInt8]? {
    try receive(.until(deadline), Self.copy).contentsBeforeEnd()
  }

  /// Receives the bytes of a message, waiting for it, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: The bytes; `nil` if the time was over or the calling thread or task was cancelled.
  /// - Throws: What ``tryReceiveBytes()`` throws.
  public func receiveBytes(for duration: Duration) throws(ConnectionError) -> [UInt8]? {
    try receiveBytes(until: .after(duration))
  }

  /// Receives the bytes of a message into a buffer, waiting for it.
  ///
  /// - Returns: How many bytes there are, from the buffer's beginning; `nil` at the end of the stream.
  /// - Throws: ``ConnectionError`` if the buffer is too small
  ///   (``ConnectionError/Reason/tooLarge(message:)``, which has the bytes), if the message is a value, or
  ///   if this end is closed.
  public func receiveBytes(
    into buffer: inout MutableSpan<UInt8>
  ) throws(ConnectionError) -> Int? {
    unsafe try buffer.withUnsafeMutableBytes { room throws(ConnectionError) in
      try receive(.patiently) { parcel throws(ConnectionError) in
        unsafe try Self.copy(parcel, to: room)
      }.contents
    }
  }

  /// Receives the bytes of a message into a buffer, waiting for it, or gives up.
  ///
  /// - Parameters:
  ///   - buffer: Where to put them.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: How many bytes there are, from the buffer's beginning; `nil` if the deadline passed or the
  ///   calling thread or task was cancelled.
  /// - Throws: What `receiveBytes(into:)` throws, and ``ConnectionError/Reason/closed`` at the end of the
  ///   stream.
  public func receiveBytes(
    into buffer: inout MutableSpan<UInt8>,
    until deadline: Deadline
  ) throws(ConnectionError) -> Int? {
    unsafe try buffer.withUnsafeMutableBytes { room throws(ConnectionError) in
      try receive(.until(deadline)) { parcel throws(ConnectionError) in
        unsafe try Self.copy(parcel, to: room)
      }.contentsBeforeEnd()
    }
  }

  private static func copy(_ parcel: OpenedParcel) throws(ConnectionError) -> [UInt8] {
    guard parcel.kind == .bytes else {
      throw ConnectionError(.unreadable, "a value was received, and no bytes; ask for its type")
    }
    var failure: ConnectionError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: parcel.size) { buffer, count in
      do throws(ConnectionError) {
        unsafe try parcel.copy(to: UnsafeMutableRawBufferPointer(buffer))
        count = parcel.size
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private static func copy(
    _ parcel: OpenedParcel,
    to room: UnsafeMutableRawBufferPointer
  ) throws(ConnectionError) -> Int {
    guard parcel.kind == .bytes, parcel.size <= room.count else {
      let bytes = try copy(parcel)
      throw ConnectionError(
        .tooLarge(message: bytes),
        "a message of \(bytes.count) bytes does not fit into a buffer of \(room.count)"
      )
    }
    unsafe try parcel.copy(to: room)
    return parcel.size
  }
}

extension Connection {
  /// What was received.
  private enum Received<Contents> {
    case message(Contents)
    case end, nothing

    var contents: Contents? {
      guard case .message(let contents) = self else { return nil }
      return contents
    }

    func contentsBeforeEnd() throws(ConnectionError) -> Contents? {
      if case .end = self { throw .closedThere }
      return contents
    }
  }

  private func receive<Contents>(
    _ patience: ConnectionPatience,
    _ body: (OpenedParcel) throws(ConnectionError) -> Contents
  ) throws(ConnectionError) -> Received<Contents> {
    let station = ConnectionStation.current
    return try station.withParcel { parcel throws(ConnectionError) in
      let socket = try socket()
      while true {
        switch try receive(patience, from: socket, into: parcel) {
        case .message: return .message(try parcel.open(body))
        case .end: return .end
        case .empty: break
        }
        switch patience {
        case .notAtAll: return .nothing
        case .until(let deadline):
          guard try wait(for: .receiving, socket, until: deadline, at: station) else {
            return .nothing
          }
        case .patiently: _ = try wait(for: .receiving, socket, until: nil, at: station)
        }
        // Closed meanwhile: what comes is for others.
        if !isOpen { throw .closedHere }
      }
    }
  }

  /// Receives what is there, or comes within moments if that was so lately.
  private func receive(
    _ patience: ConnectionPatience,
    from socket: ConnectionSocket,
    into parcel: ReceivedParcel
  ) throws(ConnectionError) -> ConnectionSocket.Receiving {
    var received = try socket.receive(into: parcel)
    if case .notAtAll = patience { return received }
    guard case .empty = received else { return received }
    _ = try spin.look { () throws(ConnectionError) in
      received = try socket.receive(into: parcel)
      if case .empty = received { return false }
      return true
    }
    return received
  }
}
