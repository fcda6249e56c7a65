import Interlock
import InterlockChecker
import Testing

/// Waiting with a time limit: giving up is one of the choices, and costs no time.
@Suite struct `Giving up` {
  /// Whether an execution is found in which `body` says yes, and one in which it says no.
  private func answers(_ body: @escaping @Sendable () throws -> Bool) throws -> Set<Bool> {
    let seen = Box(Mutex<Set<Bool>>([]))
    let coverage = try explore {
      let answer = try body()
      seen.value.withLock { _ = $0.insert(answer) }
    }
    #expect(coverage.verdict == .proved)
    return seen.value.withLock { $0 }
  }

  private static let long = Duration.seconds(100_000)

  @Test func `a lock that is held`() throws {
    let answers = try answers {
      let lock = Lock()
      let other = try spawn { lock.withLock { CurrentThread.yield() } }
      let isAcquired = lock.acquire(for: Self.long)
      if isAcquired { lock.release() }
      other.join()
      return isAcquired
    }
    #expect(answers == [true, false])
  }

  @Test func `a lock, about which it then knows nothing`() {
    // The other thread has told something at the lock before; but who does not get it is not told.
    let found = exploreForRace {
      let value = PlainCell(0)
      let isWritten = Box(Atomic(false))
      let (lock, isOver) = (Lock(), Interlock.Event())
      let writer = try spawn {
        value.value = 1
        lock.withLock {}
        // Relaxed: nobody learns anything by it.
        isWritten.value.store(true, ordering: .relaxed)
        lock.withLock { isOver.wait() }
      }
      let reader = try spawn {
        guard isWritten.value.load(ordering: .relaxed) else { return }
        if lock.acquire(for: Self.long) { lock.release() } else { _ = value.value }
      }
      reader.join()
      isOver.set()
      writer.join()
    }
    #expect(found)
  }

  /// Whether a race is found.
  private func exploreForRace(_ body: @escaping @Sendable () throws -> Void) -> Bool {
    do {
      try explore(body)
      return false
    } catch {
      return error.kind == .race
    }
  }

  @Test func `a semaphore without permits`() throws {
    let answers = try answers {
      let semaphore = Semaphore(permits: 0)
      let other = try spawn { semaphore.release() }
      let isAcquired = semaphore.acquire(for: Self.long)
      other.join()
      return isAcquired
    }
    #expect(answers == [true, false])
  }

  @Test func `an event that is not set`() throws {
    let answers = try answers {
      let event = Interlock.Event()
      let other = try spawn { event.set() }
      let isSet = event.wait(for: Self.long)
      other.join()
      return isSet
    }
    #expect(answers == [true, false])
  }

  @Test func `a condition that is not notified`() throws {
    let answers = try answers {
      let lock = Lock()
      let condition = Condition(lock)
      let other = try spawn { lock.withLock { condition.notify() } }
      let isNotified = lock.withLock { condition.wait(for: Self.long) }
      other.join()
      return isNotified
    }
    #expect(answers == [true, false])
  }

  @Test func `a queue without elements`() throws {
    let answers = try answers {
      let queue = BlockingQueue<Int>()
      let other = try spawn { try queue.put(1) }
      let element = try queue.take(for: Self.long)
      try other.join()
      return element != nil
    }
    #expect(answers == [true, false])
  }

  @Test func `a thread that has not ended`() throws {
    let answers = try answers {
      let event = Interlock.Event()
      let other = try spawn { event.wait() }
      let isEnded = other.join(for: Self.long) != nil
      event.set()
      other.join()
      return isEnded
    }
    #expect(answers == [false])
  }

  @Test func `what nobody brings, without a deadlock`() throws {
    let answers = try answers { Interlock.Event().wait(for: Self.long) }
    #expect(answers == [false])
  }

  @Test func `again and again is no proof`() throws {
    let coverage = try explore {
      let event = Interlock.Event()
      let other = try spawn { for _ in 0..<3 { _ = event.wait(for: Self.long) } }
      event.set()
      other.join()
    }
    #expect(coverage.verdict == .limited(timeouts: 2))
  }

  @Test func `comes to those who sleep while others only give way`() throws {
    try explore {
      let sleeper = try spawn { for _ in 0..<4 { CurrentThread.sleep(for: Self.long) } }
      while !sleeper.isFinished { CurrentThread.yield() }
    }
  }
}
