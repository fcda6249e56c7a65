import Interlock
import Testing

@Suite struct `A storm of threads that wait, give up and are cancelled` {
  private static let threads = 8
  private static let operations = 100

  /// Runs threads with dice of their own, and cancels some of them at some time.
  ///
  /// - Returns: The sum of what the threads return.
  private func storm(
    _ seed: Seed,
    threads: Int = Self.threads,
    cancelling: Bool = true,
    _ body: @escaping @Sendable (_ number: Int, _ dice: inout Dice) -> Int
  ) throws -> Int {
    try withCrew { crew in
      let handles = try crew.spawn(count: threads, "storm") { number in
        var dice = seed.dice(stream: number)
        return body(number, &dice)
      }
      if cancelling {
        var dice = seed.dice(stream: -1)
        for handle in handles where dice.isOne(in: 3) {
          for _ in 0..<dice.pick(0..<50) { CurrentThread.yield() }
          handle.cancel()
        }
      }
      return try handles.reduce(0) { try $0 + $1.result() }
    }
  }

  @Test(arguments: ExclusionKind.allCases, Seed.all)
  func `leaves a lock free and no update lost`(kind: ExclusionKind, seed: Seed) throws {
    let exclusion = kind.make(name: "storm")
    let count = PlainCount()
    let successes = try storm(seed) { _, dice in
      var successes = 0
      for _ in 0..<Self.operations {
        let pausing = dice.isOne(in: 8)
        let visit: () -> Int = {
          count.increment(pausing: pausing)
          return 1
        }
        let success =
          switch dice.pick(0..<4) {
          case 0: exclusion.withLockIfAvailable(visit) ?? 0
          case 1: exclusion.withLock(visit)
          case 2: exclusion.withLock(until: dice.deadline, visit) ?? 0
          default: exclusion.withLock(until: .never, visit) ?? 0
          }
        successes += success
      }
      return successes
    }
    #expect(count.count == successes)
    #expect(exclusion.owner == nil)
    #expect(exclusion.line?.isEmpty ?? true)
    #expect(exclusion.withLockIfAvailable { true } == true)
  }

  @Test(arguments: [Lock.Fairness.barging, .fair], Seed.all)
  func `loses no notification of a condition`(fairness: Lock.Fairness, seed: Seed) throws {
    let lock = Lock(name: "storm", fairness: fairness)
    let hasToken = Condition(lock, name: "token")
    let tokens = PlainCount()
    let consumers = Self.threads
    let perConsumer = 60
    // Each token is announced to one thread only. One that was notified must not seem to have given
    // up, or the thread that should have had its token waits for ever.
    let taken = try storm(seed, threads: consumers + 2) { number, dice in
      guard number < consumers else {
        for _ in 0..<consumers * perConsumer / 2 {
          lock.withLock {
            tokens.increment()
            hasToken.notify()
          }
          if dice.isOne(in: 4) { CurrentThread.yield() }
        }
        return 0
      }
      var taken = 0
      while taken < perConsumer {
        lock.withLock {
          if dice.isOne(in: 2) {
            hasToken.wait { tokens.count == 0 }
          } else if !hasToken.wait(until: dice.deadline, while: { tokens.count == 0 }) {
            return
          }
          tokens.decrement()
          taken += 1
        }
      }
      return taken
    }
    #expect(taken == consumers * perConsumer)
    #expect(tokens.count == 0)
    #expect(hasToken.waiterCount == 0)
    #expect(!lock.isHeld)
  }

  @Test(arguments: Seed.all)
  func `lets everybody through a monitor`(seed: Seed) throws {
    let tokens = Monitor(0, name: "storm")
    let consumers = Self.threads
    let perConsumer = 60
    let taken = try storm(seed, threads: consumers + 1) { number, dice in
      guard number < consumers else {
        for _ in 0..<consumers * perConsumer { tokens.withLock { $0 += 1 } }
        return 0
      }
      var left = perConsumer
      while left > 0 {
        let count = min(left, dice.pick(1..<4))
        if dice.isOne(in: 2) {
          tokens.withLock(when: { $0 >= count }) { $0 -= count }
          left -= count
        } else if tokens.withLock(when: { $0 >= count }, until: dice.deadline, { $0 -= count })
          != nil
        {
          left -= count
        }
      }
      return perConsumer
    }
    #expect(taken == consumers * perConsumer)
    #expect(tokens.withLock { $0 } == 0)
    #expect(tokens.waiters.isEmpty)
  }

  @Test(arguments: Seed.all)
  func `leaves a semaphore with all its permits`(seed: Seed) throws {
    let limit = 4
    let semaphore = Semaphore(permits: limit, limit: limit, name: "storm")
    let inUse = Atomic(0)
    let isOver = Atomic(false)
    _ = try storm(seed) { _, dice in
      for _ in 0..<Self.operations {
        let count = dice.pick(1..<limit + 1)
        let isTaken: Bool
        switch dice.pick(0..<4) {
        case 0: isTaken = semaphore.tryAcquire(count)
        case 1:
          semaphore.acquire(count)
          isTaken = true
        case 2: isTaken = semaphore.acquire(count, until: .never)
        default: isTaken = semaphore.acquire(count, until: dice.deadline)
        }
        guard isTaken else { continue }
        let now = inUse.wrappingAdd(count, ordering: .relaxed).newValue
        if now > limit { isOver.store(true, ordering: .relaxed) }
        if dice.isOne(in: 4) { CurrentThread.yield() }
        inUse.wrappingSubtract(count, ordering: .relaxed)
        semaphore.release(count)
      }
      return 0
    }
    #expect(isOver.load(ordering: .relaxed) == false)
    #expect(semaphore.availablePermits == limit)
    #expect(semaphore.waiterCount == 0)
  }

  @Test(arguments: [ReadWritePreference.writers, .fair], Seed.all)
  func `never mixes writers with anybody`(preference: ReadWritePreference, seed: Seed) throws {
    let lock = Shared(ReadWriteLock((0, 0), preference: preference, name: "storm"))
    let torn = Atomic(0)
    let writes = try storm(seed) { _, dice in
      var writes = 0
      for _ in 0..<Self.operations {
        let pausing = dice.isOne(in: 8)
        let read: ((Int, Int)) -> Void = { value in
          if value.0 != value.1 { torn.wrappingAdd(1, ordering: .relaxed) }
        }
        let write: (inout (Int, Int)) -> Void = { value in
          value.0 += 1
          if pausing { CurrentThread.yield() }
          value.1 += 1
          writes += 1
        }
        switch dice.pick(0..<7) {
        case 0: lock.value.withReadLock { read($0) }
        case 1: _ = lock.value.withReadLock(until: dice.deadline) { read($0) }
        case 2: _ = lock.value.withReadLockIfAvailable { read($0) }
        case 3: lock.value.withWriteLock(write)
        case 4: _ = lock.value.withWriteLock(until: dice.deadline, write)
        case 5: _ = lock.value.withWriteLockIfAvailable(write)
        default: lock.value.withWriteLock(write, thenRead: { read($0) })
        }
      }
      return writes
    }
    #expect(torn.load(ordering: .relaxed) == 0)
    #expect(lock.value.withReadLock { $0.0 } == writes)
    #expect(lock.value.writer == nil)
    #expect(lock.value.readers.isEmpty)
    #expect(lock.value.waiters.isEmpty)
  }
}
