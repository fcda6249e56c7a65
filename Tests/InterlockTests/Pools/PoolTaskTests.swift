import Interlock
import Testing

@Suite struct `A pool task` {
  /// Runs `body` with a pool of one worker, which is busy until `free` is called.
  private func withBusyPool(
    _ body: (ThreadPool, _ free: @Sendable () -> Void) throws -> Void
  ) throws {
    try withPool(workers: 1) { pool in
      let mayEnd = Event()
      let hasBegun = Event()
      try pool.submit {
        hasBegun.set()
        mayEnd.wait()
      }
      hasBegun.wait()
      defer { mayEnd.set() }
      try body(pool) { mayEnd.set() }
    }
  }

  @Test func `that is cancelled before it begins never runs`() throws {
    let hasRun = Atomic(false)
    try withBusyPool { pool, free in
      let task = try pool.submit(name: "late") { hasRun.store(true, ordering: .relaxed) }
      #expect(task.state == .waiting && task.name == "late")
      #expect(task.cancel())
      #expect(!task.cancel())
      #expect(task.state == .cancelled && task.isFinished && task.isCancelled && task.hasFailed)
      #expect(throws: PoolTaskError<Never>.cancelled) { try task.join() }
      #expect(throws: PoolTaskError<Never>.cancelled) { try task.tryJoin() }
      free()
    }
    let ran = hasRun.load(ordering: .relaxed)
    #expect(!ran)
  }

  @Test func `lets go of what it has captured when it is cancelled or has run`() throws {
    final class Cargo: Sendable {}
    try withBusyPool { pool, free in
      weak var captured: Cargo?
      weak var other: Cargo?
      let (cancelled, run) = try {
        let cargo = Cargo()
        let otherCargo = Cargo()
        captured = cargo
        other = otherCargo
        return (
          try pool.submit { withExtendedLifetime(cargo) {} },
          try pool.submit { withExtendedLifetime(otherCargo) {} }
        )
      }()
      #expect(captured != nil && other != nil)
      cancelled.cancel()
      #expect(captured == nil)
      free()
      try run.result()
      #expect(other == nil)
    }
  }

  @Test func `that runs is asked to stop, and no other one on its thread`() throws {
    try withPool(workers: 1) { pool in
      let hasBegun = Event()
      let first = try pool.submit {
        hasBegun.set()
        let wasWoken = !Event().wait(until: .never)
        return (wasWoken, CurrentThread.isCancelled)
      }
      hasBegun.wait()
      #expect(!first.cancel())
      let (wasWoken, wasCancelled) = try first.result()
      #expect(wasWoken && wasCancelled)
      #expect(first.isCancelled && first.state == .finished)
      let second = try pool.submit { CurrentThread.isCancelled || !CurrentThread.sleep(for: .zero) }
      #expect(try !second.result())
    }
  }

  @Test func `joined inside a cancelled one is not cancelled`() throws {
    try withPool(workers: 1) { pool in
      let hasBegun = Event()
      let mayGoOn = Event()
      let outer = try pool.submit {
        let inner = try pool.submit { CurrentThread.isCancelled }
        hasBegun.set()
        mayGoOn.wait()
        let innerWas = try inner.join()
        return (innerWas, CurrentThread.isCancelled)
      }
      hasBegun.wait()
      outer.cancel()
      mayGoOn.set()
      let (innerWas, outerWas) = try outer.result()
      #expect(!innerWas && outerWas)
    }
  }

  @Test func `tells everybody once when it is done, in every state`() throws {
    try withBusyPool { pool, free in
      let calls = Mutex<[String]>([])
      let note: @Sendable (String) -> Void = { call in calls.withLock { $0.append(call) } }
      let task = try pool.submit { 5 }
      let cancelled = try pool.submit { 6 }
      task.whenDone { note("early \((try? $0.get()) ?? 0)") }
      task.whenDone { note("second \((try? $0.get()) ?? 0)") }
      cancelled.whenDone { note("cancelled \($0 == .failure(.cancelled))") }
      cancelled.cancel()
      #expect(calls.withLock { $0 } == ["cancelled true"])
      free()
      #expect(try task.result() == 5)
      try eventually { calls.withLock { $0.count } == 3 }
      task.whenDone { note("late \((try? $0.get()) ?? 0)") }
      #expect(
        calls.withLock { $0 } == ["cancelled true", "early 5", "second 5", "late 5"]
      )
    }
  }

  @Test func `can be joined by many, who may give up`() throws {
    try withBusyPool { pool, free in
      try withCrew { crew in
        let task = try pool.submit(name: "slow") { 4 }
        #expect(try task.join(until: .now) == nil)
        #expect(try task.join(for: TestTime.short) == nil)
        #expect(try task.tryJoin() == nil)
        let joiners = try crew.spawn(count: 5) { _ in try task.join() }
        for joiner in joiners { try joiner.waitUntilBlocked() }
        #expect(joiners[0].identity.wait == "PoolTask.join() on \"slow\"")
        let impatient = try crew.spawn { try task.join(until: .never) }
        try impatient.waitUntilBlocked()
        impatient.cancel()
        // The body returned `nil`, which is no giving up of the crew.
        try eventually { impatient.isFinished }
        #expect(try impatient.join() == nil)
        free()
        for joiner in joiners { #expect(try joiner.result() == 4) }
      }
    }
  }

  @Test func `can be awaited`() async throws {
    let pool = try ThreadPool(workers: 2)
    let good = try pool.submit { 1 }
    let bad = try pool.submit { () throws(Refusal) -> Int in throw Refusal(number: 2) }
    #expect(try await good.value == 1)
    await #expect(throws: PoolTaskError<Refusal>.failed(Refusal(number: 2))) { try await bad.value }
    pool.close()
    // Not a call that blocks, in an asynchronous function.
    while pool.threadCount > 0 { await Task.yield() }
  }
}

@Suite struct `Several pool tasks` {
  @Test(arguments: PoolKind.all)
  func `come in the order in which they are over`(kind: PoolKind) throws {
    try kind.withPool { pool in
      let tasks = try (0..<40).map { number in try pool.submit { number } }
      let numbers = try (tasks + tasks).asCompleted().map { try $0.join() }
      #expect(numbers.sorted() == Array(0..<40))
      if kind.workers == 1 { #expect(numbers == Array(0..<40)) }
    }
  }

  @Test func `come to tasks that wait without blocking`() async throws {
    let pool = try ThreadPool(workers: 2)
    var numbers: [Int] = []
    let tasks = try (0..<40).map { number in try pool.submit { number } }
    for await task in tasks.asCompleted() { numbers.append(try task.join()) }
    #expect(numbers.sorted() == Array(0..<40))
    pool.close()
    while pool.threadCount > 0 { await Task.yield() }
  }

  @Test func `can be waited for in their own pool`() throws {
    try withPool(workers: 1) { pool in
      let sum = try pool.submit {
        let tasks = try (0..<10).map { number in try pool.submit { number } }
        let first = try tasks.waitForFirst().join()
        tasks.waitForAll()
        return try first + tasks.asCompleted().map { try $0.join() }.reduce(0, +)
      }
      #expect(try sum.result() == 45)
    }
  }

  @Test func `can be waited for until one is over, one fails, or all are over`() throws {
    try withPool(workers: 4) { pool in
      let mayEnd = Event()
      let slow = try pool.submit { () throws(any Error) -> Int in
        mayEnd.wait()
        return 1
      }
      let quick = try pool.submit { () throws(any Error) -> Int in 2 }
      #expect([slow, quick].waitForFirst() === quick)
      #expect(![slow, quick].waitForAll(until: .after(TestTime.short)))
      #expect([slow].waitForFirst(until: .after(TestTime.short)) == nil)
      #expect(![slow, quick].waitForFirstFailure(until: .after(TestTime.short)))
      let bad = try pool.submit { () throws(any Error) -> Int in throw Refusal(number: 3) }
      #expect([slow, quick, bad].waitForFirstFailure() === bad)
      #expect([slow, bad].waitForFirstFailure(until: .never))
      mayEnd.set()
      #expect([slow, quick].waitForFirstFailure() == nil)
      #expect([slow, quick, bad].waitForAll(until: .never))
      #expect([AnyPoolTask]().waitForAll(until: .now))
    }
  }
}
