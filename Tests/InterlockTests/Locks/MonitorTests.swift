import Interlock
import Testing

@Suite struct `A monitor` {
  private struct Failure: Error {}

  @Test func `keeps its value from visit to visit`() {
    let monitor = Monitor([1], name: "list")
    monitor.withLock { $0.append(2) }
    #expect(monitor.withLock { $0 } == [1, 2])
    #expect(monitor.withLock(when: { $0.count == 2 }, { $0.removeFirst() }) == 1)
    #expect(monitor.withLockIfAvailable(when: { $0.isEmpty }, { $0.count }) == nil)
    #expect(monitor.withLockIfAvailable(when: { $0 == [2] }, { $0.count }) == 1)
    #expect(monitor.name == "list")
  }

  @Test func `runs the body as soon as the predicate holds, without being notified`() throws {
    let balance = Monitor(0)
    try withCrew { crew in
      let spender = try crew.spawn {
        balance.withLock(when: { $0 >= 20 }) { balance -> Int in
          defer { balance -= 20 }
          return balance
        }
      }
      try spender.waitUntilBlocked()
      balance.withLock { $0 += 10 }
      #expect(balance.waiters == [spender.identity])
      balance.withLock { $0 += 15 }
      #expect(try spender.result() == 25)
      #expect(balance.withLock { $0 } == 5)
    }
  }

  @Test func `lets exactly those go on whose predicates hold`() throws {
    let number = Monitor(0)
    try withCrew { crew in
      let threads = try crew.spawn(count: 6) { wanted in
        number.withLock(when: { $0 == wanted + 1 }) { $0 = 0 }
      }
      try eventually { number.waiters.count == 6 }
      for wanted in [3, 0, 5, 1, 2, 4] {
        number.withLock { $0 = wanted + 1 }
        try threads[wanted].result()
        #expect(number.withLock { $0 } == 0)
      }
      #expect(number.waiters.isEmpty)
    }
  }

  @Test func `serves the one first that has waited longest`() throws {
    let permits = Monitor(0)
    let order = PlainList()
    try withCrew { crew in
      for number in 0..<6 {
        try crew.spawn {
          permits.withLock(when: { $0 > 0 }) {
            $0 -= 1
            order.append(number)
          }
        }
        try eventually { permits.waiters.count == number + 1 }
      }
      // Whoever leaves lets the next one in.
      permits.withLock { $0 = 6 }
    }
    #expect(order.list == Array(0..<6))
  }

  @Test func `lets a change that many wait for through to all of them`() throws {
    let isOpen = Monitor(false)
    let visits = Atomic(0)
    try withCrew { crew in
      _ = try crew.spawn(count: 20) { _ in
        isOpen.withLock(when: { $0 }) { _ in visits.wrappingAdd(1, ordering: .relaxed) }
      }
      try eventually { isOpen.waiters.count == 20 }
      isOpen.withLock { $0 = true }
    }
    #expect(visits.load(ordering: .relaxed) == 20)
  }

  @Test func `wakes the next one when somebody gives up in between`() throws {
    let tokens = Monitor(0)
    try withCrew { crew in
      let first = try crew.spawn { tokens.withLock(when: { $0 > 0 }, until: .never) { $0 -= 1 } }
      try eventually { tokens.waiters.count == 1 }
      let second = try crew.spawn { tokens.withLock(when: { $0 > 0 }) { $0 -= 1 } }
      try eventually { tokens.waiters.count == 2 }
      tokens.withLock { tokens in
        tokens += 1
        first.cancel()
      }
      // One token, one taker: the first if the token came before its cancellation was noticed.
      let wasFirst = try first.result() != nil
      if wasFirst { tokens.withLock { $0 += 1 } }
      try second.result()
      #expect(tokens.withLock { $0 } == 0)
    }
  }

  @Test func `takes a value that came in time although the deadline is over`() throws {
    let isReady = Monitor(false)
    try withCrew { crew in
      let deadline = Deadline.after(TestTime.short)
      let waiter = try crew.spawn {
        isReady.withLock(when: { $0 }, until: deadline) { _ in } != nil
      }
      try eventually { isReady.waiters.count == 1 }
      try isReady.withLock { isReady in
        try eventually { deadline.hasPassed }
        isReady = true
      }
      #expect(try waiter.result())
    }
  }

  @Test func `rethrows what the body throws, and lets others in`() throws {
    let value = Monitor(0)
    try withCrew { crew in
      let waiter = try crew.spawn { value.withLock(when: { $0 == 1 }) { $0 = 2 } }
      try waiter.waitUntilBlocked()
      #expect(throws: Failure.self) {
        try value.withLock { value throws(Failure) in
          value = 1
          throw Failure()
        }
      }
      try waiter.result()
      #expect(throws: Failure.self) {
        try value.withLock(when: { $0 == 2 }) { _ throws(Failure) in throw Failure() }
      }
      #expect(throws: Failure.self) {
        try value.withLock(when: { $0 == 2 }, for: .zero) { _ throws(Failure) in throw Failure() }
      }
      #expect(value.owner == nil)
    }
  }

  @Test func `guards values that cannot be copied`() {
    struct Token: ~Copyable {
      var number = 7
    }
    let monitor = Monitor(Token())
    monitor.withLock(when: { $0.number == 7 }, { $0 = Token(number: 8) })
    #expect(monitor.withLock { $0.number } == 8)
  }

  @Test func `lets its value go when it goes`() {
    final class Witness: Sendable {}
    weak var leftover: Witness?
    do {
      let witness = Witness()
      leftover = witness
      let monitor = Monitor(witness)
      monitor.withLock { _ in }
    }
    #expect(leftover == nil)
  }

  @Test func `hands every token to one thread`() throws {
    let (threads, rounds) = (6, 400)
    let tokens = Monitor(0)
    let taken = try withCrew { crew in
      let takers = try crew.spawn(count: threads) { number in
        for _ in 0..<rounds { tokens.withLock(when: { $0 >= number + 1 }) { $0 -= number + 1 } }
        return rounds * (number + 1)
      }
      for _ in 0..<(1...threads).reduce(0, +) * rounds { tokens.withLock { $0 += 1 } }
      return try takers.reduce(0) { try $0 + $1.result() }
    }
    #expect(taken == (1...threads).reduce(0, +) * rounds)
    #expect(tokens.withLock { $0 } == 0)
  }
}

@Suite struct `A mutex` {
  @Test func `keeps its value from visit to visit`() {
    let mutex = Mutex(1, name: "sum")
    mutex.withLock { $0 += 1 }
    #expect(mutex.withLockIfAvailable { $0 } == 2)
    #expect(mutex.withLock(until: .now) { $0 } == 2)
    #expect(mutex.name == "sum")
  }

  @Test func `keeps what the body left when it throws`() {
    struct Failure: Error {}
    let mutex = Mutex(1)
    #expect(throws: Failure.self) {
      try mutex.withLock { value throws(Failure) in
        value = 5
        throw Failure()
      }
    }
    #expect(mutex.withLock { $0 } == 5)
  }

  @Test func `guards values that cannot be copied, and gives them away`() {
    struct Token: ~Copyable {
      let number: Int
    }
    let mutex = Mutex<Token?>(Token(number: 3))
    if let token = mutex.withLock({ $0.take() }) {
      let number = token.number
      #expect(number == 3)
    } else {
      Issue.record("the token is gone")
    }
    let isEmpty = mutex.withLock { $0 == nil }
    #expect(isEmpty)
  }

  @Test func `lets its value go when it goes`() {
    final class Witness: Sendable {}
    weak var leftover: Witness?
    do {
      let witness = Witness()
      leftover = witness
      let mutex = Mutex(witness)
      mutex.withLock { _ in }
    }
    #expect(leftover == nil)
  }
}
