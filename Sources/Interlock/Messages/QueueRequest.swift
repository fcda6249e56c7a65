/// Something that a thread, a task or a select asks of a queue and may have to wait for.
///
/// A request is *attempted* first. If that does not succeed the sleeper stands in line, looks again,
/// and sleeps until it is signalled:
///
/// | signal | meaning |
/// |---|---|
/// | `tryAgain` | there may be what it waits for; attempt again |
/// | `given` | it has it already; `finish` says what |
/// | `refused` | it will never have it; `finish` says so |
///
/// Whoever was in line calls ``passOn()`` before it goes: it may have been signalled for something
/// that it leaves to the next; see ``WaitingSide``.
protocol QueueRequest {
  associatedtype Outcome

  /// What is asked, for reports.
  var operation: Operation { get }

  /// Does it, if that is possible without waiting.
  func attempt() -> Outcome?

  /// Whether it may become possible while others go first, though nobody stands in line for it.
  var isWorthYielding: Bool { get }

  /// Stands in line and looks again.
  ///
  /// A sleeper in line may be signalled: until it has left again nothing may be called that could
  /// wait for something else, such as a lock, or that is foreign code.
  func enter(_ sleeper: Sleeper, isBack: Bool) -> QueueEntry<Outcome>

  /// Stands in line, as one of several.
  func enter(_ sleeper: Sleeper, place: Int)

  /// Whether it could be done by somebody who does not stand in line; looked at by `sleeper`, which
  /// does.
  func isReady(besides sleeper: Sleeper) -> Bool

  /// Leaves the line.
  ///
  /// - Returns: `false` if the sleeper stood there no more.
  func leave(_ sleeper: Sleeper, place: Int) -> Bool

  /// What it came to, when the signal says that it was done or refused.
  func finish(_ reason: ThreadRecord.WakeReason) -> Outcome

  /// Wakes the next in line, if there is anything to wake it for.
  func passOn()
}

/// What came of standing in line and looking again.
enum QueueEntry<Outcome> {
  /// The sleeper stands in line.
  case waiting
  /// It has left the line again, for the request may be possible, or be so in a moment.
  case ready
  /// It was done or refused; the sleeper stands in no line.
  case done(Outcome)
}

extension QueueRequest {
  /// Does it after others went first, if that is enough: often the other side needs no more than the
  /// CPU.
  ///
  /// Once and not more often: where each side has a CPU, one that comes back too early finds a few
  /// elements, and both work on the same piece of memory. In a world that watches it does nothing:
  /// there standing in line costs nothing.
  func attemptAfterYielding() -> Outcome? {
    guard isWorthYielding, Seam.watchingWorld == nil else { return nil }
    Seam.world.yield()
    return attempt()
  }

  /// Does it, with the calling thread waiting.
  ///
  /// - Parameter deadline: When to give up; `nil` never does.
  /// - Returns: What it came to, or `nil` if the thread gave up.
  func perform(until deadline: Deadline?) -> Outcome? {
    if let outcome = attempt() ?? attemptAfterYielding() { return outcome }
    let thread = ThreadRecord.current
    let me = Sleeper.thread(thread)
    var isBack = false
    while true {
      thread.prepareToWait()
      var reason = ThreadRecord.WakeReason.tryAgain
      switch enter(me, isBack: isBack) {
      case .done(let outcome): return outcome
      // A call that has begun need only be let through, if it was not meanwhile.
      case .ready where isBack:
        Seam.world.yield()
        if let deadline, deadline.hasPassed || thread.isCancelled { reason = .none }
      case .ready: break
      case .waiting:
        reason = thread.waitForSignal(operation, until: deadline)
        // Not in line any more: the signal has come.
        if reason == .none, !leave(me, place: 0) { reason = thread.signalled }
      }
      switch conclude(reason) {
      case .some(let outcome): return outcome
      case .none: isBack = true
      }
    }
  }

  /// Does it, with the calling task waiting.
  ///
  /// - Returns: What it came to, or `nil` if the task was cancelled.
  func perform() async -> Outcome? {
    if let outcome = attempt() { return outcome }
    var isBack = false
    while true {
      let task = SuspendedTask()
      let me = Sleeper.task(task)
      var reason = ThreadRecord.WakeReason.tryAgain
      switch enter(me, isBack: isBack) {
      case .done(let outcome): return outcome
      case .ready where isBack:
        await Task.yield()
        if Task.isCancelled { reason = .none }
      case .ready: break
      case .waiting:
        reason = await task.waitForSignal()
        if reason == .none, !leave(me, place: 0) { reason = task.signalled }
      }
      switch conclude(reason) {
      case .some(let outcome): return outcome
      case .none: isBack = true
      }
    }
  }

  /// What a sleeper does that stands in no line any more.
  ///
  /// - Returns: What it came to, `nil` in it if the sleeper gave up; `nil` if it must wait again.
  private func conclude(_ reason: ThreadRecord.WakeReason) -> Outcome?? {
    if reason == .given || reason == .refused { return .some(finish(reason)) }
    // Also when it gives up: it may be that nobody was told yet of what is there.
    let outcome = attempt()
    if outcome == nil, reason == .tryAgain { return .none }
    passOn()
    return .some(outcome)
  }
}
