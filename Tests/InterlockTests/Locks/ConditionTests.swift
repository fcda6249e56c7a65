import Interlock
import Testing

@Suite struct `A condition` {
  private struct Failure: Error {}

  /// Threads that wait once and then note their number, one after the other.
  private func spawnWaiters(
    _ numbers: Range<Int>,
    on condition: Condition,
    noting order: PlainList,
    _ crew: Crew
  ) throws -> [ThreadHandle<Bool, Never>] {
    try numbers.map { number in
      let thread = try crew.spawn("waiter-\(number)") { () -> Bool in
        condition.lock.withLock {
          condition.wait()
          order.append(number)
          return condition.lock.isHeldByCurrentThread
        }
      }
      try eventually { condition.waiterCount == number + 1 - numbers.lowerBound }
      return thread
    }
  }

  @Test(arguments: [Lock.Fairness.barging, .fair])
  func `lets exactly as many go as were notified, the oldest first`(fairness: Lock.Fairness) throws
  {
    let condition = Condition(Lock(fairness: fairness))
    let order = PlainList()
    try withCrew { crew in
      let waiters = try spawnWaiters(0..<10, on: condition, noting: order, crew)
      #expect(condition.waiters == waiters.map(\.identity))
      condition.lock.withLock { condition.notify(3) }
      for waiter in waiters[..<3] { #expect(try waiter.result()) }
      #expect(condition.waiterCount == 7)
      #expect(remains { !waiters[3...].contains(where: \.isFinished) })
      condition.lock.withLock { condition.notify(5) }
      for waiter in waiters[3..<8] { #expect(try waiter.result()) }
      #expect(condition.waiters == waiters[8...].map(\.identity))
      condition.lock.withLock { condition.notify() }
      #expect(try waiters[8].result())
      condition.lock.withLock { condition.notify(1000) }
      #expect(try waiters[9].result())
    }
    #expect(order.list == Array(0..<10))
  }

  @Test func `notifies all, and they come out one after the other`() throws {
    let condition = Condition(Lock())
    let count = PlainCount()
    try withCrew { crew in
      _ = try crew.spawn(count: 20) { _ in
        condition.lock.withLock {
          condition.wait()
          count.increment(pausing: true)
        }
      }
      try eventually { condition.waiterCount == 20 }
      condition.lock.withLock { condition.notifyAll() }
    }
    #expect(count.count == 20)
    #expect(!condition.lock.isHeld)
  }

  @Test func `moves whom it notifies to the lock's line, where they sleep on`() throws {
    let condition = Condition(Lock(name: "vault"), name: "stock")
    let order = PlainList()
    try withCrew { crew in
      let waiters = try spawnWaiters(0..<3, on: condition, noting: order, crew)
      condition.lock.withLock {
        condition.notify(2)
        #expect(condition.waiterCount == 1)
        #expect(condition.lock.waiters == waiters[..<2].map(\.identity))
        #expect(order.list.isEmpty)
        condition.notify(0)
        #expect(condition.waiterCount == 1)
        condition.notify()
        #expect(condition.lock.waiters == waiters.map(\.identity))
      }
    }
    #expect(condition.name == "stock")
  }

  @Test func `forgets a notification that nobody waits for`() throws {
    let condition = Condition(Lock())
    condition.lock.withLock {
      condition.notifyAll()
      #expect(!condition.wait(until: .now))
      #expect(!condition.wait(for: TestTime.short))
    }
  }

  @Test func `lets the lock go while it waits`() throws {
    let condition = Condition(Lock())
    try withCrew { crew in
      let waiter = try crew.spawn {
        condition.lock.withLock { condition.wait(until: .never) }
      }
      try eventually { condition.waiterCount == 1 }
      condition.lock.withLock {
        #expect(condition.lock.owner == .current)
        condition.notify()
      }
      #expect(try waiter.result())
    }
  }

  @Test func `gives the lock back when it gives up, however long that takes`() throws {
    let condition = Condition(Lock())
    try withCrew { crew in
      let waiter = try crew.spawn {
        condition.lock.withLock {
          (condition.wait(for: TestTime.short), condition.lock.isHeldByCurrentThread)
        }
      }
      try eventually { condition.waiterCount == 1 }
      try condition.lock.withLock {
        // It has given up and now waits for the lock, although its deadline has passed.
        try eventually { condition.waiterCount == 0 }
        try eventually { condition.lock.waiters == [waiter.identity] }
        condition.notify()
      }
      let (wasNotified, isHeld) = try waiter.result()
      #expect(!wasNotified)
      #expect(isHeld)
    }
  }

  @Test func `looks again after each notification, until there is nothing to wait for`() throws {
    let condition = Condition(Lock())
    let count = PlainCount()
    let looks = PlainCount()
    try withCrew { crew in
      let waiter = try crew.spawn {
        condition.lock.withLock {
          condition.wait {
            looks.increment()
            return count.count < 3
          }
        }
      }
      for number in 1...3 {
        try eventually { condition.waiterCount == 1 }
        condition.lock.withLock {
          #expect(looks.count == number)
          count.increment()
          condition.notify()
        }
      }
      try waiter.result()
      #expect(looks.count == 4)
    }
  }

  @Test func `bounds a wait with a predicate over all its wake-ups`() throws {
    let condition = Condition(Lock())
    let looks = PlainCount()
    try withCrew { crew in
      let start = Deadline.now
      let waiter = try crew.spawn {
        condition.lock.withLock {
          condition.wait(until: start + TestTime.short) {
            looks.increment()
            return true
          }
        }
      }
      try eventually {
        condition.lock.withLock { condition.notify() }
        return waiter.isFinished
      }
      #expect(try !waiter.result())
      #expect(Deadline.now - start >= TestTime.short)
      #expect(Deadline.now - start < TestTime.short + TestTime.slack)
      #expect(looks.count >= 2)
    }
  }

  @Test func `answers with the last look, also when time is over`() {
    let condition = Condition(Lock())
    condition.lock.withLock {
      var looks = 0
      let isThere = condition.wait(until: .after(TestTime.short)) {
        looks += 1
        return looks == 1
      }
      #expect(isThere)
      #expect(looks == 2)
      #expect(condition.wait(until: .now) { false })
      #expect(!condition.wait(until: .now) { true })
    }
  }

  @Test func `rethrows what its predicate throws, and has the lock`() {
    let condition = Condition(Lock())
    condition.lock.withLock {
      #expect(throws: Failure.self) { try condition.wait { throw Failure() } }
      #expect(throws: Failure.self) { try condition.wait(until: .never) { throw Failure() } }
      #expect(condition.lock.isHeldByCurrentThread)
    }
  }

  @Test func `does not wake the threads of another one with the same lock`() throws {
    let lock = Lock()
    let (isEmpty, isFull) = (Condition(lock), Condition(lock))
    let order = PlainList()
    try withCrew { crew in
      let emptyWaiters = try spawnWaiters(0..<2, on: isEmpty, noting: order, crew)
      let fullWaiters = try spawnWaiters(10..<12, on: isFull, noting: order, crew)
      lock.withLock { isFull.notifyAll() }
      for waiter in fullWaiters { #expect(try waiter.result()) }
      #expect(isEmpty.waiters == emptyWaiters.map(\.identity))
      lock.withLock { isEmpty.notifyAll() }
    }
    #expect(order.list == [10, 11, 0, 1])
  }

  @Test func `leaves nothing behind`() throws {
    weak var leftover: Condition?
    try withCrew { crew in
      let condition = Condition(Lock())
      leftover = condition
      let waiter = try crew.spawn { condition.lock.withLock { condition.wait() } }
      try eventually { condition.waiterCount == 1 }
      condition.lock.withLock { condition.notify() }
      try waiter.result()
    }
    try eventually { leftover == nil }
  }
}
