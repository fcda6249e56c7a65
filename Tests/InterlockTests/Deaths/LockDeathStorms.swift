import Testing

@testable import Interlock

extension Ledger: Stormy {
  func use(_ dice: inout Dice) throws {
    let isRight =
      switch dice.pick(0..<3) {
      case 0: lock.withLock(until: .after(TestTime.limit)) { changeRightly(isTorn: $0) }
      case 1 where lock.tryAcquire():
        changeRightly(isTorn: lock.isTorn, thenRelease: lock)
      case 1: Optional(true)
      default: lock.withLock { changeRightly(isTorn: $0) }
      }
    try Harm.unless(isRight != nil, "the lock was not free")
    try Harm.unless(isRight == true, "two were inside, or it is torn and nobody is told")
  }

  private func changeRightly(isTorn: Bool, thenRelease lock: SharedLock? = nil) -> Bool {
    if isTorn { mend() }
    let wasEven = isEven
    change()
    let isEven = isEven
    lock?.release()
    return wasEven && isEven
  }
}

/// A value, and how often each process has changed it.
struct Account: Stormy {
  let value: SharedValue<Balance>
  /// How often it was changed by somebody who has lived to say so.
  let changes: SharedValue<Int>

  init() throws {
    value = try SharedValue(Balance())
    changes = try SharedValue(0)
  }

  func use(_ dice: inout Dice) throws {
    if dice.isOne(in: 4) {
      try? value.withLock { balance in
        balance.left += 7
        throw Harm(description: "in the middle")
      }
    }
    let isMoved =
      dice.isOne(in: 2)
      ? value.withLock {
        $0.move()
        return $0.isWhole
      }
      : value.withLock(when: \.isWhole, until: .after(TestTime.limit)) {
        $0.move()
        return true
      }
    try Harm.unless(isMoved == true, "the value is torn")
    changes.withLock { $0 += 1 }
  }
}

extension Counter: Stormy {
  func use(_ dice: inout Dice) throws {
    let (lock, isTaker) = (ledger.lock, dice.isOne(in: 2))
    let deadline = dice.deadline
    let isRight = lock.withLock(until: .after(TestTime.limit)) { isTorn in
      if isTorn { ledger.mend() }
      if !isTaker {
        ledger.change()
        return true
      }
      let before = ledger.numbers[0]
      _ = condition.wait(lock, until: deadline) {
        if lock.isTorn { ledger.mend() }
        return ledger.numbers[0] > before
      }
      if lock.isTorn { ledger.mend() }
      return ledger.isEven && lock.isMine
    }
    try Harm.unless(isRight != nil, "the lock was not free")
    try Harm.unless(isRight == true, "two were inside, or it is torn and nobody is told")
    if !isTaker { condition.notifyAll() }
  }
}

/// Some permits that are taken bare, and one that is leased by whoever is alone then.
struct Permits: Stormy {
  static let count = 3

  let semaphore: SharedSemaphore
  let door: SharedSemaphore
  let inside: SharedArray<UInt64>

  init() throws {
    semaphore = try SharedSemaphore(permits: Self.count)
    door = try SharedSemaphore(permits: 1)
    inside = try SharedArray(repeating: 0, count: 1)
  }

  func use(_ dice: inout Dice) throws {
    let number = dice.next()
    let isAlone = door.withPermit(until: .after(TestTime.limit)) {
      inside[0] = number
      SharedStep.pass()
      CurrentThread.yield()
      return inside[0] == number
    }
    try Harm.unless(isAlone != nil, "the leased permit has not come back")
    try Harm.unless(isAlone == true, "two were inside")
    let count = dice.pick(1..<3)
    try Harm.unless(semaphore.acquire(count, for: TestTime.limit), "no permits come")
    semaphore.release(count)
  }
}

@Suite struct `A storm of deaths` {
  @Test(arguments: Seed.all)
  func `leaves a lock to one at a time`(seed: Seed) throws {
    let ledger = try Ledger()
    try storm(over: ledger, seed)
    try ledger.proveWhole(.died)
  }

  @Test(arguments: Seed.all)
  func `tears no value, and loses no change`(seed: Seed) throws {
    let account = try Account()
    try storm(over: account, seed)
    let (value, changes) = (account.value.current, account.changes.current)
    #expect(value.isWhole)
    #expect(changes...(changes + Deaths.count) ~= value.left)
  }

  @Test(arguments: Seed.all)
  func `keeps nobody waiting at a condition`(seed: Seed) throws {
    let counter = try Counter()
    try storm(over: counter, seed)
    try counter.ledger.proveWhole(.died)
    try counter.waitForChange()
  }

  @Test(arguments: Seed.all)
  func `loses no permit that was leased, and counts the others`(seed: Seed) throws {
    let permits = try Permits()
    let replaced = Shared(Atomic(0))
    // Whoever has lost some makes new ones.
    let replace = { @Sendable in
      let missing = permits.semaphore.lostPermits - replaced.value.load(ordering: .relaxed)
      if missing > 0 {
        replaced.value.wrappingAdd(missing, ordering: .relaxed)
        permits.semaphore.release(missing)
      }
    }
    try storm(over: permits, seed, survivor: replace)
    replace()
    #expect(permits.semaphore.availablePermits == Permits.count)
    #expect(permits.semaphore.lostPermits == replaced.value.load(ordering: .relaxed))
    #expect(permits.door.availablePermits == 1)
    #expect(permits.door.lostPermits == 0)
  }
}
