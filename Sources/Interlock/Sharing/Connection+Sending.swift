// Values.
extension Connection {
  /// Sends a value, waiting for room.
  ///
  /// - Throws: ``ConnectionError`` if it cannot be sent, if nobody has the other end, or if this one is
  ///   closed.
  public func send(_ value: some Encodable) throws(ConnectionError) {
    _ = try send(value, .patiently)
  }

  /// Sends a value if there is room for it.
  ///
  /// - Returns: Whether it was sent.
  /// - Throws: What `send(_:)` throws.
  public func trySend(_ value: some Encodable) throws(ConnectionError) -> Bool {
    try send(value, .notAtAll)
  }

  /// Sends a value, waiting for room, or gives up.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether it was sent; `false` if the deadline passed or the calling thread or task was
  ///   cancelled. Then nothing was sent.
  /// - Throws: What `send(_:)` throws.
  public func send(
    _ value: some Encodable,
    until deadline: Deadline
  ) throws(ConnectionError) -> Bool {
    try send(value, .until(deadline))
  }

  /// Sends a value, waiting for room, or gives up.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - duration: How long to wait at the most.
  /// - Returns: Whether it was sent; `false` if the time was over or the calling thread or task was
  ///   cancelled. Then nothing was sent.
  /// - Throws: What `send(_:)` throws.
  public func send(
    _ value: some Encodable,
    for duration: Duration
  ) throws(ConnectionError) -> Bool {
    try send(value, .until(.after(duration)))
  }

  private func send(
    _ value: some Encodable,
    _ patience: ConnectionPatience
  ) throws(ConnectionError) -> Bool {
    // What cannot be sent is not encoded: an end in it that is handed over would be gone.
    _ = try socket()
    let encoder = ValueEncoder()
    do {
      try encoder.encode(value)
    } catch {
      throw ConnectionError(.unsendable, "a value cannot be sent: \(error)")
    }
    // The encoder keeps what goes along open.
    return try withExtendedLifetime(encoder) { () throws(ConnectionError) in
      unsafe try encoder.writer.withBytes { bytes throws(ConnectionError) in
        unsafe try send(.value, bytes, encoder.descriptors, patience)
      }
    }
  }
}

// Bytes.
extension Connection {
  /// Sends bytes as a message, waiting for room.
  ///
  /// - Throws: ``ConnectionError`` if the system has no memory for them, if nobody has the other end, or if
  ///   this one is closed.
  public func send(bytes: some Collection<UInt8>) throws(ConnectionError) {
    _ = try send(bytes, .patiently)
  }

  /// Sends bytes as a message if there is room for it.
  ///
  /// - Returns: Whether it was sent.
  /// - Throws: What `send(bytes:)` throws.
  public func trySend(bytes: some Collection<UInt8>) throws(ConnectionError) -> Bool {
    try send(bytes, .notAtAll)
  }

  /// Sends bytes as a message, waiting for room, or gives up.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether the message was sent; `false` if the deadline passed or the calling thread or task
  ///   was cancelled. Then nothing was sent.
  /// - Throws: What `send(bytes:)` throws.
  public func send(
    bytes: some Collection<UInt8>,
    until deadline: Deadline
  ) throws(ConnectionError) -> Bool {
    try send(bytes, .until(deadline))
  }

  /// Sends bytes as a message, waiting for room, or gives up.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - duration: How long to wait at the most.
  /// - Returns: Whether the message was sent; `false` if the time was over or the calling thread or task
  ///   was cancelled. Then nothing was sent.
  /// - Throws: What `send(bytes:)` throws.
  public func send(
    bytes: some Collection<UInt8>,
    for duration: Duration
  ) throws(ConnectionError) -> Bool {
    try send(bytes, .until(.after(duration)))
  }

  private func send(
    _ bytes: some Collection<UInt8>,
    _ patience: ConnectionPatience
  ) throws(ConnectionError) -> Bool {
    func attempt(
      _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Result<Bool, ConnectionError> {
      Result { () throws(ConnectionError) in
        unsafe try send(.bytes, UnsafeRawBufferPointer(bytes), [], patience)
      }
    }
    let result =
      unsafe bytes.withContiguousStorageIfAvailable(attempt)
      ?? Array(bytes).withUnsafeBufferPointer(attempt)
    return try result.get()
  }
}

/// How long to wait.
enum ConnectionPatience {
  case notAtAll
  case until(Deadline)
  case patiently
}

extension Connection {
  private func send(
    _ kind: ConnectionSocket.Kind,
    _ bytes: UnsafeRawBufferPointer,
    _ descriptors: [Int32],
    _ patience: ConnectionPatience
  ) throws(ConnectionError) -> Bool {
    let socket = try socket()
    return unsafe try socket.send(kind, bytes, descriptors) { () throws(ConnectionError) in
      switch patience {
      case .notAtAll: false
      case .until(let deadline): try wait(for: .sending, socket, until: deadline)
      case .patiently: try wait(for: .sending, socket, until: nil)
      }
    }
  }
}
