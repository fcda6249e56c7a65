import CInterlock
import Glibc

/// What a thread needs to use connections.
///
/// It is made when the thread does so for the first time, and goes away with the thread.
final class ConnectionStation: @unchecked Sendable {
  /// Where a message is received that nobody else wants to; nested calls have memory of their own.
  // SAFETY: touched only by the thread itself.
  private var parcel: ReceivedParcel?
  private var ownBell: Bell?

  private static let key = ThreadLocalKey.next()

  /// The calling thread's.
  static var current: ConnectionStation {
    let me = ThreadRecord.current
    // SAFETY: only stations are stored under the key, by the thread itself.
    if let station = unsafe me.locals[key] {
      return unsafe unsafeDowncast(station, to: ConnectionStation.self)
    }
    let station = ConnectionStation(me)
    unsafe me.locals[key] = station
    return station
  }

  unowned let thread: ThreadRecord

  private init(_ thread: ThreadRecord) {
    self.thread = thread
  }

  /// Runs `body` with memory for a message.
  func withParcel<Result, Failure: Error>(
    _ body: (ReceivedParcel) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let parcel = self.parcel.take() ?? ReceivedParcel()
    defer { self.parcel = parcel }
    return try body(parcel)
  }

  /// Runs `sleep`, which sleeps until a deadline or until the thread's bell rings, unless the thread or the
  /// task that it runs is cancelled; then the bell rings.
  ///
  /// - Returns: `false` if the wait is over: the deadline has passed, or it was cancelled.
  /// - Throws: What `sleep` throws.
  func wait(
    until deadline: Deadline,
    _ sleep: (Deadline) throws(ConnectionError) -> Void
  ) throws(ConnectionError) -> Bool {
    if thread.isCancelled || deadline.hasPassed { return false }
    let bell = try bell()
    try thread.withInterrupter {
      bell.ring()
    } _: { () throws(ConnectionError) in
      // Cancelled before the interrupter was there, and after it was asked.
      if !thread.isCancelled { try sleep(deadline) }
    }
    return true
  }

  /// What wakes the thread while it waits.
  func bell() throws(ConnectionError) -> Bell {
    if let ownBell { return ownBell }
    let bell = try Bell()
    ownBell = bell
    return bell
  }
}

/// Wakes a thread that waits for descriptors.
///
/// It may ring too late, when the thread does not wait any more: then its next wait ends for no reason.
final class Bell: Sendable {
  let descriptor: Int32

  init() throws(ConnectionError) {
    descriptor = interlock_bell_create()
    guard descriptor >= 0 else {
      throw ConnectionError(.cannotCreate, "a thread cannot wait", systemError: -descriptor)
    }
  }

  deinit { close(descriptor) }

  func ring() { interlock_bell_ring(descriptor) }

  /// Sleeps until a socket is ready, the bell rings, or the deadline passes.
  ///
  /// - Throws: ``ConnectionError`` if the system has no memory for it.
  func wait(
    for events: Int16,
    at socket: ConnectionSocket,
    until deadline: Deadline
  ) throws(ConnectionError) {
    try Self.check(
      interlock_connection_wait_at(socket.descriptor, events, descriptor, deadline.nanoseconds)
    )
  }

  private static func check(_ count: Int32) throws(ConnectionError) {
    guard count >= 0 else {
      throw ConnectionError(.cannotCreate, "a thread cannot wait", systemError: -count)
    }
  }

  /// Sleeps until something that is polled is ready, the bell rings, or the deadline passes.
  ///
  /// `polled` is what to poll, and at the end an element for the bell.
  ///
  /// - Throws: ``ConnectionError`` if the system has no memory for it.
  func wait(
    _ polled: inout [pollfd],
    until deadline: Deadline
  ) throws(ConnectionError) {
    polled[polled.count - 1] = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let count = unsafe interlock_connection_wait(
      &polled,
      UInt32(polled.count),
      deadline.nanoseconds
    )
    try Self.check(count)
    if polled[polled.count - 1].revents != 0 { interlock_bell_clear(descriptor) }
  }
}
