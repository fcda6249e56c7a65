import CInterlock
import Glibc

/// A process that this one has started, as long as it lives and afterwards.
///
/// The thread of `ProcessWatch` reads what it writes to its standard error, and notices its end.
final class WatchedProcess: Sendable {
  private struct State {
    var exit: ProcessExit?
    /// What it wrote last.
    var errorTail: [UInt8] = []
    /// -1 when nothing more comes.
    var errors: Int32
    /// -1 when the process has ended.
    var descriptor: Int32
    /// What watches the two; -1 before.
    var watch: Int32 = -1
    var followers: [@Sendable () -> Void] = []

    /// Closes a descriptor, of which a child without `exec` may have a copy: only taking it away ends the
    /// watch for certain.
    private func close(_ descriptor: Int32) {
      guard descriptor >= 0 else { return }
      if watch >= 0 { _ = interlock_watch_remove(watch, descriptor) }
      _ = Glibc.close(descriptor)
    }

    mutating func closeErrors() {
      close(errors)
      errors = -1
    }

    mutating func closeDescriptor() {
      close(descriptor)
      descriptor = -1
    }
  }

  /// How much of its standard error is kept.
  private static let tailLimit = 1 << 14
  /// How much is read and passed on at once.
  private static let pieceSize = 1 << 12

  /// The system's number for it.
  let number: Int32
  /// Readable when the process has ended; closed when that is known.
  let descriptor: Int32
  /// Its standard error.
  let errors: Int32
  /// Set when the process has ended, and everything about that is known.
  let hasEnded = Event()
  private let relay: ErrorRelay
  private let state: Guarded<State>

  init(_ child: interlock_child, relay: ErrorRelay = .shared) {
    self.relay = relay
    number = child.process
    descriptor = child.process_descriptor
    errors = child.errors
    state = Guarded(State(errors: child.errors, descriptor: child.process_descriptor))
  }

  /// How the process ended; `nil` if it has not.
  var exit: ProcessExit? { state.withLock { $0.exit } }

  /// What the process wrote to its standard error last.
  var errorOutput: String { String(decoding: state.withLock { $0.errorTail }, as: UTF8.self) }

  /// Forgets what the process wrote to its standard error so far, passing on what was not read yet.
  func forgetErrorOutput() {
    passOnErrors()
    state.withLock { $0.errorTail = [] }
  }

  /// Sends a signal, if the process has not ended.
  func send(signal: Int32) {
    state.withLock { state in
      if state.descriptor >= 0 { _ = interlock_process_signal(state.descriptor, signal) }
    }
  }

  /// Ends the process, which nobody watches.
  func endUnwatched() {
    send(signal: SIGKILL)
    while !noteEnd() { _ = interlock_child_wait(descriptor) }
  }

  /// Calls `body` when the process has ended, in the thread that notices it; now if it has.
  ///
  /// `body` must not block.
  func whenEnded(_ body: @escaping @Sendable () -> Void) {
    let isOver = state.withLock { state in
      if state.exit == nil { state.followers.append(body) }
      return state.exit != nil
    }
    if isOver { body() }
  }
}

// What the watching thread does.
extension WatchedProcess {
  /// The process is watched from now on.
  func begin(_ watch: Int32) {
    state.withLock { $0.watch = watch }
  }

  enum ErrorsRead {
    case some, nothing
    /// Nothing more will come.
    case end
    /// Our own standard error takes nothing at the moment.
    case blocked
  }

  /// Keeps the last part of what the process writes to its standard error, and passes it on.
  func readErrors() -> ErrorsRead {
    guard relay.hasRoom else { return .blocked }
    let (read, piece) = readPiece()
    relay.pass(on: piece)
    return read
  }

  private func readPiece() -> (ErrorsRead, [UInt8]) {
    state.withLock { state in
      guard state.errors >= 0 else { return (.end, []) }
      // Without memory of its own: usually there is nothing.
      let (count, piece) = unsafe withUnsafeTemporaryAllocation(
        byteCount: Self.pieceSize,
        alignment: 1
      ) { bytes in
        let count = unsafe read(state.errors, bytes.baseAddress, bytes.count)
        return unsafe (count, Array(bytes.prefix(max(0, count))))
      }
      if count < 0, errno == EAGAIN || errno == EINTR { return (.nothing, []) }
      guard count > 0 else {
        state.closeErrors()
        return (.end, [])
      }
      state.errorTail += piece
      let excess = state.errorTail.count - Self.tailLimit
      if excess > 0 { state.errorTail.removeFirst(excess) }
      return (.some, piece)
    }
  }

  /// Lets the system forget the process, which has ended, and tells everybody.
  ///
  /// - Returns: `false` if it has not ended after all.
  func noteEnd() -> Bool {
    var how = interlock_exit()
    let error = unsafe interlock_child_reap(descriptor, &how)
    // On an error somebody else in this program has waited for it.
    guard error != 0 || how.has_ended else { return false }
    let exit: ProcessExit =
      error != 0 ? .unknown : how.was_killed ? .killed(signal: how.status) : .exited(how.status)
    readLastErrors()
    let followers = state.withLock { state in
      state.exit = exit
      state.closeDescriptor()
      defer { state.followers = [] }
      return state.followers
    }
    hasEnded.set()
    for follower in followers { follower() }
    return true
  }

  /// Reads what is left; children of the process may keep the other end open, and write without end.
  private func readLastErrors() {
    passOnErrors()
    state.withLock { state in
      state.closeErrors()
    }
  }

  /// Reads no more than what is in the pipe, and passes on as much of it as there is room for.
  private func passOnErrors() {
    for _ in 0..<(1 << 16) / Self.pieceSize {
      let (read, piece) = readPiece()
      guard case .some = read else { return }
      relay.pass(on: piece)
    }
  }
}
