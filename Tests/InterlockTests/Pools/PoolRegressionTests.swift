import Testing

@testable import Interlock

/// What a review found: each of these hung, crashed, or broke a promise.
@Suite struct `A pool keeps its word` {
  @Test func `when a task waits for the first of several, though one never ends by itself`() throws
  {
    let pool = try ThreadPool(workers: 2)
    let mayEnd = Event()
    let result = try pool.submit {
      guard let endless = try? pool.submit({ mayEnd.wait() }),
        let quick = try? pool.submit({})
      else { return false }
      let first = ([endless, quick] as [AnyPoolTask]).waitForFirst()
      mayEnd.set()
      return first === quick
    }
    #expect(try result.join())
    pool.close()
    pool.join()
  }

  @Test func `when a task waits with a deadline for tasks that end meanwhile`() throws {
    let pool = try ThreadPool(workers: 2)
    for _ in 0..<500 {
      let isThere = try pool.submit {
        guard let other = try? pool.submit({}) else { return false }
        return [other].waitForFirst(until: .never) === other
      }
      #expect(try isThere.join())
    }
    pool.close()
    pool.join()
  }

  @Test func `when all its threads wait with deadlines for tasks that nobody has begun`() throws {
    let pool = try ThreadPool(workers: 1)
    let tasks = try (0..<300).map { number in
      try pool.submit {
        guard let child = try? pool.submit({ number }) else { return false }
        return child.wait(until: .never)
      }
    }
    for task in tasks { #expect(try task.join()) }
    pool.close()
    pool.join()
  }

  @Test func `when two pools wait for each other's tasks`() throws {
    let pools = (try ThreadPool(workers: 1), try ThreadPool(workers: 1))
    let count = 300
    let tasks = try (0..<count).map { _ in
      try pools.0.submit { (try? pools.1.submit { 1 }.join()) ?? 0 }
    }
    let others = try (0..<count).map { _ in
      try pools.1.submit { (try? pools.0.submit { 1 }.join()) ?? 0 }
    }
    #expect(try (tasks + others).reduce(0) { try $0 + $1.join() } == 2 * count)
    pools.0.close()
    pools.1.close()
    pools.0.join()
    pools.1.join()
  }

  @Test func `when it is closed: nothing begins afterwards that was cancelled`() throws {
    for _ in 0..<50 {
      let pool = try ThreadPool(workers: 2)
      let isClosed = Atomic(false)
      let late = Atomic(0)
      for _ in 0..<200 {
        try pool.submit {
          if isClosed.load(ordering: .acquiring) { late.wrappingAdd(1, ordering: .relaxed) }
        }
      }
      pool.close(cancelling: .waiting)
      isClosed.store(true, ordering: .releasing)
      pool.join()
      // The two that ran at that moment may have begun before, and looked after.
      #expect(late.load(ordering: .relaxed) <= 2)
    }
  }

  @Test func `when a task that its submitter runs is asked to stop`() throws {
    let pool = try ThreadPool(workers: 1, limit: 1, whenFull: .runInCaller)
    let mayEnd = Event()
    let isBusy = Event()
    try pool.submit {
      isBusy.set()
      mayEnd.wait()
    }
    isBusy.wait()
    try pool.submit {}
    let caller = try spawn { () -> Bool in
      let gaveUp = Atomic(false)
      _ = try? pool.submit { gaveUp.store(!Event().wait(until: .never), ordering: .relaxed) }
      return gaveUp.load(ordering: .relaxed)
    }
    try eventually { caller.identity.wait?.hasPrefix("Event") == true }
    pool.close(cancelling: .everything)
    #expect(caller.join())
    mayEnd.set()
    pool.join()
  }

  @Test func `when a task submits itself again and again, and another one waits`() throws {
    let pool = try ThreadPool(workers: 1)
    let isDone = Atomic(false)
    let turns = Atomic(0)
    @Sendable func again() {
      guard !isDone.load(ordering: .relaxed) else { return }
      turns.wrappingAdd(1, ordering: .relaxed)
      _ = try? pool.submit { again() }
    }
    let first = try pool.submit {
      _ = try? pool.submit { isDone.store(true, ordering: .relaxed) }
      again()
    }
    try first.join()
    try eventually { isDone.load(ordering: .relaxed) }
    pool.close()
    pool.join()
    #expect(turns.load(ordering: .relaxed) > 0)
  }
}
