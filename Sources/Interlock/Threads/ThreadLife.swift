/// A thread that was started, from its body to its end, whatever the types of what it returns and throws.
///
/// It does not know those types, so that the compiler makes code for it once; ``ThreadHandle`` knows them.
@usableFromInline
final class ThreadLife: @unchecked Sendable {
  let record: ThreadRecord
  private let outcomeGuard = GuardLock()
  // Guarded by: `outcomeGuard`.
  @exclusivity(unchecked)
  private var outcome = ThreadOutcome()
  // SAFETY: set before the thread begins; then only the thread touches it.
  @exclusivity(unchecked)
  private var body: (@Sendable () -> ThreadEnding)?

  /// Makes a thread, and starts it.
  ///
  /// - Parameters:
  ///   - name: What to call it.
  ///   - stackSize: Bytes of stack; `nil` for what the system gives.
  ///   - body: What it does; it goes away, with all that it has captured, when it has run.
  /// - Throws: ``ThreadError`` if the system gives the process no other thread.
  @usableFromInline
  init(
    name: String?,
    stackSize: Int?,
    _ body: @escaping @Sendable () -> ThreadEnding
  ) throws(ThreadError) {
    let world = Seam.world
    record = ThreadRecord(name: name, in: world.registry)
    unsafe self.body = body
    try start(in: world, stackSize: stackSize)
  }

  // The thread has it until it has ended, so that its error is known even if its handle went away before.
  deinit {
    if let failure = unsafe outcome.unseen?.failure {
      UnjoinedFailure.report(failure, of: ThreadIdentity(record))
    }
  }

  private func start(in world: any World, stackSize: Int?) throws(ThreadError) {
    var failure: ThreadError?
    _ = Seam.attempt(.start, on: subject) {
      do throws(ThreadError) {
        try world.start(record, stackSize: stackSize) { self.run() }
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  /// What the thread does.
  private func run() {
    let ending = callBody()
    // Whoever joins finds everything gone that belonged to the thread.
    record.leave()
    finish(ending)
  }

  private func callBody() -> ThreadEnding {
    guard let body = unsafe body.take() else { fatalError("a thread runs its body once") }
    return body()
  }

  var subject: Subject { Subject("ThreadHandle", record) }

  @usableFromInline var isFinished: Bool { withOutcome { $0.ending != nil } }

  private func withOutcome<Result>(_ body: (inout ThreadOutcome) -> Result) -> Result {
    outcomeGuard.withLock { unsafe body(&outcome) }
  }

  func cancel() {
    Seam.perform(.cancel, on: subject) { record.cancel() }
  }

  /// How it ended, if it has.
  @usableFromInline
  func look() -> ThreadEnding? { withOutcome { $0.look() } }

  /// Waits until it has ended.
  @usableFromInline
  func join() -> ThreadEnding {
    // Without a deadline the wait does not give up.
    while true {
      if let ending = join(until: nil) { return ending }
    }
  }

  /// Waits until it has ended, or gives up.
  ///
  /// - Parameter deadline: When to give up; `nil` never does.
  /// - Returns: How it ended; `nil` if the caller gave up.
  @usableFromInline
  func join(until deadline: Deadline?) -> ThreadEnding? {
    if ThreadNumber.current == record.number {
      misuse(
        "ThreadHandle.join() by the thread \"\(record.name)\" itself, which would wait for its own end. "
          + "Return the value from the body and join in the thread that spawned it."
      )
    }
    var ending: ThreadEnding?
    _ = Seam.attempt(.join, on: subject, mayGiveUp: deadline != nil) {
      ending = look() ?? waitForEnd(until: deadline)
      return ending != nil
    }
    return ending
  }

  private func waitForEnd(until deadline: Deadline?) -> ThreadEnding? {
    let me = ThreadRecord.current
    me.prepareToWait()
    if let ending = withOutcome({ $0.enter(me) }) { return ending }
    _ = me.waitForSignal(Operation(.join, subject), until: deadline, heldBy: record)
    return withOutcome { $0.leave(me) }
  }

  /// How it ended, for tasks.
  @usableFromInline
  func ending() async -> ThreadEnding {
    await withCheckedContinuation { continuation in
      let finished = withOutcome { $0.enter(continuation) }
      if let finished { continuation.resume(returning: finished) }
    }
  }

  /// The body has returned or thrown.
  private func finish(_ ending: ThreadEnding) {
    Seam.perform(.finish, on: subject) {
      // Act after unlocking.
      let waiting = withOutcome { $0.finish(ending) }
      // What goes wrong in an ending world is not worth a report.
      if Seam.isEnding { _ = look() }
      waiting.threads.wake()
      for continuation in waiting.continuations { continuation.resume(returning: ending) }
    }
  }
}

/// A thread has its own end.
extension ThreadRecord: HeldByThreads {
  package func holdingThreads(against waiter: ThreadRecord) -> [ThreadRecord] { [self] }
}

/// What the body of a thread returned or threw; see ``ThreadResult``.
@usableFromInline
class ThreadEnding: @unchecked Sendable {
  // SAFETY: it has no state; the one class that has some has only constants of types that are `Sendable`.
  @usableFromInline
  init() {}

  /// What it threw.
  @usableFromInline var failure: (any Error)? { nil }
}

/// What the body of a thread returned or threw, by its types.
@usableFromInline
final class ThreadResult<Success: Sendable, Failure: Error>: ThreadEnding, @unchecked Sendable {
  @usableFromInline let result: Result<Success, Failure>

  @inlinable
  init(_ result: Result<Success, Failure>) {
    self.result = result
    super.init()
  }

  @usableFromInline override var failure: (any Error)? {
    if case .failure(let failure) = result { failure } else { nil }
  }
}

/// How a thread ended, and who waits for that: running until the one call of `finish`, then
/// finished for ever.
struct ThreadOutcome {
  typealias Continuation = CheckedContinuation<ThreadEnding, Never>
  struct Waiting {
    var threads: [ThreadRecord] = []
    var continuations: [Continuation] = []
  }

  private(set) var ending: ThreadEnding?
  private var waiting = Waiting()
  private var isSeen = false

  /// An ending that nobody asked for.
  var unseen: ThreadEnding? { isSeen ? nil : ending }

  mutating func look() -> ThreadEnding? {
    if ending != nil { isSeen = true }
    return ending
  }

  mutating func enter(_ thread: ThreadRecord) -> ThreadEnding? {
    if ending == nil { waiting.threads.append(thread) }
    return look()
  }

  mutating func enter(_ continuation: Continuation) -> ThreadEnding? {
    if ending == nil { waiting.continuations.append(continuation) }
    return look()
  }

  mutating func leave(_ thread: ThreadRecord) -> ThreadEnding? {
    waiting.threads.removeAll { $0 === thread }
    return look()
  }

  mutating func finish(_ ending: ThreadEnding) -> Waiting {
    precondition(self.ending == nil, "a thread finishes once")
    self.ending = ending
    if !waiting.continuations.isEmpty { isSeen = true }
    for thread in waiting.threads { thread.signal(.given) }
    defer { waiting = Waiting() }
    return waiting
  }
}
