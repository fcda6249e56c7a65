// Submitting tasks.
extension PoolCore {
  /// The calling thread, if it is one of this pool's.
  func worker(_ me: ThreadRecord) -> PoolWorker? {
    guard let worker = unsafe me.worker else { return nil }
    // SAFETY: a thread keeps the worker that it is alive.
    let isMine = unsafe worker._withUnsafeGuaranteedRef { $0.core === self }
    return isMine ? unsafe worker.takeUnretainedValue() : nil
  }

  /// Puts a task in line, or does with it what the pool does when it is full.
  func submit(_ task: AnyPoolTask) throws(PoolError) {
    let me = ThreadRecord.current
    let worker = worker(me)
    if backlog == nil, !Seam.isWatched {
      guard put(task, worker) else { throw PoolError(reason: .closed, poolName: name) }
      noteSubmission(worker)
      return
    }
    var reception = Reception.refused(.closed)
    _ = Seam.attempt(.submit, on: subject) {
      reception = receive(task, me, worker)
      if case .refused = reception { return false }
      return true
    }
    switch reception {
    case .refused(let reason): throw PoolError(reason: reason, poolName: name)
    case .inLine: break
    // Not as part of the operation: the body has operations of its own.
    case .forCaller: runInCaller(task, me, worker)
    }
  }

  /// What becomes of a task that was submitted.
  private enum Reception {
    case inLine
    /// The calling thread has begun it, and runs it.
    case forCaller
    case refused(PoolError.Reason)
  }

  private func receive(
    _ task: AnyPoolTask,
    _ me: ThreadRecord,
    _ worker: PoolWorker?
  ) -> Reception {
    if let backlog, !enter(backlog, worker) {
      if whenFull == .wait || isClosed { return .refused(.closed) }
      if whenFull == .refuse { return .refused(.full) }
      noteSubmission(worker)
      // Before it begins: who asks all tasks to stop wakes those that are here.
      callers.withLock { $0.append(me) }
      if let worker {
        task.beginInCaller(me, counting: worker.counts)
      } else {
        task.beginInCaller(me, counting: outside)
      }
      return .forCaller
    }
    guard put(task, worker) else {
      backlog?.leave()
      return .refused(.closed)
    }
    noteSubmission(worker)
    return .inLine
  }

  private func runInCaller(_ task: AnyPoolTask, _ me: ThreadRecord, _ worker: PoolWorker?) {
    if let worker {
      task.run(on: me, counting: worker.counts)
    } else {
      task.run(on: me, counting: outside)
    }
    Seam.perform(.done, on: subject) {
      callers.withLock { callers in
        if let place = callers.lastIndex(where: { $0 === me }) { callers.remove(at: place) }
      }
    }
  }

  private func noteSubmission(_ worker: PoolWorker?) {
    if let worker { worker.counts.noteSubmission() } else { outside.noteSubmission() }
  }

  private func enter(_ backlog: PoolBacklog, _ worker: PoolWorker?) -> Bool {
    guard whenFull == .wait else { return backlog.enterAtOnce() }
    guard worker == nil else {
      // A worker that waited for room might wait for itself.
      backlog.enterAnyway()
      return true
    }
    return backlog.enter(Operation(.submit, subject))
  }

  /// Puts a task in line: the calling worker's own, or the pool's.
  ///
  /// - Returns: `false` if the pool is closed.
  func put(_ task: AnyPoolTask, _ worker: PoolWorker?) -> Bool {
    guard (worker?.line ?? line).append(task) else { return false }
    announceWork()
    return true
  }

  /// A task was put in line: calls somebody, unless somebody searches anyway.
  func announceWork() {
    // Ordering (R1): see the overview.
    memoryFence(ordering: .sequentiallyConsistent)
    callIfNeeded()
  }
}
