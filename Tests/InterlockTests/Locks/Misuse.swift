import Interlock

/// Mistakes that end the program, and the words with which they do.
enum Misuse: String, CaseIterable, Codable, Sendable {
  case lockReleasedByAnother, lockReleasedWhenFree, lockReleasedTwice, lockAcquiredTwice
  case lockAcquiredTwiceWithDeadline, fairLockAcquiredTwice, heldLockDestroyed
  case heldSpinLockDestroyed, recursiveLockReleasedWhenFree, recursiveLockReleasedByAnother
  case recursiveLockReleasedTooOften, spinLockAcquiredTwice, spinLockReleasedWhenFree
  case spinLockReleasedByAnother, mutexEnteredTwice, mutexEnteredTwiceWithDeadline
  case monitorEnteredTwice, monitorEnteredTwiceWithPredicate
  case conditionWaitWithoutLock, conditionNotifyWithoutLock, conditionNotifiedByNonOwner
  case conditionNotifyNegative
  case readInsideRead, writeInsideRead, readInsideWrite, writeInsideWrite
  case semaphoreWithNegativePermits, semaphoreBeyondItsLimit, semaphoreReleasedBeyondItsLimit
  case semaphoreReleasedByZero, semaphoreAcquiredByNegative, semaphoreNeverEnough
  case waitGroupBelowZero, waitGroupWithNegativeCount, waitGroupAddNegative
  case barrierWithoutParties, barrierOfTooMany, barrierLeftByTooMany, onceNeedsItself
  case arbitratorReleasedByAnother, arbitratorReleasedTwice, arbitratorAskedForMore
  case arbitratorAskedForMoreWithDeadline, heldArbitratorDestroyed
  case rankedLockOutOfOrder, rankedMutexOutOfOrder, rankedLockAcquiredTwice
  case rankedLockReleasedWhenFree, mutexTwiceInAll
  case sharedArbitratorOfNothing, sharedArbitratorOfTooMany, sharedArbitratorAskedForUnknown
  case sharedArbitratorReleasedByAnother, sharedArbitratorAskedForMore
  case sharedArbitratorMendedByAnother

  /// Makes the mistake.
  func commit() throws {
    switch self {
    case .lockReleasedByAnother, .lockReleasedWhenFree, .lockReleasedTwice, .lockAcquiredTwice,
      .lockAcquiredTwiceWithDeadline, .fairLockAcquiredTwice, .heldLockDestroyed,
      .heldSpinLockDestroyed, .recursiveLockReleasedWhenFree, .recursiveLockReleasedByAnother,
      .recursiveLockReleasedTooOften, .spinLockAcquiredTwice, .spinLockReleasedWhenFree,
      .spinLockReleasedByAnother:
      try misuseLock()
    case .mutexEnteredTwice, .mutexEnteredTwiceWithDeadline, .monitorEnteredTwice,
      .monitorEnteredTwiceWithPredicate, .conditionWaitWithoutLock, .conditionNotifyWithoutLock,
      .conditionNotifiedByNonOwner, .conditionNotifyNegative, .readInsideRead, .writeInsideRead,
      .readInsideWrite, .writeInsideWrite:
      try misuseValueLock()
    case .semaphoreWithNegativePermits, .semaphoreBeyondItsLimit,
      .semaphoreReleasedBeyondItsLimit, .semaphoreReleasedByZero, .semaphoreAcquiredByNegative,
      .semaphoreNeverEnough, .waitGroupBelowZero, .waitGroupWithNegativeCount,
      .waitGroupAddNegative, .barrierWithoutParties, .barrierOfTooMany, .barrierLeftByTooMany,
      .onceNeedsItself:
      try misuseCounter()
    case .arbitratorReleasedByAnother, .arbitratorReleasedTwice, .arbitratorAskedForMore,
      .arbitratorAskedForMoreWithDeadline, .heldArbitratorDestroyed, .rankedLockOutOfOrder,
      .rankedMutexOutOfOrder, .rankedLockAcquiredTwice, .rankedLockReleasedWhenFree,
      .mutexTwiceInAll, .sharedArbitratorOfNothing, .sharedArbitratorOfTooMany,
      .sharedArbitratorAskedForUnknown, .sharedArbitratorReleasedByAnother,
      .sharedArbitratorAskedForMore, .sharedArbitratorMendedByAnother:
      try misuseAvoidance()
    }
  }

  /// What the message says, so that whoever reads it knows what to do.
  var lesson: String {
    switch self {
    case .lockReleasedByAnother:
      "BUG: Lock.release() \"vault\" by \"thief\", but thread \"owner\" holds it. Only the thread"
    case .lockReleasedWhenFree, .lockReleasedTwice:
      "but nobody holds it. Only the thread that acquired a lock releases it."
    case .lockAcquiredTwice, .lockAcquiredTwiceWithDeadline, .fairLockAcquiredTwice:
      "BUG: Lock.acquire() \"vault\" by its own owner; this thread would wait for itself. Acquire"
    case .heldLockDestroyed: "BUG: a Lock \"vault\" is destroyed while thread \"owner\" holds it"
    case .heldSpinLockDestroyed:
      "BUG: a SpinLock \"vault\" is destroyed while thread \"owner\" holds it"
    case .recursiveLockReleasedWhenFree: "but nobody holds it"
    case .recursiveLockReleasedByAnother:
      "BUG: RecursiveLock.release() \"vault\" by \"thief\", but thread \"owner\" holds it."
    case .recursiveLockReleasedTooOften: "but nobody holds it"
    case .spinLockAcquiredTwice:
      "by its own owner; this thread would spin for ever. Acquire it once"
    case .spinLockReleasedWhenFree, .spinLockReleasedByAnother:
      "BUG: SpinLock.release() \"vault\" by a thread that does not hold it."
    case .mutexEnteredTwice, .mutexEnteredTwiceWithDeadline:
      "BUG: Mutex.acquire() \"vault\" by its own owner; this thread would wait for itself."
    case .monitorEnteredTwice, .monitorEnteredTwiceWithPredicate:
      "BUG: Monitor.acquire() \"vault\" by its own owner; this thread would wait for itself."
    case .conditionWaitWithoutLock:
      "BUG: Condition.wait() by a thread that does not hold the condition's lock."
    case .conditionNotifyWithoutLock, .conditionNotifiedByNonOwner:
      "BUG: Condition.notify() by a thread that does not hold the condition's lock."
    case .conditionNotifyNegative: "BUG: Condition.notify(-1): a number of threads is 0 or more."
    case .readInsideRead, .writeInsideRead, .readInsideWrite, .writeInsideWrite:
      "which is inside already; sooner or later it would wait for itself. Enter once and pass"
    case .semaphoreWithNegativePermits: "BUG: Semaphore(permits: -1, limit: nil): permits are 0 or"
    case .semaphoreBeyondItsLimit:
      "BUG: Semaphore(permits: 3, limit: 2): permits are 0 or more, and"
    case .semaphoreReleasedBeyondItsLimit:
      "BUG: Semaphore.release(1) \"vault\" makes more permits than its limit of 2. Release each"
    case .semaphoreReleasedByZero: "BUG: Semaphore.release(0): a number of permits is 1 or more."
    case .semaphoreAcquiredByNegative: "BUG: Semaphore.tryAcquire(-1) can never succeed"
    case .semaphoreNeverEnough:
      "BUG: Semaphore.acquire(3) can never succeed: a number of permits is"
    case .waitGroupBelowZero: "BUG: WaitGroup.done() \"vault\" more often than was added."
    case .waitGroupWithNegativeCount: "BUG: WaitGroup(count: -1): there cannot be less than nothing"
    case .waitGroupAddNegative: "BUG: WaitGroup.add(-1): to take something off, call done()."
    case .barrierWithoutParties: "BUG: Barrier(parties: 0): 1 to 65535 threads can meet."
    case .barrierOfTooMany: "BUG: Barrier(parties: 65536): 1 to 65535 threads can meet."
    case .barrierLeftByTooMany: "BUG: Barrier.arriveAndDrop() by more threads than the barrier has"
    case .onceNeedsItself: "BUG: Once \"vault\": the closure that makes the value needs the value"
    case .arbitratorReleasedByAnother:
      "BUG: Arbitrator.release() \"vault\" of 7 by \"thief\", but thread \"owner\" holds it. Only"
    case .arbitratorReleasedTwice: "but nobody holds it. Only the thread that acquired a resource"
    case .arbitratorAskedForMore, .arbitratorAskedForMoreWithDeadline:
      "BUG: Arbitrator.acquire() \"vault\" by a thread that holds something of it already: whoever"
    case .heldArbitratorDestroyed:
      "BUG: an Arbitrator \"vault\" is destroyed while thread \"owner\" holds something of it"
    case .rankedLockOutOfOrder, .rankedMutexOutOfOrder:
      "while it holds RankedLock \"vault\" of rank 2 (in Misuse.misuseAvoidance() at Misuse+Deadlock"
    case .rankedLockAcquiredTwice:
      "BUG: RankedLock.acquire() \"vault\" by its own owner; this thread would wait for itself."
    case .rankedLockReleasedWhenFree: "BUG: RankedLock.release() \"vault\" by"
    case .mutexTwiceInAll: "BUG: withAllLocked() \"vault\" with the same Mutex twice"
    case .sharedArbitratorOfNothing, .sharedArbitratorOfTooMany: "there are from 1 to 64."
    case .sharedArbitratorAskedForUnknown:
      "BUG: SharedArbitrator.acquire() of resource 2: there are those from 0 to 1."
    case .sharedArbitratorReleasedByAnother:
      "BUG: SharedArbitrator.release() by \"thief\" of something that it does not hold. Only"
    case .sharedArbitratorAskedForMore:
      "BUG: SharedArbitrator.acquire() by a thread that holds something of it already: whoever waits"
    case .sharedArbitratorMendedByAnother:
      "BUG: SharedArbitrator.declareMended() by a thread that does not hold all of it: acquire"
    }
  }
}

// Locks that are acquired and released.
extension Misuse {
  private func misuseLock() throws {
    let lock = Lock(name: "vault")
    let recursive = RecursiveLock(name: "vault")
    let spin = SpinLock(name: "vault")
    switch self {
    case .lockReleasedByAnother:
      try spawn(name: "owner") {
        lock.acquire()
        try spawn(name: "thief") { lock.release() }.join()
      }.join()
    case .lockReleasedWhenFree: lock.release()
    case .lockReleasedTwice:
      lock.withLock {}
      lock.release()
    case .lockAcquiredTwice: lock.withLock { lock.acquire() }
    case .lockAcquiredTwiceWithDeadline: lock.withLock { _ = lock.acquire(until: .now) }
    case .fairLockAcquiredTwice:
      let fair = Lock(name: "vault", fairness: .fair)
      fair.withLock { fair.acquire() }
    case .heldLockDestroyed: try spawn(name: "owner") { Lock(name: "vault").acquire() }.join()
    case .heldSpinLockDestroyed:
      try spawn(name: "owner") { SpinLock(name: "vault").acquire() }.join()
    case .recursiveLockReleasedWhenFree: recursive.release()
    case .recursiveLockReleasedByAnother:
      try spawn(name: "owner") {
        recursive.acquire()
        try spawn(name: "thief") { recursive.release() }.join()
      }.join()
    case .recursiveLockReleasedTooOften:
      recursive.withLock { recursive.withLock {} }
      recursive.release()
    case .spinLockAcquiredTwice: spin.withLock { spin.acquire() }
    case .spinLockReleasedWhenFree: spin.release()
    case .spinLockReleasedByAnother:
      spin.acquire()
      try spawn { spin.release() }.join()
    default: break
    }
  }
}

// Locks that guard a value, and conditions.
extension Misuse {
  private func misuseValueLock() throws {
    let mutex = Mutex(0, name: "vault")
    let monitor = Monitor(0, name: "vault")
    let readWrite = ReadWriteLock(0, name: "vault")
    let condition = Condition(Lock())
    switch self {
    case .mutexEnteredTwice: mutex.withLock { _ in mutex.withLock { $0 += 1 } }
    case .mutexEnteredTwiceWithDeadline:
      mutex.withLock { _ in _ = mutex.withLock(until: .never) { $0 += 1 } }
    case .monitorEnteredTwice: monitor.withLock { _ in monitor.withLock { $0 += 1 } }
    case .monitorEnteredTwiceWithPredicate:
      monitor.withLock { _ in monitor.withLock(when: { $0 > 0 }) { $0 += 1 } }
    case .conditionWaitWithoutLock: condition.wait()
    case .conditionNotifyWithoutLock: condition.notify()
    case .conditionNotifiedByNonOwner:
      try condition.lock.withLock { try spawn { condition.notifyAll() }.join() }
    case .conditionNotifyNegative: condition.lock.withLock { condition.notify(-1) }
    case .readInsideRead: readWrite.withReadLock { _ in readWrite.withReadLock { _ in } }
    case .writeInsideRead: readWrite.withReadLock { _ in readWrite.withWriteLock { $0 += 1 } }
    case .readInsideWrite: readWrite.withWriteLock { _ in readWrite.withReadLock { _ in } }
    case .writeInsideWrite: readWrite.withWriteLock { _ in readWrite.withWriteLock { $0 += 1 } }
    default: break
    }
  }
}

// Things that count.
extension Misuse {
  private func misuseCounter() throws {
    switch self {
    case .semaphoreWithNegativePermits: _ = Semaphore(permits: -1)
    case .semaphoreBeyondItsLimit: _ = Semaphore(permits: 3, limit: 2)
    case .semaphoreReleasedBeyondItsLimit:
      Semaphore(permits: 2, limit: 2, name: "vault").release()
    case .semaphoreReleasedByZero: Semaphore(permits: 1).release(0)
    case .semaphoreAcquiredByNegative: _ = Semaphore(permits: 1).tryAcquire(-1)
    case .semaphoreNeverEnough: Semaphore(permits: 2, limit: 2).acquire(3)
    case .waitGroupBelowZero: WaitGroup(name: "vault").done()
    case .waitGroupWithNegativeCount: _ = WaitGroup(count: -1)
    case .waitGroupAddNegative: WaitGroup().add(-1)
    case .barrierWithoutParties: _ = Barrier(parties: 0)
    case .barrierOfTooMany: _ = Barrier(parties: 65_536)
    case .barrierLeftByTooMany:
      let barrier = Barrier(parties: 1)
      try barrier.arriveAndDrop()
      try barrier.arriveAndDrop()
    case .onceNeedsItself:
      let place = Mutex<Once<Int>?>(nil)
      let once = Once(name: "vault") { place.withLock { $0 }?.value ?? 0 }
      place.withLock { $0 = once }
      _ = once.value
    default: break
    }
  }
}
