/// Whoever waits for several tasks: it is told which of them are over, in their order.
final class TaskGathering: Sendable {
  private struct State {
    /// The indices of tasks that are over and were not asked for yet.
    var over: [Int] = []
    var asked = 0
    var sleeper: ThreadRecord?
    var continuation: CheckedContinuation<Int, Never>?

    mutating func next() -> Int? {
      guard asked < over.count else { return nil }
      defer { asked += 1 }
      return over[asked]
    }

    /// Whether a task has not been asked for.
    func isLeft(_ index: Int) -> Bool { !over.prefix(asked).contains(index) }
  }

  private let state = Guarded(State())
  private let tasks: [AnyPoolTask]

  /// Begins to follow `tasks`.
  init(_ tasks: [AnyPoolTask]) {
    self.tasks = tasks
    for (index, task) in tasks.enumerated() where !task.follow(.gathering(self, index)) {
      note(index)
    }
  }

  /// Tells nobody any more.
  func leave() {
    for task in tasks where !task.life.isOver {
      task.unfollow {
        if case .gathering(let gathering, _) = $0 { gathering === self } else { false }
      }
    }
  }

  /// A task is over.
  func note(_ index: Int) {
    var continuation: CheckedContinuation<Int, Never>?
    Seam.perform(.done, on: subject) {
      let sleeper = state.withLock { state -> ThreadRecord? in
        state.over.append(index)
        continuation = state.continuation.take()
        if continuation != nil {
          _ = state.next()
          return nil
        }
        let sleeper = state.sleeper.take()
        sleeper?.signal(.given)
        return sleeper
      }
      sleeper?.parker.wake()
    }
    continuation?.resume(returning: index)
  }

  private var subject: Subject { Subject("PoolTask", unnamed: self, exclusion: .poolTasks) }

  /// The index of the next task that is over; `nil` if the wait gave up.
  ///
  /// A thread of the tasks' pool that would have to wait for a single task, with no intention to give
  /// up, runs it if nobody has begun it. Of several it does not know which one will be the first: it
  /// sleeps, and another thread takes its place. At least one task has not been asked for.
  func next(until deadline: Deadline?) -> Int? {
    let me = ThreadRecord.current
    while true {
      var own: (task: AnyPoolTask, beginning: AnyPoolTask.Beginning)?
      var leftovers: [AnyPoolTask] = []
      var found: Int?
      _ = Seam.attempt(.join, on: subject, mayGiveUp: deadline != nil) {
        found = state.withLock { $0.next() }
        if found != nil { return true }
        let left = state.withLock { state in tasks.indices.filter(state.isLeft) }.map { tasks[$0] }
        if deadline == nil { own = beginLast(of: left, me, keeping: &leftovers) }
        if own == nil { found = sleep(me, left, until: deadline) }
        return found != nil || own != nil
      }
      // Not as part of the operation: foreign code has operations of its own.
      leftovers = []
      guard let own else { return found }
      switch own.beginning {
      case .mine:
        if let worker = unsafe me.worker?.takeUnretainedValue() {
          own.task.run(on: me, counting: worker.counts)
        }
      case .prevented(let last): own.task.conclude(last)
      case .late: own.task.cancelWithPool()
      }
    }
  }

  /// Begins the only task that is left, if it is one of the calling thread's pool, and nobody has begun it.
  ///
  /// - Returns: The task; `late` if it is to be cancelled instead.
  private func beginLast(
    of left: [AnyPoolTask],
    _ me: ThreadRecord,
    keeping leftovers: inout [AnyPoolTask]
  ) -> (AnyPoolTask, AnyPoolTask.Beginning)? {
    guard left.count == 1, let task = left.first,
      let worker = unsafe me.worker?.takeUnretainedValue(), task.core === worker.core
    else { return nil }
    if task.isToBeCancelled { return (task, .late) }
    let beginning = task.begin(by: me.number, counting: worker.counts)
    if case .late = beginning { return nil }
    worker.line.dropStaleLast(keeping: &leftovers)
    return (task, beginning)
  }

  /// Sleeps until one of `left` is over.
  private func sleep(
    _ me: ThreadRecord,
    _ left: [AnyPoolTask],
    until deadline: Deadline?
  ) -> Int? {
    var found: Int?
    // Those that are over meanwhile belong to them: they are no reason to wait for ever.
    _ = withJoin(me, of: left, call: "PoolTask.waitForFirst()", isPlain: deadline == nil) {
      while found == nil {
        me.prepareToWait()
        found = state.withLock { state in
          let index = state.next()
          state.sleeper = index == nil ? me : nil
          return index
        }
        if found != nil { break }
        if me.waitForSignal(Operation(.join, subject), until: deadline) == .none {
          found = state.withLock { state in
            state.sleeper = nil
            return state.next()
          }
          break
        }
      }
      return found != nil
    }
    return found
  }

  /// The index of the next task that is over, for tasks of Swift's concurrency.
  func next() async -> Int {
    await withCheckedContinuation { continuation in
      let index = state.withLock { state in
        let index = state.next()
        if index == nil { state.continuation = continuation }
        return index
      }
      if let index { continuation.resume(returning: index) }
    }
  }
}
