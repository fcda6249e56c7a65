/// One thread of a pool: runs tasks, of its own line, of the pool's, of other workers'.
///
/// All of it belongs to the thread, except `line`, which others take tasks from, and `counts`, which
/// others read.
final class PoolWorker: @unchecked Sendable {
  let core: PoolCore
  let number: Int
  /// Tasks that this worker submitted, or took from the pool's line.
  ///
  /// It takes the last one first:
  /// what it needs is most likely in the cache. Thieves take the first one, which is most likely a
  /// large piece of work.
  let line = SharedJobLine()
  let counts = PoolCounts(isShared: false)

  // SAFETY (all): touched only by the thread itself, except that others read `record` under the
  // crew's guard, under which it is set.
  nonisolated(unsafe) private var record: ThreadRecord?
  nonisolated(unsafe) private var threadNumber: UInt32 = 0
  nonisolated(unsafe) private var isSearching: Bool
  nonisolated(unsafe) private var hasLookedAgain = false
  nonisolated(unsafe) private var turns = 0
  nonisolated(unsafe) private var others: [PoolWorker] = []
  nonisolated(unsafe) private var generation = -1
  /// Tasks that were found in lines and are not to be run; `nil` if they need not be kept, because foreign code
  /// may run at once.
  nonisolated(unsafe) private var leftovers: [(task: AnyPoolTask, fate: Fate)]?

  /// What becomes of a task that is not to be run.
  private enum Fate {
    /// Others have begun it, or cancelled it.
    case late
    /// It has to be cancelled.
    case doomed
    /// It was, and has to be concluded: its life was this one.
    case prevented(PoolTaskLife)
  }

  /// How many tasks of its own a worker takes before it looks into the pool's line.
  private static let fairness = 64
  /// How many tasks a worker takes from the pool's line at once.
  private static let greatestShare = 32
  /// How often a worker that has nothing to do gives way and looks again before it sleeps.
  private static let looks = 40

  /// A worker whose thread is not started yet; `isSearching` if it is counted among the searchers.
  init(core: PoolCore, number: Int, isSearching: Bool) {
    self.core = core
    self.number = number
    unsafe self.isSearching = isSearching
  }

  /// The worker's thread, if it has begun.
  ///
  /// Asked under the crew's guard.
  var startedThread: ThreadRecord? { unsafe record }

  /// The worker's thread, which has begun.
  var thread: ThreadRecord {
    guard let record = unsafe record else { fatalError("a worker is called after it has begun") }
    return record
  }

  /// What the thread does.
  func work() {
    let me = ThreadRecord.current
    unsafe me.worker = .passUnretained(self)
    unsafe threadNumber = me.number
    if runFirst(me) {
      while let job = next() { job.run(on: me, counting: counts) }
    }
    unsafe me.worker = nil
    unsafe others = []
  }

  /// Tells the crew whose thread the worker is, and runs its first task.
  ///
  /// - Returns: `false` if the worker is to end.
  private func runFirst(_ me: ThreadRecord) -> Bool {
    let job = inOperation {
      core.withCrew { _ in unsafe record = me }
      return take()
    }
    job?.run(on: me, counting: counts)
    return job != nil
  }

  /// The next task, which this worker has begun; `nil` if the worker is to end.
  private func next() -> AnyPoolTask? {
    Seam.isWatched ? inOperation { take() } : take()
  }

  /// Runs `body`, which takes a task, as one operation of the thread's world.
  ///
  /// What comes of tasks that are not to be run is no part of it. The worker does not rest before it
  /// has let go of them: then it takes in two steps.
  private func inOperation(_ body: () -> AnyPoolTask?) -> AnyPoolTask? {
    var job: AnyPoolTask?
    var letsGo = false
    repeat {
      unsafe leftovers = []
      _ = Seam.attempt(.take, on: core.subject) {
        job = letsGo ? take() : body()
        return job != nil
      }
      let left = unsafe leftovers ?? []
      unsafe leftovers = nil
      for (task, fate) in left {
        switch fate {
        case .late: break
        case .doomed: task.cancelWithPool()
        case .prevented(let last): task.conclude(last)
        }
      }
      letsGo = !left.isEmpty
    } while job == nil && letsGo
    return job
  }

  /// The next task, which this worker has begun; `nil` if the worker is to end, or has to let go of
  /// tasks before it rests.
  private func take() -> AnyPoolTask? {
    while true {
      if core.hasSurplus, unsafe !isSearching, !restAsSurplus() { return nil }
      if let job = find() {
        stopSearching()
        return job
      }
      if linger() { continue }
      if let leftovers = unsafe leftovers, !leftovers.isEmpty { return nil }
      if !rest(onlyAsSurplus: false) { return nil }
    }
  }
}

// Finding tasks.
extension PoolWorker {
  private func find() -> AnyPoolTask? {
    while let job = takeAny() {
      if unsafe leftovers != nil, job.isToBeCancelled {
        letGo(of: job, .doomed)
        continue
      }
      switch unsafe job.begin(by: threadNumber, counting: counts) {
      case .mine: return job
      case .late: letGo(of: job, .late)
      case .prevented(let last): letGo(of: job, .prevented(last))
      }
    }
    return nil
  }

  private func letGo(of job: AnyPoolTask, _ fate: Fate) {
    if unsafe leftovers != nil {
      unsafe leftovers?.append((job, fate))
    } else if case .prevented(let last) = fate {
      job.conclude(last)
    }
  }

  /// A task that may have been begun by somebody who joined it, or cancelled.
  private func takeAny() -> AnyPoolTask? {
    unsafe turns &+= 1
    if unsafe turns % Self.fairness == 0, let job = takeOldest() { return job }
    return line.popLast() ?? takeShare() ?? steal()
  }

  /// A task that has waited long, wherever it is: now and then, so that none waits for ever while
  /// others are submitted.
  private func takeOldest() -> AnyPoolTask? {
    if unsafe turns / Self.fairness % 2 == 0, let job = core.line.popFirst() { return job }
    return steal() ?? line.popFirst()
  }

  /// Takes several tasks from the pool's line at once, because that line is everybody's.
  private func takeShare() -> AnyPoolTask? {
    var share = core.line.popFirst { count in min(max(1, count / 4), Self.greatestShare) }
    guard let first = share.popFirst() else { return nil }
    // The one that came first is taken first.
    if !share.isEmpty {
      line.giveBackReversed(&share)
      // They were in no line for a moment, in which others may have gone to rest.
      core.announceWork()
    }
    return first
  }

  private func steal() -> AnyPoolTask? {
    updateOthers()
    let count = unsafe others.count
    for offset in 0..<count {
      let victim = unsafe others[(turns &+ offset) % count]
      if let job = victim.line.popFirst() { return job }
    }
    return nil
  }

  private func updateOthers() {
    let generation = core.generation
    guard unsafe generation != self.generation else { return }
    unsafe others = core.members.filter { $0 !== self }
    unsafe self.generation = generation
  }

  /// Whether a task waits somewhere, perhaps one that was begun already.
  var seesWork: Bool {
    updateOthers()
    if core.line.count > 0 || line.count > 0 { return true }
    return unsafe others.contains { $0.line.count > 0 }
  }
}

// Resting.
extension PoolWorker {
  /// Looks for work a little longer, giving way to others, if nobody else does.
  private func linger() -> Bool {
    guard !Seam.isWatched else { return false }
    if unsafe !isSearching {
      guard core.beginSearching() else { return false }
      unsafe isSearching = true
    }
    for _ in 0..<Self.looks {
      Seam.world.yield()
      if seesWork { return true }
    }
    return false
  }

  private func stopSearching() {
    guard unsafe isSearching else { return }
    unsafe isSearching = false
    if core.endSearching(), seesWork { core.callIfNeeded() }
  }

  private func restAsSurplus() -> Bool {
    var mine = line.popFirst { $0 }
    if !mine.isEmpty {
      core.line.giveBack(&mine)
      core.announceWork()
    }
    return rest(onlyAsSurplus: true)
  }

  /// - Returns: `false` if the worker is to end.
  private func rest(onlyAsSurplus: Bool) -> Bool {
    let me = thread
    me.prepareToWait()
    let hasLookedAgain = unsafe hasLookedAgain
    let decision = core.withCrew { rules in
      let decision = rules.rest(
        self,
        onlyAsSurplus: onlyAsSurplus,
        hasLookedAgain: hasLookedAgain
      )
      if case .retire = decision { core.bury(self) }
      return decision
    }
    switch decision {
    case .goOn: return true
    case .lookAgain:
      // It still searches, and others may rely on that.
      unsafe self.hasLookedAgain = true
      return true
    case .retire(let joiners):
      ceaseToSearch()
      // Its place is free: somebody may be called who could not before.
      if seesWork { core.callIfNeeded() }
      joiners.wake()
      return false
    case .sleep:
      ceaseToSearch()
      sleep(me)
      return true
    }
  }

  /// The worker rests or goes, and has told the crew so.
  ///
  /// Not before: a task that comes now finds somebody who searches, or somebody who rests.
  private func ceaseToSearch() {
    if unsafe isSearching {
      unsafe isSearching = false
      _ = core.endSearching()
    }
    // Ordering (R1): see `PoolCore`.
    memoryFence(ordering: .sequentiallyConsistent)
  }

  private func sleep(_ me: ThreadRecord) {
    // It may call this very worker, which then does not sleep.
    if seesWork { core.callIfNeeded() }
    let reason = me.waitForSignal(Operation(.take, core.subject), until: nil)
    // Whoever called it has counted it.
    if reason == .given { unsafe isSearching = true }
  }
}
