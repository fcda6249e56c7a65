import Interlock
import Testing

@Suite struct `A semaphore` {
  @Test func `counts its permits`() {
    let semaphore = Semaphore(permits: 3, limit: 5, name: "seats")
    #expect(semaphore.availablePermits == 3)
    semaphore.acquire()
    #expect(semaphore.tryAcquire(2))
    #expect(!semaphore.tryAcquire())
    semaphore.release(5)
    #expect(semaphore.availablePermits == 5)
    #expect(semaphore.acquire(4, until: .now))
    #expect(!semaphore.acquire(2, for: .zero))
    #expect(semaphore.availablePermits == 1)
    #expect(semaphore.limit == 5)
    #expect(semaphore.name == "seats")
  }

  @Test func `puts the permit back after a body, also one that throws`() {
    struct Failure: Error {}
    let semaphore = Semaphore(permits: 1)
    #expect(semaphore.withPermit { semaphore.availablePermits } == 0)
    #expect(semaphore.withPermit(until: .now) { semaphore.availablePermits } == 0)
    #expect(throws: Failure.self) { try semaphore.withPermit { throw Failure() } }
    #expect(throws: Failure.self) { try semaphore.withPermit(until: .never) { throw Failure() } }
    #expect(semaphore.availablePermits == 1)
    semaphore.acquire()
    #expect(semaphore.withPermit(until: .now) { true } == nil)
  }

  @Test func `takes a permit back from any thread`() throws {
    let semaphore = Semaphore(permits: 1, limit: 1)
    semaphore.acquire()
    try withCrew { _ = try $0.spawn { semaphore.release() } }
    #expect(semaphore.tryAcquire())
  }

  @Test func `lets exactly as many through as it has permits`() throws {
    let semaphore = Semaphore(permits: 7)
    let through = Atomic(0)
    try withCrew { crew in
      _ = try crew.spawn(count: 20) { _ in
        semaphore.acquire()
        through.wrappingAdd(1, ordering: .relaxed)
      }
      try eventually { semaphore.waiterCount == 13 && through.load(ordering: .relaxed) == 7 }
      semaphore.release(5)
      try eventually { through.load(ordering: .relaxed) == 12 }
      #expect(semaphore.waiterCount == 8)
      for _ in 0..<8 { semaphore.release() }
    }
    #expect(through.load(ordering: .relaxed) == 20)
    #expect(semaphore.availablePermits == 0)
  }

  @Test func `never has more threads inside than permits`() throws {
    let semaphore = Semaphore(permits: 3, limit: 3)
    let inside = Atomic(0)
    let most = Atomic(0)
    try withCrew { crew in
      _ = try crew.spawn(count: 8) { _ in
        for _ in 0..<300 {
          semaphore.withPermit {
            let now = inside.wrappingAdd(1, ordering: .relaxed).newValue
            most.max(now, ordering: .relaxed)
            CurrentThread.yield()
            inside.wrappingSubtract(1, ordering: .relaxed)
          }
        }
      }
    }
    #expect((1...3).contains(most.load(ordering: .relaxed)))
    #expect(semaphore.availablePermits == 3)
  }

  @Test func `serves threads in the order in which they came`() throws {
    let semaphore = Semaphore(permits: 0)
    let order = Mutex<[Int]>([])
    try withCrew { crew in
      var threads: [ThreadHandle<Void, Never>] = []
      for number in 0..<8 {
        threads.append(
          try crew.spawn {
            semaphore.acquire()
            order.withLock { $0.append(number) }
          }
        )
        try eventually { semaphore.waiterCount == number + 1 }
      }
      #expect(semaphore.waiters == threads.map(\.identity))
      for thread in threads {
        semaphore.release()
        try thread.result()
      }
    }
    #expect(order.withLock { $0 } == Array(0..<8))
  }

  @Test func `does not pass over a thread that needs many permits`() throws {
    let semaphore = Semaphore(permits: 2)
    try withCrew { crew in
      let big = try crew.spawn { semaphore.acquire(4) }
      try eventually { semaphore.waiterCount == 1 }
      let small = try crew.spawn { semaphore.acquire() }
      try eventually { semaphore.waiterCount == 2 }
      // Two permits are there, but they are not for those who come later.
      #expect(!semaphore.tryAcquire())
      #expect(!semaphore.acquire(until: .now))
      semaphore.release()
      #expect(remains { !big.isFinished && !small.isFinished })
      semaphore.release()
      try big.result()
      #expect(semaphore.waiters == [small.identity])
      #expect(semaphore.availablePermits == 0)
      semaphore.release()
      try small.result()
    }
  }

  @Test func `serves those behind a thread that gave up`() throws {
    let semaphore = Semaphore(permits: 2)
    try withCrew { crew in
      let big = try crew.spawn { semaphore.acquire(4, until: .never) }
      try eventually { semaphore.waiterCount == 1 }
      let small = try crew.spawn(count: 2) { _ in semaphore.acquire() }
      try eventually { semaphore.waiterCount == 3 }
      big.cancel()
      #expect(try !big.result())
      for thread in small { try thread.result() }
      #expect(semaphore.availablePermits == 0)
    }
  }

  @Test func `leaves nothing behind`() throws {
    weak var leftover: Semaphore?
    try withCrew { crew in
      let semaphore = Semaphore(permits: 0)
      leftover = semaphore
      let waiter = try crew.spawn { semaphore.acquire() }
      try eventually { semaphore.waiterCount == 1 }
      semaphore.release()
      try waiter.result()
    }
    try eventually { leftover == nil }
  }
}
