import Glibc

extension Connection {
  /// What a thread waits for at an end.
  enum Direction {
    case receiving, sending

    var events: Int16 {
      switch self {
      case .receiving: Int16(POLLIN)
      case .sending: Int16(POLLOUT)
      }
    }

    var kind: Operation.Kind {
      switch self {
      case .receiving: .take
      case .sending: .put
      }
    }
  }

  /// Sleeps until an end may be ready; may return for no reason.
  ///
  /// - Returns: `false` if the wait is over: the deadline has passed, or it was cancelled.
  func wait(
    for direction: Direction,
    _ socket: ConnectionSocket,
    until deadline: Deadline?,
    at station: ConnectionStation = .current
  ) throws(ConnectionError) -> Bool {
    let bell = try station.bell()
    guard enter(bell) else { throw .closedHere }
    defer { leave(bell) }
    CooperativePool.noteBlocking(Operation(direction.kind, Subject("Connection", unnamed: self)))
    guard let deadline else {
      try bell.wait(for: direction.events, at: socket, until: .never)
      return true
    }
    return try station.wait(until: deadline) { deadline throws(ConnectionError) in
      try bell.wait(for: direction.events, at: socket, until: deadline)
    }
  }

  /// Waits until a message or the end of the stream can be received, or gives up.
  ///
  /// Another thread or process that receives at this end may be faster: ``tryReceive(_:)`` does not wait
  /// then.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether there is something; `false` if the deadline passed or the calling thread or task
  ///   was cancelled.
  /// - Throws: ``ConnectionError`` if this end is closed in this process.
  public func poll(until deadline: Deadline) throws(ConnectionError) -> Bool {
    try CollectionOfOne(self).waitForFirst(until: deadline) != nil
  }

  /// Waits until a message or the end of the stream can be received, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most; zero for a look.
  /// - Returns: Whether there is something; `false` if the time was over or the calling thread or task was
  ///   cancelled.
  /// - Throws: ``ConnectionError`` if this end is closed in this process.
  public func poll(for duration: Duration) throws(ConnectionError) -> Bool {
    try poll(until: .after(duration))
  }
}

extension Collection where Element == Connection {
  /// Waits until a message or the end of the stream can be received at one of the connections.
  ///
  ///     var workers = [first, second]
  ///     while !workers.isEmpty {
  ///       let worker = try workers.waitForFirst()
  ///       if let report = try worker.receive(String.self) {
  ///         print(report)
  ///       } else {
  ///         workers.removeAll { $0 === worker }
  ///       }
  ///     }
  ///
  /// If there are several, each has its turn.
  ///
  /// - Returns: That connection.
  /// - Throws: ``ConnectionError`` if one of them is closed in this process.
  /// - Precondition: There is a connection.
  public func waitForFirst() throws(ConnectionError) -> Connection {
    guard !isEmpty else {
      misuse("waitForFirst() of no connections would wait for ever. Ask whether there are any.")
    }
    while true {
      if let first = try waitForFirst(giveUp: nil) { return first }
    }
  }

  /// Waits until a message or the end of the stream can be received at one of the connections, or gives
  /// up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: That connection; `nil` if the deadline passed or the calling thread or task was cancelled.
  /// - Throws: ``ConnectionError`` if one of them is closed in this process.
  public func waitForFirst(until deadline: Deadline) throws(ConnectionError) -> Connection? {
    try waitForFirst(giveUp: deadline)
  }

  /// Waits until a message or the end of the stream can be received at one of the connections, or gives
  /// up.
  ///
  /// - Parameter duration: How long to wait at the most; zero for a look.
  /// - Returns: That connection; `nil` if the time was over or the calling thread or task was cancelled.
  /// - Throws: ``ConnectionError`` if one of them is closed in this process.
  public func waitForFirst(for duration: Duration) throws(ConnectionError) -> Connection? {
    try waitForFirst(giveUp: .after(duration))
  }

  private func waitForFirst(giveUp deadline: Deadline?) throws(ConnectionError) -> Connection? {
    let connections = Array(self)
    let station = ConnectionStation.current
    let bell = try station.bell()
    var sockets: [ConnectionSocket] = []
    defer { for connection in connections { connection.leave(bell) } }
    for connection in connections {
      guard connection.enter(bell) else { throw .closedHere }
      sockets.append(try connection.socket())
    }
    var polled = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    polled.append(pollfd())
    try bell.wait(&polled, until: Deadline(nanoseconds: 0))
    while !connections.indices.contains(where: { polled[$0].revents != 0 }) {
      for connection in connections where !connection.isOpen { throw .closedHere }
      guard let deadline else {
        try bell.wait(&polled, until: .never)
        continue
      }
      let isOver = try !station.wait(until: deadline) { deadline throws(ConnectionError) in
        try bell.wait(&polled, until: deadline)
      }
      if isOver { return nil }
    }
    let start = station.thread.nextSelection() % connections.count
    let places = connections.indices.map { (start + $0) % connections.count }
    return places.first { polled[$0].revents != 0 }.map { connections[$0] }
  }
}
