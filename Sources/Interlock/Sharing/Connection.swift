import CInterlock
import Glibc

/// One end of a pipe through which processes, or threads, send messages to each other.
///
/// Both ends send and receive. Messages are values or bytes, of any size, and come as they were sent: each
/// as a whole, in order. Values may have shared memory in them, and other connections. Use it for a
/// conversation; for work that several take turns at there are pools and queues.
///
///     let (here, there) = try Connection.pair()
///     let worker = try WorkerProcess(there.handOver(), name: "doubler") { end in
///       while let number = try end.receive(Int.self) { try end.send(2 * number) }
///     }
///     try here.send(21)
///     print(try here.receive(Int.self) ?? 0)  // 42
///     here.close()
///     try worker.join()
///
/// # Who has an end
///
/// A process has an end because it made it, or because it got it as part of an input, an output or a
/// message. It lets go of it by ``close()``, when the last reference goes away, or by ending, in whatever
/// way. Only when *nobody* has an end any more does whoever has the other one see the end of the stream:
/// after the messages that are there, ``receive(_:)`` returns `nil`, and sending throws.
///
/// An end that was sent to a worker is still had by the process that sent it. That process would never see
/// the end of the stream when the worker dies. So hand an end over for good, by ``handOver()``, unless both
/// are to use it. Do not call ``close()`` instead after starting a worker: its input may not have been sent.
///
/// # Many at one end
///
/// Any number of threads and processes may send and receive at one end. Messages stay whole; each one is
/// received by one of them.
///
/// ## Ordering
///
/// Everything before a message was sent happens before everything after it was received, in memory that
/// both share, too.
///
/// ## Waiting
///
/// Receiving waits for a message, sending for room: a connection takes some messages, about 200 KB
/// altogether in each direction, before they are received. So two that both send much before they receive
/// anything wait for each other for ever; the forms with a deadline give up, and then nothing was sent.
/// They also give up when the calling thread or task is cancelled. Closing an end wakes the threads of this
/// process that wait at it. No death can leave anybody waiting, or with half a message. In a task of
/// Swift's concurrency, await the value of a thread that receives.
///
/// ## Cost
///
/// One system call to send and one to receive, two more to wait; before it waits, a thread that was answered
/// at once lately tries a few times. A message of more than 64 KiB takes some
/// calls more; it is copied twice, like every other. An end has a descriptor, and so has each thread that
/// has waited at one.
public final class Connection: Sendable {
  private struct State {
    /// `nil` when the end is closed.
    var socket: ConnectionSocket?
    /// Those of the threads that wait at this end.
    var bells: [Bell] = []
  }

  private let state: Guarded<State>
  /// Whether to close the end when it was sent.
  private let isHandedOver: Bool
  let spin = SpinHint()

  init(_ socket: ConnectionSocket?, isHandedOver: Bool = false) {
    state = Guarded(State(socket: socket))
    self.isHandedOver = isHandedOver
  }

  /// Makes a pipe.
  ///
  /// - Returns: Its two ends, which are alike.
  /// - Throws: ``ConnectionError`` if the system has no descriptors for it.
  public static func pair() throws(ConnectionError) -> (Connection, Connection) {
    var ends: [Int32] = [-1, -1]
    let error = unsafe interlock_connection_pair(&ends)
    guard error == 0 else {
      throw ConnectionError(.cannotCreate, "no connection can be made", systemError: error)
    }
    return (Connection(ConnectionSocket(ends[0])), Connection(ConnectionSocket(ends[1])))
  }

  /// Whether the end has not been closed or handed over in this process.
  public var isOpen: Bool { state.withLock { $0.socket != nil } }

  /// Lets go of the end, in this process; others that have it keep it.
  ///
  /// Threads of this process that wait at it, or use it later, get ``ConnectionError/Reason/closed``.
  /// Closing it again does nothing.
  public func close() { _ = letGo() }

  /// Lets go of the end for whoever gets the next input, output or message that it is part of.
  ///
  /// From now on the end is closed for all who use it by this object. The new object can be sent once: then
  /// this process does not have the end any more, whether it arrives or not.
  ///
  ///     let (here, there) = try Connection.pair()
  ///     let worker = try WorkerProcess(there.handOver(), name: "greeter") { end in
  ///       try end.send("Hello")
  ///     }
  ///     while let greeting = try here.receive(String.self) { print(greeting) }
  ///     try worker.join()
  ///
  /// - Returns: The end, to be sent.
  public func handOver() -> Connection { Connection(letGo(), isHandedOver: true) }

  /// Closes the end; its descriptor goes when the last thread has noticed.
  private func letGo() -> ConnectionSocket? {
    let (socket, bells) = state.withLock { state in (state.socket.take(), state.bells) }
    for bell in bells { bell.ring() }
    return socket
  }
}

// For those that wait.
extension Connection {
  /// The open end.
  func socket() throws(ConnectionError) -> ConnectionSocket {
    guard let socket = state.withLock({ $0.socket }) else { throw .closedHere }
    return socket
  }

  /// How many threads of this process wait at the end.
  var waiterCount: Int { state.withLock { $0.bells.count } }

  /// Lets `bell` ring when the end is closed.
  ///
  /// - Returns: Whether it is open.
  func enter(_ bell: Bell) -> Bool {
    state.withLock { state in
      guard state.socket != nil else { return false }
      state.bells.append(bell)
      return true
    }
  }

  func leave(_ bell: Bell) {
    state.withLock { state in
      if let place = state.bells.firstIndex(where: { $0 === bell }) {
        state.bells.remove(at: place)
      }
    }
  }
}

extension Connection: Codable {
  /// Sends the end to another process, as part of an input, an output or a message.
  ///
  /// - Throws: `EncodingError` if the encoder does not do that, or if the end is closed.
  public func encode(to encoder: any Encoder) throws {
    func refuse(_ words: String) -> EncodingError {
      let context = EncodingError.Context(
        codingPath: encoder.codingPath,
        debugDescription: words
      )
      return EncodingError.invalidValue(self, context)
    }
    guard let passed = encoder.userInfo[PassedDescriptors.key] as? PassedDescriptors else {
      throw refuse("a connection can only be handed to another process of this program")
    }
    guard let socket = isHandedOver ? letGo() : state.withLock({ $0.socket }) else {
      throw refuse("the end of the connection is closed, or was handed over already")
    }
    var values = encoder.singleValueContainer()
    try values.encode(passed.add(socket.descriptor, of: socket))
  }

  /// Takes an end that another process sent.
  ///
  /// - Throws: `DecodingError` if there is none.
  public convenience init(from decoder: any Decoder) throws {
    let values = try decoder.singleValueContainer()
    let number = try values.decode(Int.self)
    guard
      let passed = decoder.userInfo[PassedDescriptors.key] as? PassedDescriptors,
      let descriptor = passed.take(number)
    else {
      throw DecodingError.dataCorruptedError(
        in: values,
        debugDescription: "the connection did not come along"
      )
    }
    let socket = ConnectionSocket(descriptor)
    guard interlock_connection_is_end(descriptor) else {
      throw DecodingError.dataCorruptedError(
        in: values,
        debugDescription: "what came along is no connection"
      )
    }
    self.init(socket)
  }
}
