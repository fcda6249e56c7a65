import CInterlock

extension Barrier {
  /// A party that sleeps until its round ends.
  struct Sleeper {
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

  var subject: Subject { Subject("Barrier", self) }
  var quotedName: String { name.map { " \"\($0)\"" } ?? "" }

  var rules: BarrierRules {
    // Ordering (B1): acquiring, pairs with the change that ends a round.
    BarrierRules(bits: word.load(ordering: .acquiring))
  }

  /// Changes the rules as one step.
  ///
  /// - Returns: The rules before, and what `event` returned.
  func change<Result>(_ event: (inout BarrierRules) -> Result) -> (BarrierRules, Result) {
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

  func arrive(givingUpAt deadline: Deadline?) throws(BarrierError) -> Int {
    var index = 0
    var failure: BarrierError?
    _ = Seam.attempt(.arrive, on: subject) {
      while true {
        // Ordering (B2): relaxed, for `change` is acquiring and releasing: whoever sees in the word
        // that a round has ended sees the breaks that were counted before.
        let breaks = breaks.load(ordering: .relaxed)
        let (before, arrival) = change { $0.arrive(hasAction: action != nil) }
        switch arrival {
        case .early(let round):
          _ = wait(forEndOf: round, since: breaks, until: deadline)
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
          failure = wait(forEndOf: round, since: breaks, until: deadline)
        }
        return failure == nil
      }
    }
    if let failure { throw failure }
    return index
  }

  private func wait(
    forEndOf round: UInt64,
    since breaks: UInt64,
    until deadline: Deadline?
  )
    -> BarrierError?
  {
    if let outcome = lookForEnd(of: round, since: breaks) { return failure(for: outcome) }
    let me = ThreadRecord.current
    me.prepareToWait()
    let isAsleep = sleepers.withLock { sleepers in
      // Whoever ends the round sees that somebody sleeps, and comes here after this.
      guard change({ $0.sleep(in: round) }).1 else { return false }
      sleepers.append(Sleeper(thread: me, round: round))
      return true
    }
    guard isAsleep else { return failure(for: outcome(of: round, since: breaks)) }
    var reason = me.waitForSignal(Operation(.arrive, subject), until: deadline)
    if reason == .none {
      countBreak()
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
  private func lookForEnd(of round: UInt64, since breaks: UInt64) -> BarrierRules.Outcome? {
    guard !Seam.isWatched else { return nil }
    let wasWorthIt = isLookingWorthIt.load(ordering: .relaxed)
    if hasEnoughProcessors, wasWorthIt || round.isMultiple(of: Self.roundsBetweenTrials) {
      for _ in 0..<Self.looks {
        if let outcome = outcome(of: round, since: breaks) {
          if !wasWorthIt { isLookingWorthIt.store(true, ordering: .relaxed) }
          return outcome
        }
        interlock_pause()
      }
      if wasWorthIt { isLookingWorthIt.store(false, ordering: .relaxed) }
    }
    for _ in 0..<Self.yields {
      if let outcome = outcome(of: round, since: breaks) { return outcome }
      Seam.world.yield()
    }
    return nil
  }

  /// How the round of a thread ended, which arrived when so many breaks had been counted.
  private func outcome(of round: UInt64, since breaks: UInt64) -> BarrierRules.Outcome? {
    let rules = rules
    guard !rules.remembers(round) else { return rules.outcome(of: round) }
    return self.breaks.load(ordering: .relaxed) == breaks ? .complete : .broken
  }

  /// A round may be about to break.
  private func countBreak() {
    breaks.wrappingAdd(1, ordering: .relaxed)
  }

  private func failure(for outcome: BarrierRules.Outcome?) -> BarrierError? {
    switch outcome {
    case .complete, nil: nil
    case .broken: BarrierError(reason: .broken)
    }
  }

  /// Runs the action and lets the round's parties go.
  func runAction(of round: UInt64) -> BarrierError? {
    var failure: BarrierError?
    do {
      if let action { try Seam.runForeign(action) }
    } catch {
      failure = BarrierError(reason: .actionFailed, underlyingError: error)
      countBreak()
    }
    let (before, isFinished) = change { $0.finishAction(of: round, hasFailed: failure != nil) }
    guard isFinished else { return failure ?? BarrierError(reason: .broken) }
    wakeSleepers(of: round, failure == nil ? .complete : .broken, ifAny: before)
    return failure
  }

  func breakRound(_ event: (inout BarrierRules) -> Void) {
    countBreak()
    let (before, _) = change(event)
    wakeSleepers(of: before.round, .broken, ifAny: before)
  }

  /// Wakes the parties of a round that has ended, if any slept when it did.
  func wakeSleepers(
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
