import Interlock

/// What threads learn from each other by what they do; see ``RaceJudge``.
extension ControlledWorld {
  /// An operation begins, or goes on after a sleep.
  func enter(_ operation: Operation, by thread: ControlledThread) {
    guard operation.learns || operation.isJoin && !joinsThread(operation) else { return }
    acquirePlaces(of: operation, by: thread)
  }

  /// An operation ends, or sleeps and has not succeeded yet.
  func leave(_ operation: Operation, by thread: ControlledThread, succeeded: Bool) {
    switch operation.kind {
    case .join:
      if succeeded, let ended = unsafe joined(operation) {
        unsafe ended._withUnsafeGuaranteedRef { ended in
          judge.join(ended.number, by: thread.number)
          ended.isJoined = true
        }
      }
    case .acquire where operation.subject.isLock, .acquireShared where operation.subject.isLock,
      .tryAcquire where operation.subject.isLock, .tryAcquireShared where operation.subject.isLock:
      // Not earlier: an attempt that fails learns nothing.
      guard succeeded else { return }
      judge.acquire(operation.subject.identity, by: thread.number)
    // The task is over, and is told nothing; or it runs, and is told by its word.
    case .cancel where operation.subject.exclusion == .poolTask && !succeeded: break
    case .start, .yield, .sleep, .finish: break
    case .select:
      for queue in unsafe thread.record.selectedQueues { judge.release(queue, by: thread.number) }
    default:
      judge.release(operation.subject.identity, by: thread.number)
      if let lock = operation.outerLock { judge.release(Self.place(of: lock), by: thread.number) }
    }
  }

  /// A thread learns what was released where an operation of its takes place.
  private func acquirePlaces(of operation: Operation, by thread: ControlledThread) {
    if operation.isSelection {
      for queue in unsafe thread.record.selectedQueues { judge.acquire(queue, by: thread.number) }
      return
    }
    judge.acquire(operation.subject.identity, by: thread.number)
    if let lock = operation.outerLock { judge.acquire(Self.place(of: lock), by: thread.number) }
  }

  private static func place(of lock: Lock) -> UInt { UInt(bitPattern: ObjectIdentifier(lock)) }

  /// A thread touches a word.
  func judgeAccess(_ access: WordAccess, by thread: ControlledThread) {
    let (word, number) = (access.address, thread.number)
    switch access.kind {
    case .plainLoad, .plainStore:
      let race = judge.access(
        word,
        by: number,
        step: stepCount - 1,
        isWrite: access.kind == .plainStore
      )
      if let race, reportsRaces { fail(.race(race, stacks: [])) }
    case .load:
      if access.isAcquiring { judge.acquire(word, by: number) }
    case .store:
      // What a store of another thread has told is not told by this value.
      if access.isReleasing { judge.replace(word, by: number) } else { judge.clear(word) }
    case .guarding:
      if access.isAcquiring { judge.acquire(word, by: number) }
      if access.isReleasing { judge.release(word, by: number) }
    case .update:
      // When it is known whether it has written; see `judgeUpdate`.
      break
    case .fence:
      // All fences meet at one place: that may hide a race, and makes none up.
      judge.acquire(0, by: number)
      judge.release(0, by: number)
    }
  }

  /// A thread has updated a word, or found that it holds something else and left it as it is: that learns, as the
  /// ordering for it says, and tells nothing.
  func judgeUpdate(_ access: WordAccess, hasWritten: Bool, by thread: ControlledThread) {
    guard case .update = access.kind else { return }
    if access.isAcquiring { judge.acquire(access.address, by: thread.number) }
    if hasWritten, access.isReleasing { judge.release(access.address, by: thread.number) }
  }
}

extension Operation {
  /// Whether who begins it learns what was released there, whatever comes of it.
  fileprivate var learns: Bool {
    switch kind {
    case .start, .yield, .sleep, .finish, .join: false
    case .acquire, .acquireShared, .tryAcquire, .tryAcquireShared, .release, .releaseShared:
      !subject.isLock
    default: true
    }
  }
}

extension WordAccess {
  /// Whether it orders what threads do before and after it.
  var orders: Bool {
    switch kind {
    case .load, .store, .update, .guarding: isAcquiring || isReleasing
    case .plainLoad, .plainStore, .fence: false
    }
  }

  fileprivate var isAcquiring: Bool { ordering == 2 || ordering >= 4 }
  fileprivate var isReleasing: Bool { ordering >= 3 }
}
