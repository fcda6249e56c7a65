import CInterlock

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
/// `arriveAndWait()` blocks until the last party arrives or the barrier breaks. Before it sleeps it
/// looks a few times, and lets other threads run a few times. The form with a deadline gives up when it passes, or when the
/// calling thread is cancelled, and breaks the barrier for all. `arriveAndDrop()`, `abort()` and
/// `reset()` never block.
///
/// ## Cost
///
/// One atomic instruction to arrive. Sleeping and waking add one kernel call each.
public final class Barrier: Sendable {
  /// What the last party does before all are let go.
  public typealias Action = @Sendable () throws -> Void

  /// What the barrier was called, for reports.
  public let name: String?

  private let action: Action?
  // The bits of `BarrierRules`, which say what they mean.
  private let word: Atomic<UInt64>
  // Lock order: whoever sleeps changes `word` while it has this; whoever ends a round does not.
  private let sleepers = Guarded<[Sleeper]>([])
  // Whether there is a CPU for each party, and whether looking was worth it the last time.
  private let hasEnoughProcessors: Bool
  private let isLookingWorthIt = Atomic(true)

  /// Creates a barrier.
  ///
  /// - Parameters:
  ///   - parties: How many threads meet.
  ///   - name: What to call the barrier in reports.
  ///   - action: What the last party to arrive does, once a round, before all are let go. If it
  ///     throws, the barrier breaks.
  /// - Precondition: `parties` is 1 to 65,535.
  public init(parties: Int, name: String? = nil, action: Action? = nil) {
    guard parties >= 1, parties <= BarrierRules.greatestParties else {
      misuse(
        "Barrier(parties: \(parties)): 1 to \(BarrierRules.greatestParties) threads can meet."
      )
    }
    self.name = name
    self.action = action
    word = Atomic(BarrierRules(parties: parties).bits)
    hasEnoughProcessors = parties <= Processors.atStart
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
      let (before, arrival) = change { $0.drop(hasAction: action != nil) }
      switch arrival {
      case .wait, .early: break
      case .pass(let round, _): wakeSleepers(of: round, .complete, ifAny: before)
      case .act(let round, _): failure = runAction(of: round)
      case .refuse:
        misuse("Barrier.arriveAndDrop()\(quotedName) by more threads than the barrier has parties.")
      }
    }
    if let failure { throw failure }
  }

  /// Breaks the barrier: everybody who waits, and who comes until ``reset()``, gets an error.
  public func abort() {
    Seam.perform(.abort, on: subject) { breakRound { $0.abort() } }
  }

  /// Makes the barrier as new: everybody who waits gets an error, and the next round begins.
  ///
  /// A barrier that is not broken does not break by this.
  public func reset() {
    Seam.perform(.reset, on: subject) { breakRound { $0.reset() } }
  }
}

// What a barrier tells about itself. The answers may be old when they arrive.
extension Barrier {
  /// How many threads meet.
  public var parties: Int { rules.parties }

  /// Whether the barrier is broken, until it is reset.
  public var isBroken: Bool { rules.isBroken }

  /// How many threads wait for the others.
  public var waiterCount: Int { rules.arrived }

  /// The threads that sleep until the others arrive, in the order in which they fell asleep.
  public var waiters: [ThreadIdentity] {
    sleepers.withLock { $0 }.map { ThreadIdentity($0.thread) }
  }
}

extension Barrier {
  /// A party that sleeps until its round ends.
  private struct Sleeper {
    let thread: ThreadRecord
    let round: UInt64
  }

  /// How often to look before letting others run, where there is a CPU for each party: the last one
  /// is there sooner than a system call would take.
  ///
  /// If other work keeps those CPUs busy looking is in vain; then only every so many rounds finds
  /// out whether that is still so.
  private static let looks = 48
  private static let roundsBetweenTrials: UInt64 = 64

  /// How often to let others run before sleeping.
  ///
  /// With more threads than CPUs the others need a turn each.
  private static let yields = 16

  private var subject: Subject { Subject("Barrier", self, name: name) }
  private var quotedName: String { name.map { " \"\($0)\"" } ?? "" }

  private var rules: BarrierRules {
    // Ordering (B1): acquiring, pairs with the change that ends a round.
    BarrierRules(bits: word.load(ordering: .acquiring))
  }

  /// Changes the rules as one step.
  ///
  /// - Returns: The rules before, and what `event` returned.
  private func change<Result>(_ event: (inout BarrierRules) -> Result) -> (BarrierRules, Result) {
    var seen = word.load(ordering: .relaxed)
    while true {
      var rules = BarrierRules(bits: seen)
      let result = event(&rules)
      let (isDone, now) = word.weakCompareExchange(
        expected: seen,
        desired: rules.bits,
        // Ordering (B1): releasing for what the party did before, acquiring for what the others did.
        successOrdering: .acquiringAndReleasing,
        failureOrdering: .relaxed
      )
      if isDone { return (BarrierRules(bits: seen), result) }
      seen = now
    }
  }

  private func arrive(givingUpAt deadline: Deadline?) throws(BarrierError) -> Int {
    var index = 0
    var failure: BarrierError?
    _ = Seam.attempt(.arrive, on: subject) {
      while true {
        let (before, arrival) = change { $0.arrive(hasAction: action != nil) }
        switch arrival {
        case .early(let round):
          _ = wait(forEndOf: round, until: deadline)
          continue
        case .refuse: failure = BarrierError(reason: .broken)
        case .pass(let round, let last):
          index = last
          wakeSleepers(of: round, .complete, ifAny: before)
        case .act(let round, let last):
          index = last
          failure = runAction(of: round)
        case .wait(let round, let place):
          index = place
          failure = wait(forEndOf: round, until: deadline)
        }
        return failure == nil
      }
    }
    if let failure { throw failure }
    return index
  }

  private func wait(forEndOf round: UInt64, until deadline: Deadline?) -> BarrierError? {
    if let outcome = lookForEnd(of: round) { return failure(for: outcome) }
    let me = ThreadRecord.current
    me.prepareToWait()
    let isAsleep = sleepers.withLock { sleepers in
      // Whoever ends the round sees that somebody sleeps, and comes here after this.
      guard change({ $0.sleep(in: round) }).1 else { return false }
      sleepers.append(Sleeper(thread: me, round: round))
      return true
    }
    guard isAsleep else { return failure(for: rules.outcome(of: round) ?? .complete) }
    var reason = me.waitForSignal(Operation(.arrive, subject), until: deadline)
    if reason == .none {
      let (before, hasGivenUp) = change { $0.giveUp(in: round) }
      if hasGivenUp {
        sleepers.withLock { $0.removeAll { $0.thread === me } }
        wakeSleepers(of: round, .broken, ifAny: before)
        return BarrierError(reason: me.isCancelled ? .cancelled : .timedOut)
      }
      // The round has ended, or is sure to: the signal comes.
      reason = me.waitForSignal(Operation(.arrive, subject), until: nil)
    }
    return failure(for: reason == .refused ? .broken : .complete)
  }

  /// Looks whether the round ends soon.
  private func lookForEnd(of round: UInt64) -> BarrierRules.Outcome? {
    guard !Seam.isWatched else { return nil }
    let wasWorthIt = isLookingWorthIt.load(ordering: .relaxed)
    if hasEnoughProcessors, wasWorthIt || round.isMultiple(of: Self.roundsBetweenTrials) {
      for _ in 0..<Self.looks {
        if let outcome = rules.outcome(of: round) {
          if !wasWorthIt { isLookingWorthIt.store(true, ordering: .relaxed) }
          return outcome
        }
        interlock_pause()
      }
      if wasWorthIt { isLookingWorthIt.store(false, ordering: .relaxed) }
    }
    for _ in 0..<Self.yields {
      if let outcome = rules.outcome(of: round) { return outcome }
      Seam.world.yield()
    }
    return nil
  }

  private func failure(for outcome: BarrierRules.Outcome) -> BarrierError? {
    switch outcome {
    case .complete: nil
    case .broken: BarrierError(reason: .broken)
    }
  }

  /// Runs the action and lets the round's parties go.
  private func runAction(of round: UInt64) -> BarrierError? {
    var failure: BarrierError?
    do {
      try action?()
    } catch {
      failure = BarrierError(reason: .actionFailed, underlyingError: error)
    }
    let (before, isFinished) = change { $0.finishAction(of: round, hasFailed: failure != nil) }
    guard isFinished else { return failure ?? BarrierError(reason: .broken) }
    wakeSleepers(of: round, failure == nil ? .complete : .broken, ifAny: before)
    return failure
  }

  private func breakRound(_ event: (inout BarrierRules) -> Void) {
    let (before, _) = change(event)
    wakeSleepers(of: before.round, .broken, ifAny: before)
  }

  /// Wakes the parties of a round that has ended, if any slept when it did.
  private func wakeSleepers(
    of round: UInt64,
    _ outcome: BarrierRules.Outcome,
    ifAny before: BarrierRules
  ) {
    guard before.hasSleepers else { return }
    let woken = sleepers.withLock { sleepers in
      let leaving = sleepers.filter { $0.round == round }.map(\.thread)
      sleepers.removeAll { $0.round == round }
      for thread in leaving { thread.signal(outcome == .complete ? .given : .refused) }
      return leaving
    }
    woken.wake()
  }
}
