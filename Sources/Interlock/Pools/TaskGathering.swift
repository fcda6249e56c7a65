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
    for task in tasks where !task.isFinished {
      task.unfollow {
        if case .gathering(let gathering, _) = $0 { gathering === self } else { false }
      }
    }
  }

  /// A task is over.
  func note(_ index: Int) {
    let (sleeper, continuation) = state.withLock {
      state -> (ThreadRecord?, CheckedContinuation<Int, Never>?) in
      state.over.append(index)
      if let continuation = state.continuation.take() {
        _ = state.next()
        return (nil, continuation)
      }
      let sleeper = state.sleeper.take()
      sleeper?.signal(.given)
      return (sleeper, nil)
    }
    sleeper?.parker.wake()
    continuation?.resume(returning: index)
  }

  /// The index of the next task that is over; `nil` if the wait gave up.
  ///
  /// A thread of the tasks' pool that would have to wait for a single task, with no intention to give
  /// up, runs it if nobody has begun it. Of several it does not know which one will be the first: it
  /// sleeps, and another thread takes its place. At least one task has not been asked for.
  func next(until deadline: Deadline?) -> Int? {
    let me = ThreadRecord.current
    if let index = state.withLock({ $0.next() }) { return index }
    let worker = unsafe me.worker?.takeUnretainedValue()
    let left = state.withLock { state in tasks.indices.filter(state.isLeft) }.map { tasks[$0] }
    if deadline == nil, let worker, left.count == 1, let task = left.first,
      task.core === worker.core, task.begin(by: me.number)
    {
      task.run(on: me, counting: worker.counts)
      worker.forgetBegun()
    }
    let subject = Subject("PoolTask", unnamed: self)
    var found: Int?
    _ = Seam.attempt(.wait, on: subject) {
      // Those that are over meanwhile belong to them: they are no reason to wait for ever.
      withJoin(me, of: left, call: "PoolTask.waitForFirst()", isPlain: deadline == nil) {
        while found == nil {
          me.prepareToWait()
          found = state.withLock { state in
            let index = state.next()
            state.sleeper = index == nil ? me : nil
            return index
          }
          if found != nil { break }
          if me.waitForSignal(Operation(.wait, subject), until: deadline) == .none {
            found = state.withLock { state in
              state.sleeper = nil
              return state.next()
            }
            break
          }
        }
        return found != nil
      }
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
