import CInterlock
import Glibc

/// A worker process, as the one that started it sees it.
///
/// One thread at a time uses a link. It is *alive* until something goes wrong, and of no use afterwards.
/// Letting go of it ends the process.
final class WorkerLink: @unchecked Sendable {
  /// How long a worker may take to say that it is ready.
  private static let helloLimit = Duration.seconds(30)

  /// Why a call gave no answer.
  enum Failure: Error {
    case ended(ProcessExit)
    case timedOut
    /// The calling thread or task was cancelled, or the link was.
    case cancelled
    /// The caller's deadline has passed.
    case late
    case broken(String)
  }

  let process: WatchedProcess
  private let channel: Int32
  private let mailbox: Mailbox
  private let cancellation = Atomic<Bool>(false)
  // SAFETY (all): touched by the one thread that uses the link.
  /// What the worker was told of, and by which number.
  private var functions: [ObjectIdentifier: UInt32] = [:]
  private var isBroken = false
  /// How many inputs the worker was given.
  private(set) var inputCount = 0

  /// Starts a worker; `awaitHello` is to follow.
  init(name: String) throws(ProcessError) {
    guard !interlock_is_worker() || WorkerNesting.isReady else {
      throw ProcessError(.cannotStart("a worker that has not begun its work starts no others"))
    }
    do throws(ProcessSystemError) {
      let (mailbox, memory) = try Mailbox.make()
      defer { close(memory) }
      var child = interlock_child()
      let error = unsafe interlock_worker_start(name, true, &child)
      guard error == 0 else { throw ProcessSystemError(error, "it cannot be started") }
      process = WatchedProcess(child)
      channel = child.channel
      self.mailbox = mailbox
      do throws(ProcessSystemError) {
        let error = interlock_channel_send(child.channel, memory)
        // One that has ended already is noticed when it says no hello.
        guard error == 0 || error == EPIPE else {
          throw ProcessSystemError(error, "its memory cannot be sent")
        }
        try ProcessWatch.shared.add(process)
      } catch {
        process.endUnwatched()
        throw error
      }
    } catch {
      throw ProcessError(.cannotStart("\(error)"))
    }
    process.whenEnded { [mailbox] in mailbox.interrupt() }
  }

  deinit {
    if isBroken { process.send(signal: SIGKILL) }
    // A worker ends when it finds that closed.
    close(channel)
  }

  /// Waits until the worker is ready.
  func awaitHello(_ terms: CallTerms) throws(Failure) {
    try waitForMessage(CallTerms(limit: Self.helloLimit, deadline: terms.deadline))
  }

  /// What is wrong with a worker that was not ready.
  func startError(_ failure: Failure) -> CallFailure {
    let why: String
    switch failure {
    case .ended(let exit): why = "it \(exit) before it was ready"
    case .timedOut: why = "it was not ready within \(Self.helloLimit)"
    case .broken(let words): why = words
    case .cancelled, .late: return CallFailure(failure, self)
    }
    return CallFailure(ProcessError(.cannotStart(why), errorOutput: process.errorOutput))
  }

  /// Whether another call can be made.
  var isAlive: Bool { !isBroken && process.exit == nil }

  /// Whether the process was ended, or ended otherwise than in order.
  var hasCrashed: Bool {
    guard let exit = process.exit else { return isBroken }
    return exit != .exited(0)
  }

  /// How far the worker has come with the last call.
  var callProgress: Mailbox.CallProgress { mailbox.callProgress }

  /// Makes no more calls: the process is ended.
  func discard() { isBroken = true }

  /// Ends the call that is being made, and the process.
  func cancel() {
    // Ordering (L1): releasing, pairs with the load in `waitForMessage`.
    cancellation.store(true, ordering: .releasing)
    mailbox.interrupt()
  }
}

// Calls.
extension WorkerLink {
  /// Sends a call, and reads the answer.
  ///
  /// - Throws: ``Failure``, or what `write` and `read` throw; then the link is as good as before.
  func call<Result>(
    _ function: FunctionDefinition,
    _ terms: CallTerms,
    inputCount count: Int,
    write: (ValueEncoder) throws -> Void,
    read: (inout WireReader) throws -> Result
  ) throws -> Result {
    process.forgetErrorOutput()
    let encoder = mailbox.makeEncoder()
    let number = functions[ObjectIdentifier(function)]
    do {
      let call = WorkerCall(
        number: number ?? UInt32(functions.count),
        definition: number == nil ? function.reference : nil,
        isLast: terms.isLast
      )
      try call.encode(into: encoder)
      try write(encoder)
    } catch {
      throw MessageError("the input cannot be sent: \(error)")
    }
    if number == nil { functions[ObjectIdentifier(function)] = UInt32(functions.count) }
    inputCount += count
    mailbox.note(.unseen)
    mailbox.send(encoder)
    try waitForMessage(terms)
    do {
      return try mailbox.receive(read)
    } catch {
      throw MessageError("no output can be read: \(error)")
    }
  }

  /// Whether the process ended before it had read what to do, so that nothing was done.
  var hasMissedCall: Bool { process.exit != nil && mailbox.callProgress == .unseen }

  /// Waits until there is something to receive.
  private func waitForMessage(_ terms: CallTerms) throws(Failure) {
    guard terms.deadline != nil else { return try wait(terms, nil) }
    let thread = ThreadRecord.current
    try thread.withInterrupter { [mailbox] in
      mailbox.interrupt()
    } _: { () throws(Failure) in
      try wait(terms, thread)
    }
  }

  private func wait(_ terms: CallTerms, _ thread: ThreadRecord?) throws(Failure) {
    let giveUp = terms.deadline ?? .never
    var progress = mailbox.callProgress
    var limit = terms.limit.map(Deadline.after) ?? .never
    while true {
      // What came before the wait has no other chance to be noticed.
      if isCancelled(thread) { throw end(.cancelled) }
      switch mailbox.wait(until: min(limit, giveUp)) {
      case .message: return
      case .interrupted:
        if let exit = process.exit { throw end(.ended(exit)) }
      case .timedOut:
        if giveUp.hasPassed { throw end(.late) }
        guard let each = terms.limit else { continue }
        // Each input has the time, and this one may have been begun only now.
        let now = mailbox.callProgress
        guard now != progress else { throw end(.timedOut) }
        progress = now
        limit = .after(each)
      }
    }
  }

  private func isCancelled(_ thread: ThreadRecord?) -> Bool {
    // Ordering (L1): acquiring, pairs with the store in `cancel`.
    cancellation.load(ordering: .acquiring) || thread?.isCancelled ?? false
  }

  /// Ends the process, whatever it does, and waits for that.
  ///
  /// - Returns: Why; how it ended may be its own way if it was about to.
  private func end(_ failure: Failure) -> Failure {
    isBroken = true
    process.send(signal: SIGKILL)
    process.hasEnded.wait()
    return failure
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
