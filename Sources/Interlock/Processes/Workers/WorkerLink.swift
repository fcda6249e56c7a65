import CInterlock
import Glibc

/// A worker process, as the one that started it sees it.
///
/// One thread at a time uses a link. It is *alive* until something goes wrong, and of no use afterwards.
/// Letting go of it ends the process.
final class WorkerLink: @unchecked Sendable {
  /// How long a worker may take to say that it is ready.
  private static let helloLimit = Duration.seconds(30)
  /// How much of its standard error is kept.
  private static let errorLimit = 1 << 14
  /// How often it is read in a row; what else has it, besides the worker, may write without end.
  private static let readLimit = 64

  /// Why a call gave no answer.
  enum Failure: Error {
    case ended(ProcessExit)
    case timedOut
    case broken(String)
  }

  let process: Int32
  private let processDescriptor: Int32
  private let errors: Int32
  private let channel: MessageChannel
  // SAFETY (all): touched by the one thread that uses the link.
  private var errorTail: [UInt8] = []
  private var areErrorsOpen = true
  private var exit: ProcessExit?
  /// Whether the process ended before it had read what to do, so that nothing was done.
  private(set) var missedCall = false

  /// Starts a worker, and waits until it is ready.
  init(name: String) throws(ProcessError) {
    guard !interlock_is_worker() || WorkerNesting.isReady else {
      throw ProcessError(.cannotStart("a worker that has not begun its work starts no others"))
    }
    var child = interlock_child()
    let error = unsafe interlock_worker_start(name, true, &child)
    guard error == 0 else {
      throw ProcessError(
        .cannotStart(ProcessSystemError(error, "it cannot be started").description)
      )
    }
    process = child.process
    processDescriptor = child.process_descriptor
    errors = child.errors
    channel = MessageChannel(descriptor: child.channel)
    do {
      try expectHello()
    } catch let failure as Failure {
      throw ProcessError(.cannotStart(describe(failure)), errorOutput: errorOutput)
    } catch {
      throw ProcessError(.cannotStart("\(error)"), errorOutput: errorOutput)
    }
  }

  deinit {
    if exit == nil { end() }
    close(errors)
    close(processDescriptor)
  }

  private func expectHello() throws {
    try waitForMessage(until: .after(Self.helloLimit))
    let version: UInt8? = try channel.receive { kind, reader in
      guard kind == .hello else { throw MessageError("it did not say hello") }
      return try ValueDecoder.decode(WorkerHello.self, from: &reader).version
    }
    guard version == Wire.version else { throw Failure.broken("it speaks another version") }
  }

  /// Whether another call can be made.
  var isAlive: Bool { exit == nil }

  /// What the process wrote to its standard error last.
  var errorOutput: String {
    String(decoding: errorTail, as: UTF8.self)
  }

  /// An encoder for the next call.
  func makeEncoder() -> ValueEncoder { channel.makeEncoder() }

  /// Sends a call, and reads the answer.
  func call<Result>(
    _ encoder: ValueEncoder,
    until deadline: Deadline,
    _ body: (inout WireReader) throws -> Result
  ) throws -> Result {
    errorTail = []
    do throws(ProcessSystemError) {
      try channel.send(.call, encoder)
    } catch {
      missedCall = error.number == EPIPE || error.number == ECONNRESET
      let exit = end()
      throw missedCall ? Failure.ended(exit) : .broken("\(error)")
    }
    try waitForMessage(until: deadline)
    let outcome: Swift.Result<Result, any Error>?
    do {
      // The link is as good as before if the message is whole, whatever `body` makes of it.
      outcome = try channel.receive { kind, reader in
        guard kind == .reply else { throw MessageError("a worker sent no reply") }
        return Swift.Result { try body(&reader) }
      }
    } catch {
      end()
      throw Failure.broken("\(error)")
    }
    guard let outcome else {
      missedCall = channel.wasReset
      throw Failure.ended(end())
    }
    return try outcome.get()
  }

  /// Waits until there is something to receive.
  private func waitForMessage(until deadline: Deadline) throws(Failure) {
    while true {
      var ready = [false, false, false]
      let descriptors = [channel.descriptor, processDescriptor, errors]
      // One that is closed is always ready.
      let count: Int32 = areErrorsOpen ? 3 : 2
      let error = unsafe interlock_wait_readable(descriptors, &ready, count, deadline.nanoseconds)
      if error == ETIMEDOUT {
        end()
        throw .timedOut
      }
      if error != 0 {
        // Its answer must not be taken for that of the next call.
        end()
        throw .broken("waiting for a worker failed: error \(error)")
      }
      if ready[2] { readErrors() }
      if ready[0] { return }
      if ready[1] {
        // It may have sent something after the channel was looked at, and before the process was.
        let error = unsafe interlock_wait_readable(descriptors, &ready, 1, 0)
        if error == 0 { return }
        throw .ended(waitForEnd())
      }
    }
  }

  /// Ends the process, whatever it does.
  ///
  /// - Returns: How it ended, which is its own way if it was about to.
  @discardableResult
  private func end() -> ProcessExit {
    _ = interlock_process_signal(processDescriptor, SIGKILL)
    return waitForEnd()
  }

  /// Waits until the process has ended, and lets the system forget it.
  private func waitForEnd() -> ProcessExit {
    if let exit { return exit }
    while true {
      var how = interlock_exit()
      guard unsafe interlock_child_reap(processDescriptor, &how) == 0 else {
        // Somebody else in this program has waited for it.
        exit = .exited(-1)
        return .exited(-1)
      }
      if how.has_ended {
        readErrors()
        let found = how.was_killed ? ProcessExit.killed(signal: how.status) : .exited(how.status)
        exit = found
        return found
      }
      var ready = [false]
      let descriptors = [processDescriptor]
      _ = unsafe interlock_wait_readable(descriptors, &ready, 1, Deadline.never.nanoseconds)
    }
  }

  /// Reads what the process has written to its standard error.
  private func readErrors() {
    for _ in 0..<Self.readLimit where !readSomeErrors() { return }
  }

  /// Keeps the last part of what the process writes to its standard error, and passes it on.
  ///
  /// - Returns: Whether there was something.
  private func readSomeErrors() -> Bool {
    guard areErrorsOpen else { return false }
    var ready = [false]
    let descriptors = [errors]
    guard unsafe interlock_wait_readable(descriptors, &ready, 1, 0) == 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: Self.errorLimit)
    let count = unsafe read(errors, &buffer, buffer.count)
    guard count > 0 else {
      areErrorsOpen = count < 0 && errno == EINTR
      return false
    }
    _ = unsafe interlock_write_all(STDERR_FILENO, buffer, count)
    errorTail += buffer.prefix(count)
    if errorTail.count > Self.errorLimit {
      errorTail.removeFirst(errorTail.count - Self.errorLimit)
    }
    return true
  }

  private func describe(_ failure: Failure) -> String {
    switch failure {
    case .ended(let exit): "it \(exit) before it was ready"
    case .timedOut: "it was not ready within \(Self.helloLimit)"
    case .broken(let why): why
    }
  }
}

/// Whether a worker may start workers of its own.
enum WorkerNesting {
  private static let word = Atomic(false)

  /// Set when the worker has said hello: before that it may be a program that does not know that it
  /// is one, and starts others without end.
  static var isReady: Bool { word.load(ordering: .relaxed) }

  static func noteReady() { word.store(true, ordering: .relaxed) }
}
