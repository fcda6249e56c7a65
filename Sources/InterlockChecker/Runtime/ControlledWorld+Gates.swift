import Interlock

/// Whether a thread can make its next step.
extension ControlledWorld {
  /// On what it depends whether a thread can do an operation.
  func gate(of operation: Operation, by thread: ControlledThread) -> ControlledThread.Gate {
    guard !operation.mayGiveUp else { return .open }
    switch operation.kind {
    case .yield: return thread.patience.isOver ? .turn : .open
    case _ where operation.mayBeVain:
      let isVain = thread.patience.isOver
      return isVain && thread.patience.hasLooked(at: operation.subject.identity) ? .turn : .open
    case .acquire: return operation.subject.soleLock.map(ControlledThread.Gate.lock) ?? .open
    case .take where operation.subject.exclusion == .pool:
      return operation.pool(touchedBy: thread.record).map(ControlledThread.Gate.work) ?? .open
    case .join:
      if let gate = gateToEnd(of: operation, by: thread) { return gate }
      // One that joins itself is told so.
      guard let ended = unsafe joined(operation),
        unsafe ended.toOpaque() != Unmanaged.passUnretained(thread).toOpaque()
      else { return .open }
      return unsafe .end(ended)
    default: return .open
    }
  }

  /// The same, if it waits for the end of a pool or a task and does nothing else meanwhile.
  private func gateToEnd(
    of operation: Operation,
    by thread: ControlledThread
  ) -> ControlledThread.Gate? {
    switch operation.subject.exclusion {
    case .pool, .poolTask, .poolTasks: break
    case .none, .shared, .lock, .spinLock: return nil
    }
    // Who runs tasks may begin this one, or wait for itself, and is told so.
    guard !thread.record.runsTasks else { return nil }
    if case .pool = operation.subject.exclusion {
      return operation.pool(touchedBy: thread.record).map(ControlledThread.Gate.endOfPool)
    }
    return operation.task.map(ControlledThread.Gate.endOfTask)
  }

  /// On what it depends whether a thread can do an access.
  func gate(of access: WordAccess, by thread: ControlledThread) -> ControlledThread.Gate {
    let isVain = access.isLook && thread.patience.isOver
    return isVain && thread.patience.hasLooked(at: access.address) ? .turn : .open
  }

  func standing(at gate: ControlledThread.Gate, of thread: ControlledThread) -> Standing {
    switch gate {
    case .open: return .runnable
    case .lock(let lock):
      let owner = lock.ownerNumber
      // Who has the lock already is told so.
      return owner == 0 || owner == thread.recordNumber ? .runnable : .blocked
    case .end(let ended):
      // SAFETY: threads stay in the world as long as the execution.
      return unsafe ended._withUnsafeGuaranteedRef { $0.isFinished } ? .runnable : .waiting
    case .work(let pool): return pool.hasWork ? .runnable : .blocked
    case .endOfPool(let pool): return pool.isOver ? .runnable : .blocked
    case .endOfTask(let task): return task.isOver ? .runnable : .blocked
    case .sleep:
      guard case .resumption(let sleep) = thread.pending else { return .absent }
      return standing(of: sleep, by: thread)
    case .turn: return standing(ofImpatient: thread)
    case .over: return .absent
    }
  }

  func standing(of sleep: ControlledThread.Sleep, by thread: ControlledThread) -> Standing {
    if thread.wokenBy != nil {
      // Who waited for a condition goes on when the lock is free, or was handed to it.
      guard let lock = thread.operation?.outerLock, lock.ownerNumber != 0 else { return .runnable }
      return lock.ownerNumber == thread.recordNumber ? .runnable : .blocked
    }
    guard sleep.deadline != .never else { return .waiting }
    return isOutOfPatience(thread) ? standing(ofImpatient: thread) : .runnable
  }

  /// Whether a thread that is out of patience goes on: nobody else can who is not, and of those who are it
  /// has had the fewest turns.
  ///
  /// So exactly one of them goes on, and which one follows from the state alone. What it does comes after all
  /// that was before (``Event/isAfterAll``): the search need not try it earlier, where it was not possible.
  private func isTurn(of thread: ControlledThread) -> Bool {
    for other in started where other !== thread && !other.isFinished {
      if isOutOfPatience(other) {
        let (theirs, mine) = (other.patience.turns, thread.patience.turns)
        if theirs < mine || theirs == mine && other.number < thread.number { return false }
      } else if standing(at: other.gate, of: other) == .runnable {
        return false
      }
    }
    return true
  }

  /// Whether a thread can go on only when it is its turn.
  func isOutOfPatience(_ thread: ControlledThread) -> Bool {
    switch thread.gate {
    case .open, .lock, .end, .work, .endOfPool, .endOfTask, .over: return false
    case .turn: return true
    case .sleep:
      guard thread.wokenBy == nil, case .resumption(let sleep) = thread.pending,
        sleep.deadline != .never
      else { return false }
      return sleep.isYield ? thread.patience.isOver : thread.patience.isOverForTimeouts
    }
  }

  private func standing(ofImpatient thread: ControlledThread) -> Standing {
    if isTurn(of: thread) { return .runnable }
    memory.hasLimitedTimeouts = true
    return .waiting
  }
}
