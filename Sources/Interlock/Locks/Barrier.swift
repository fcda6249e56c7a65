/// A meeting point: threads wait until all parties have arrived, and then go on together.
///
/// The same barrier serves round after round.
///
///     let barrier = Barrier(parties: 4, name: "rows")
///     for round in 0..<rounds {
///       computeMyRows(round)
///       try barrier.arriveAndWait()   // now everybody's rows are there
///     }
///
/// A barrier breaks when a party gives up, when its action throws, or when somebody aborts it: then
/// everybody who waits gets a ``BarrierError`` instead of waiting for ever, and so does everybody who
/// comes until ``reset()``.
///
/// ## Ordering
///
/// Everything a party does before it arrives happens before the action, and the action happens
/// before everything any party does after its `arriveAndWait()`.
///
/// ## Waiting
///
/// `arriveAndWait()` blocks until the last party arrives or the barrier breaks; before it sleeps it
/// lets other threads run a few times. The form with a deadline gives up when it passes, or when the
/// calling thread is cancelled, and breaks the barrier for all. `arriveAndDrop()`, `abort()` and
/// `reset()` never block.
///
/// ## Cost
///
/// Two atomic instructions to arrive, one for each party to let go. Waiting and waking add one kernel
/// call each.
public final class Barrier: Sendable {
  /// What the last party does before all are let go.
  public typealias Action = @Sendable () throws -> Void

  /// What the barrier was called, for reports.
  public let name: String?

  private let action: Action?
  private let rules: Guarded<BarrierRules>

  /// Creates a barrier.
  ///
  /// - Parameters:
  ///   - parties: How many threads meet.
  ///   - name: What to call the barrier in reports.
  ///   - action: What the last party to arrive does, once a round, before all are let go. If it
  ///     throws, the barrier breaks.
  /// - Precondition: `parties` is at least 1.
  public init(parties: Int, name: String? = nil, action: Action? = nil) {
    guard parties >= 1 else { misuse("Barrier(parties: \(parties)): at least one thread meets.") }
    self.name = name
    self.action = action
    rules = Guarded(BarrierRules(parties: parties))
  }

  /// Waits until all parties have arrived.
  ///
  /// - Returns: The order of arrival, 0 for the first party and `parties - 1` for the last: a
  ///   different number for each party of the round.
  /// - Throws: ``BarrierError`` if the barrier is broken or breaks.
  @discardableResult
  public func arriveAndWait() throws(BarrierError) -> Int {
    try arrive(givingUpAt: nil)
  }

  /// Waits until all parties have arrived, or gives up and breaks the barrier.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: The order of arrival, as ``arriveAndWait()``.
  /// - Throws: ``BarrierError`` if the barrier is broken or breaks, if the deadline passes or the
  ///   thread is cancelled.
  @discardableResult
  public func arriveAndWait(until deadline: Deadline) throws(BarrierError) -> Int {
    try arrive(givingUpAt: deadline)
  }

  /// Waits until all parties have arrived, or gives up and breaks the barrier.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: The order of arrival, as ``arriveAndWait()``.
  /// - Throws: ``BarrierError`` if the barrier is broken or breaks, if the time is over or the thread
  ///   is cancelled.
  @discardableResult
  public func arriveAndWait(for duration: Duration) throws(BarrierError) -> Int {
    try arrive(givingUpAt: .after(duration))
  }

  /// Leaves for good: this round and all later ones have one party less.
  ///
  /// - Throws: ``BarrierError`` if the round is complete now and the action throws.
  /// - Precondition: There is a party left.
  public func arriveAndDrop() throws(BarrierError) {
    var failure: BarrierError?
    Seam.perform(.arrive, on: subject) {
      switch rules.withLock({ $0.drop(hasAction: action != nil) }) {
      case .complete: failure = completeRound()
      case .pass(_, let others): others.wake()
      case .wait: break
      case .refuse:
        misuse("Barrier.arriveAndDrop()\(quotedName) by more threads than the barrier has parties.")
      }
    }
    if let failure { throw failure }
  }

  /// Breaks the barrier: everybody who waits, and who comes until ``reset()``, gets an error.
  public func abort() {
    Seam.perform(.abort, on: subject) {
      rules.withLock { $0.abort() }.wake()
    }
  }

  /// Makes the barrier as new: everybody who waits gets an error, and the next round begins.
  ///
  /// A barrier that is not broken does not break by this.
  public func reset() {
    Seam.perform(.reset, on: subject) {
      rules.withLock { $0.reset() }.wake()
    }
  }
}

// What a barrier tells about itself. The answers may be old when they arrive.
extension Barrier {
  /// How many threads meet.
  public var parties: Int { rules.withLock { $0.parties } }

  /// Whether the barrier is broken, until it is reset.
  public var isBroken: Bool { rules.withLock { $0.isBroken } }

  /// How many threads wait for the others.
  public var waiterCount: Int { rules.withLock { $0.line.count } }

  /// The threads that wait for the others, in the order of their arrival.
  public var waiters: [ThreadIdentity] {
    rules.withLock { $0.line.threads }.map(ThreadIdentity.init)
  }
}

extension Barrier {
  /// How often to let others run before sleeping. With more threads than CPUs the others need a turn
  /// each; with a CPU for each thread the last party is there sooner than a sleeper could wake.
  private static let yields = 16

  private var subject: Subject { Subject("Barrier", self, name: name) }
  private var quotedName: String { name.map { " \"\($0)\"" } ?? "" }

  private func arrive(givingUpAt deadline: Deadline?) throws(BarrierError) -> Int {
    var arrival = BarrierRules.Arrival.refuse
    var failure: BarrierError?
    _ = Seam.attempt(.arrive, on: subject) {
      let reason = rules.wait(
        for: Operation(.arrive, subject), until: deadline, yields: Self.yields,
        enter: { rules, thread in
          arrival = rules.arrive(thread, hasAction: action != nil)
          return arrival.entry
        },
        leave: { $0.leave($1) })
      switch (reason, arrival) {
      case (.given, .complete): failure = completeRound()
      case (.given, .pass(_, let others)): others.wake()
      case (.given, _), (.tryAgain, _): break
      case (.refused, _): failure = BarrierError(reason: .broken)
      case (.none, _):
        failure = BarrierError(reason: ThreadRecord.current.isCancelled ? .cancelled : .timedOut)
      }
      return failure == nil
    }
    if let failure { throw failure }
    return arrival.index
  }

  /// Runs the action and lets the round's parties go.
  private func completeRound() -> BarrierError? {
    let (failure, isNextComplete) = runAction()
    // Rounds that filled meanwhile, with more threads than parties, have nobody else to finish them.
    var hasMore = isNextComplete
    while hasMore { hasMore = runAction().isNextComplete }
    return failure
  }

  private func runAction() -> (failure: BarrierError?, isNextComplete: Bool) {
    var failure: BarrierError?
    do {
      try action?()
    } catch {
      failure = BarrierError(reason: .actionFailed, underlyingError: error)
    }
    let end = rules.withLock { $0.finishRound(hasFailed: failure != nil) }
    end.woken.wake()
    if failure == nil, end.wasBroken { failure = BarrierError(reason: .broken) }
    return (failure, end.isNextComplete)
  }
}
