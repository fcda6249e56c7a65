import CInterlock
import Glibc

/// A worker process, as the one that started it sees it.
///
/// One thread at a time uses a link. It is *alive* until something goes wrong, and of no use afterwards.
/// Letting go of it ends the process.
///
/// Calls are sent and received in the same order; as many as there are lanes may be on their way.
final class WorkerLink: @unchecked Sendable {
  /// How long a worker may take to say that it is ready.
  private static let helloLimit = Duration.seconds(30)

  /// Why a call gave no answer.
  enum Failure: Error {
    case ended(ProcessExit)
    case timedOut
    /// The link was cancelled.
    case cancelled
    /// The caller's deadline has passed, or its thread or task was cancelled.
    case givenUp
  }

  let process: WatchedProcess
  private let channel: Int32
  private let mailbox: Mailbox
  private let cancellation = Atomic<Bool>(false)
  // SAFETY (all): touched by the one thread that uses the link.
  /// What the worker was told of, and by which number.
  private var functions: [ObjectIdentifier: UInt32] = [:]
  private var isBroken = false
  /// Where the worker waits for the next call, or will wait.
  private var nextLane = 0
  /// The lanes with calls on their way, the oldest first.
  private var openLanes: [Int] = []
  /// How many lanes, of the first ones, were used.
  private var usedLanes = 1
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
        mailbox.use(child.channel)
        let error = unsafe interlock_channel_send(child.channel, [memory], 1)
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
    // A lane that has none yet is waited for when it is used first.
    let terms = CallTerms(limit: Self.helloLimit, deadline: terms.deadline)
    try waitForMessage(on: mailbox.lanes[0], terms)
  }

  /// What is wrong with a worker that was not ready.
  func startError(_ failure: Failure) -> CallFailure {
    let why: String
    switch failure {
    case .ended(let exit): why = "it \(exit) before it was ready"
    case .timedOut: why = "it was not ready within \(Self.helloLimit)"
    case .cancelled, .givenUp: return CallFailure(failure, self)
    }
    return CallFailure(ProcessError(.cannotStart(why), errorOutput: process.errorOutput))
  }

  /// Whether another call can be made.
  var isAlive: Bool { !isBroken && process.exit == nil }

  /// Makes no more calls: the process is ended.
  func discard() { isBroken = true }

  /// Whether the process was ended, or ended otherwise than in order.
  var hasCrashed: Bool {
    guard let exit = process.exit else { return isBroken }
    return exit != .exited(0)
  }

  /// Ends the call that is being made, and the process.
  func cancel() {
    // Ordering (L1): releasing, pairs with the load in `isCancelled`.
    cancellation.store(true, ordering: .releasing)
    mailbox.interrupt()
  }
}

// Calls.
extension WorkerLink {
  /// Whether another call can be sent now.
  var hasRoom: Bool { !openLanes.contains(nextLane) }

  /// How far the worker has come with the oldest call that was not received.
  var callProgress: Lane.CallProgress {
    openLanes.first.map { mailbox.lanes[$0].callProgress } ?? .seen
  }

  /// Whether the process ended before it had read what to do, so that nothing was done.
  var hasMissedCall: Bool { process.exit != nil && callProgress == .unseen }

  /// Sends a call; another one may follow before it is received if `leavesRoom`.
  ///
  /// There is room for it, and the link is not broken: nobody would say that there is no answer.
  ///
  /// - Throws: What `write` throws; then nothing was sent, and the link is as good as before.
  func send(
    _ function: FunctionDefinition,
    _ terms: CallTerms,
    leavesRoom: Bool,
    inputCount count: Int,
    write: (ValueEncoder) throws -> Void
  ) throws {
    precondition(!isBroken && hasRoom)
    let lane = mailbox.lanes[nextLane]
    if nextLane == usedLanes {
      // Its hello.
      try waitForMessage(on: lane, terms)
      usedLanes += 1
    }
    if openLanes.isEmpty { process.forgetErrorOutput() }
    let following = leavesRoom ? (nextLane + 1) % Mailbox.laneCount : nextLane
    let encoder = lane.makeEncoder()
    let number = functions[ObjectIdentifier(function)]
    do {
      let call = WorkerCall(
        nextLane: following,
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
    openLanes.append(nextLane)
    nextLane = following
    lane.note(.unseen)
    lane.send(encoder)
  }

  /// Receives the answer to the oldest call that was not received; there is one.
  ///
  /// - Throws: ``Failure``, after which the link is of no use, or what `read` throws.
  func receive<Result>(
    _ terms: CallTerms,
    _ read: (inout WireReader) throws -> Result
  ) throws -> Result {
    let lane = mailbox.lanes[openLanes[0]]
    try waitForMessage(on: lane, terms)
    openLanes.removeFirst()
    do {
      return try lane.receive(read)
    } catch {
      throw MessageError("no output can be read: \(error)")
    }
  }

  /// Waits until there is something to receive.
  private func waitForMessage(on lane: Lane, _ terms: CallTerms) throws(Failure) {
    guard terms.deadline != nil else { return try wait(for: lane, terms, nil) }
    let thread = ThreadRecord.current
    try thread.withInterrupter {
      lane.interrupt()
    } _: { () throws(Failure) in
      try wait(for: lane, terms, thread)
    }
  }

  private func wait(
    for lane: Lane,
    _ terms: CallTerms,
    _ thread: ThreadRecord?
  ) throws(Failure) {
    let giveUp = terms.deadline ?? .never
    var progress = lane.callProgress
    var limit = terms.limit.map(Deadline.after) ?? .never
    while true {
      // What came before the wait has no other chance to be noticed.
      if isCancelled { throw end(.cancelled) }
      if let thread, thread.isCancelled { throw end(.givenUp) }
      switch lane.wait(until: min(limit, giveUp)) {
      case .message: return
      case .interrupted:
        if let exit = process.exit { throw end(.ended(exit)) }
      case .timedOut:
        if giveUp.hasPassed { throw end(.givenUp) }
        guard let each = terms.limit else { continue }
        // Each input has the time, and this one may have been begun only now.
        let now = lane.callProgress
        guard now != progress else { throw end(.timedOut) }
        progress = now
        limit = .after(each)
      }
    }
  }

  private var isCancelled: Bool {
    // Ordering (L1): acquiring, pairs with the store in `cancel`.
    cancellation.load(ordering: .acquiring)
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
