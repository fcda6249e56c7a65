/// The rules of a barrier.
///
/// A round fills while parties arrive, in `line`. The last party completes it: without an action the
/// others are let go at once; with one they move to `passing` while that party runs the action,
/// outside of the rules, and are let go by `finishRound`. Whoever arrives meanwhile belongs to the
/// next round, which cannot complete before this one has finished.
///
/// | state | `line` | `passing` | next |
/// |---|---|---|---|
/// | filling | fewer than `parties` | empty | `arrive`, `leave`, `drop`, `abort`, `reset` |
/// | running the action | any number | the round's other parties | the same, and `finishRound` |
/// | broken | empty | empty | `reset` |
struct BarrierRules {
  /// What an arriving thread has to do.
  enum Arrival {
    /// The barrier is broken.
    case refuse
    /// Wait for the others; the thread was put in line.
    case wait(index: Int)
    /// Wake the others and go on: all have arrived.
    case pass(index: Int, others: [ThreadRecord])
    /// Run the action and finish the round: all have arrived.
    case complete(index: Int)

    var entry: Entry {
      switch self {
      case .refuse: .refuse
      case .wait: .wait
      case .pass, .complete: .pass
      }
    }

    var index: Int {
      switch self {
      case .refuse: 0
      case .wait(let index), .pass(let index, _), .complete(let index): index
      }
    }
  }

  private(set) var parties: Int
  private(set) var isBroken = false
  private(set) var line = WaitLine()
  private var passing = WaitLine()
  private var isRunningAction = false
  /// The round whose action runs was broken or reset meanwhile.
  private var isInterrupted = false

  init(parties: Int) {
    self.parties = parties
  }

  mutating func arrive(_ thread: ThreadRecord, hasAction: Bool) -> Arrival {
    guard !isBroken else { return .refuse }
    let index = line.count
    guard index + 1 >= parties, !isRunningAction else {
      line.append(thread)
      return .wait(index: index % max(parties, 1))
    }
    return complete(index: index, hasAction: hasAction)
  }

  /// One party less. `refuse` if there is none left.
  mutating func drop(hasAction: Bool) -> Arrival {
    guard parties > 0 else { return .refuse }
    parties -= 1
    guard !isRunningAction, !isBroken, !line.isEmpty, line.count >= parties else {
      return .wait(index: 0)
    }
    return complete(index: parties, hasAction: hasAction)
  }

  /// The round is full: the calling thread completes it, and does not stand in line itself.
  private mutating func complete(index: Int, hasAction: Bool) -> Arrival {
    guard hasAction else { return .pass(index: index, others: line.signalAll(.given)) }
    isRunningAction = true
    passing = line
    line = WaitLine()
    return .complete(index: index)
  }

  /// The action of the round has returned or thrown.
  ///
  /// - Returns: Whom to wake; whether the round was broken while the action ran; and whether the next
  ///   round has filled meanwhile and needs its action run.
  mutating func finishRound(hasFailed: Bool)
    -> (woken: [ThreadRecord], wasBroken: Bool, isNextComplete: Bool)
  {
    let wasBroken = isInterrupted
    isRunningAction = false
    isInterrupted = false
    if hasFailed { return (abort(), wasBroken, false) }
    let woken = passing.signalAll(.given)
    guard !isBroken, parties > 0, line.count >= parties else { return (woken, wasBroken, false) }
    isRunningAction = true
    for thread in line.removeFirst(parties) { passing.append(thread) }
    return (woken, wasBroken, true)
  }

  /// - Returns: Whom to wake.
  mutating func abort() -> [ThreadRecord] {
    isBroken = true
    return refuseAll()
  }

  /// - Returns: Whom to wake.
  mutating func reset() -> [ThreadRecord] {
    isBroken = false
    return refuseAll()
  }

  /// A thread gives up, which breaks the barrier for the others of its round.
  mutating func leave(_ thread: ThreadRecord) -> (hasLeft: Bool, woken: [ThreadRecord]) {
    // In `passing` all parties have arrived: there is nothing to give up any more.
    guard line.remove(thread) else { return (false, []) }
    return (true, abort())
  }

  private mutating func refuseAll() -> [ThreadRecord] {
    isInterrupted = isRunningAction
    return passing.signalAll(.refused) + line.signalAll(.refused)
  }
}
