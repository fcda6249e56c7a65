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
/// A thread that comes while the action of a round runs to which it does not belong waits for the
/// action's end first, whatever its deadline. An action must not arrive at its own barrier.
///
/// ## Cost
///
/// One atomic instruction to arrive. Sleeping and waking add one kernel call each.
public final class Barrier: Sendable {
  /// What the last party does before all are let go.
  public typealias Action = @Sendable () throws -> Void

  /// What the barrier was called, for reports.
  public let name: String?

  let action: Action?
  // The bits of `BarrierRules`, which say what they mean.
  let word: Atomic<UInt64>
  // Grows before each change that may break a round: for threads that look away for so long that the
  // history in the word does not reach back to their round.
  let breaks = Atomic<UInt64>(0)
  // Lock order: whoever sleeps changes `word` while it has this; whoever ends a round does not.
  let sleepers = Guarded<[Sleeper]>([])
  // Whether there is a CPU for each party, and whether looking was worth it the last time.
  let hasEnoughProcessors: Bool
  let isLookingWorthIt = Atomic(true)

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
  /// With the last party gone, whoever still comes goes straight through.
  ///
  /// - Throws: ``BarrierError`` if the round is complete now and the action throws, or the barrier is
  ///   aborted or reset while it runs.
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

extension Barrier: Named {
  package var nameForReports: String? { name }
}
