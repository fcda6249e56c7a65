import Interlock
import Testing

@Suite struct `A thread pool` {
  @Test(arguments: PoolKind.all)
  func `gives each task's value to whoever joins it`(kind: PoolKind) throws {
    try kind.withPool { pool in
      let tasks = try (0..<200).map { number in try pool.submit { number * number } }
      #expect(try tasks.map { try $0.result() } == (0..<200).map { $0 * $0 })
      #expect(try tasks[3].join() == 9)
      #expect(try tasks[3].tryJoin() == 9)
    }
  }

  @Test(arguments: PoolKind.all)
  func `gives a task's error to whoever joins it, and goes on`(kind: PoolKind) throws {
    try kind.withPool { pool in
      for number in 0..<20 {
        let task = try pool.submit { () throws(Refusal) -> Int in throw Refusal(number: number) }
        #expect(throws: PoolTaskError<Refusal>.failed(Refusal(number: number))) {
          try task.result()
        }
        #expect(task.hasFailed && task.isFinished && !task.isCancelled)
      }
      let value = try pool.submit { 7 }.result()
      #expect(value == 7)
      #expect(pool.progress.failed == 20)
    }
  }

  @Test(arguments: PoolKind.all)
  func `lets tasks submit and join tasks, however deep`(kind: PoolKind) throws {
    @Sendable func fibonacci(_ number: Int, _ pool: ThreadPool) throws -> Int {
      if number < 2 { return number }
      let left = try pool.submit { try fibonacci(number - 1, pool) }
      let right = try pool.submit { try fibonacci(number - 2, pool) }
      return try left.join() + right.join()
    }
    try kind.withPool { pool in
      let value = try pool.submit { try fibonacci(12, pool) }.result()
      #expect(value == 144)
    }
  }

  @Test(arguments: PoolKind.all)
  func `runs no more tasks at once than it has workers`(kind: PoolKind) throws {
    try kind.withPool { pool in
      let headcount = Headcount()
      let tasks = try (0..<60).map { _ in
        try pool.submit { headcount.withOneMore { CurrentThread.yield() } }
      }
      for task in tasks { try task.result() }
      #expect(headcount.greatest <= kind.workers)
    }
  }

  @Test(arguments: PoolKind.all)
  func `runs as many tasks at once as it has workers`(kind: PoolKind) throws {
    try kind.withPool { pool in
      let meeting = Barrier(parties: kind.workers)
      for _ in 0..<5 {
        let tasks = try (0..<kind.workers).map { _ in
          try pool.submit { _ = try meeting.arriveAndWait(for: TestTime.limit) }
        }
        for task in tasks { try task.result() }
      }
    }
  }

  @Test func `lets another thread take the place of one that sleeps in a join`() throws {
    try withPool(workers: 1) { pool in
      let mayEnd = Event()
      let hasBegun = Event()
      let other = try ThreadPool(workers: 1, name: "other")
      let slow = try other.submit {
        hasBegun.set()
        mayEnd.wait()
        return 1
      }
      hasBegun.wait()
      let waiting = try pool.submit { try slow.join() }
      try eventually { pool.threadCount == 2 || waiting.state == .running }
      // The one worker sleeps; this needs another one.
      let value = try pool.submit { 5 }.result()
      #expect(value == 5)
      #expect(!waiting.isFinished)
      mayEnd.set()
      #expect(try waiting.result() == 1)
      #expect(pool.workerCount == 1)
      other.close()
      other.join()
    }
  }

  @Test func `never runs other tasks on top of one that waits`() throws {
    try withPool(workers: 2) { pool in
      // A task that holds a lock joins another one, while many that want the lock wait to be run.
      for _ in 0..<50 {
        let lock = Lock()
        let outer = try pool.submit {
          try lock.withLock { try pool.submit { 1 }.join() }
        }
        let others = try (0..<20).map { _ in try pool.submit { lock.withLock { 1 } } }
        #expect(try outer.result() == 1)
        for other in others { #expect(try other.result() == 1) }
      }
    }
  }

  @Test func `counts what it does`() throws {
    try withPool(workers: 1) { pool in
      let mayEnd = Event()
      let hasBegun = Event()
      let first = try pool.submit {
        hasBegun.set()
        mayEnd.wait()
      }
      hasBegun.wait()
      let second = try pool.submit {}
      let third = try pool.submit {}
      #expect(pool.runningCount == 1 && pool.waitingCount == 2 && pool.finishedCount == 0)
      #expect(third.cancel())
      #expect(pool.waitingCount == 1)
      mayEnd.set()
      try first.result()
      try second.result()
      let progress = pool.progress
      #expect(progress.submitted == 3 && progress.finished == 2 && progress.cancelled == 1)
      #expect(progress.running == 0 && progress.waiting == 0 && progress.failed == 0)
    }
  }

  @Test func `calls its threads after itself`() throws {
    try withPool(workers: 1) { pool in
      let value = try pool.submit { CurrentThread.identity.name }.result()
      #expect(value == "test-1")
    }
  }

  @Test func `is there for everybody`() throws {
    let value = try ThreadPool.shared.submit { 1 }.result()
    #expect(value == 1)
    #expect(ThreadPool.shared.workerCount == Processors.available)
  }

  @Test func `that goes away finishes what it has`() throws {
    let count = Atomic(0)
    let tasks = try {
      let pool = try ThreadPool(workers: 2)
      return try (0..<50).map { _ in try pool.submit { _ = count.add(1, ordering: .relaxed) } }
    }()
    for task in tasks { try task.result() }
    #expect(count.load(ordering: .relaxed) == 50)
  }

  @Test func `leaves no thread`() throws {
    for _ in 0..<200 {
      let pool = try ThreadPool(workers: 3, name: "passing")
      let task = try pool.submit { 1 }
      #expect(try task.result() == 1)
      pool.close()
      pool.join()
    }
    #expect(!ThreadIdentity.live.contains { $0.name.hasPrefix("passing") })
  }
}

@Suite struct `A full pool` {
  /// A pool of one worker that is busy, with as many tasks waiting as may.
  private func withFullPool(
    _ policy: ThreadPool.FullPolicy,
    _ body: (ThreadPool, _ relieve: @Sendable () -> Void) throws -> Void
  ) throws {
    let pool = try ThreadPool(workers: 1, name: "full", limit: 2, whenFull: policy)
    let mayEnd = Event()
    let hasBegun = Event()
    try pool.submit {
      hasBegun.set()
      mayEnd.wait()
    }
    hasBegun.wait()
    for _ in 0..<2 { try pool.submit {} }
    try body(pool) { mayEnd.set() }
    mayEnd.set()
    pool.close()
    #expect(pool.join(for: TestTime.limit))
  }

  @Test func `refuses`() throws {
    try withFullPool(.refuse) { pool, relieve in
      let error = #expect(throws: PoolError.self) { try pool.submit {} }
      #expect(error?.reason == .full)
      relieve()
      try eventually { pool.waitingCount == 0 }
      let value = try pool.submit { 1 }.result()
      #expect(value == 1)
    }
  }

  @Test func `lets the caller run the task`() throws {
    try withFullPool(.runInCaller) { pool, _ in
      let me = CurrentThread.identity
      let task = try pool.submit { CurrentThread.identity == me }
      #expect(task.isFinished)
      #expect(try task.join())
    }
  }

  @Test func `lets the caller wait`() throws {
    try withFullPool(.wait) { pool, relieve in
      try withCrew { crew in
        let submitter = try crew.spawn { try pool.submit { 3 }.join() }
        try submitter.waitUntilBlocked()
        #expect(submitter.identity.wait == "ThreadPool.submit() on \"full\"")
        relieve()
        #expect(try submitter.result() == 3)
      }
    }
  }

  @Test func `sends waiting callers away when it is closed`() throws {
    try withFullPool(.wait) { pool, _ in
      try withCrew { crew in
        let submitter = try crew.spawn {
          do throws(PoolError) {
            try pool.submit {}
            return PoolError.Reason?.none
          } catch {
            return error.reason
          }
        }
        try submitter.waitUntilBlocked()
        pool.close()
        #expect(try submitter.result() == .closed)
      }
    }
  }

  @Test func `has room again when a task is cancelled`() throws {
    let pool = try ThreadPool(workers: 1, limit: 1, whenFull: .refuse)
    let mayEnd = Event()
    let hasBegun = Event()
    try pool.submit {
      hasBegun.set()
      mayEnd.wait()
    }
    hasBegun.wait()
    let waiting = try pool.submit { 1 }
    #expect(throws: PoolError.self) { try pool.submit { 2 } }
    #expect(waiting.cancel())
    let next = try pool.submit { 3 }
    mayEnd.set()
    #expect(try next.result() == 3)
    pool.close()
    pool.join()
  }
}

@Suite struct `Closing a pool` {
  @Test(arguments: PoolKind.all)
  func `does what was submitted, and refuses what comes later`(kind: PoolKind) throws {
    try kind.withPool { pool in
      let count = Atomic(0)
      for _ in 0..<100 { try pool.submit { _ = count.add(1, ordering: .relaxed) } }
      pool.close()
      #expect(pool.isClosed)
      let error = #expect(throws: PoolError.self) { try pool.submit {} }
      #expect(error?.reason == .closed)
      #expect(pool.join(for: TestTime.limit))
      #expect(count.load(ordering: .relaxed) == 100)
      pool.close()
      #expect(pool.join(until: .now))
    }
  }

  @Test(arguments: [ThreadPool.Cancelling.waiting, .everything])
  func `can cancel what waits`(cancelling: ThreadPool.Cancelling) throws {
    try withPool(workers: 1) { pool in
      let mayEnd = Event()
      let hasBegun = Event()
      let running = try pool.submit {
        hasBegun.set()
        return mayEnd.wait(until: .never)
      }
      hasBegun.wait()
      let waiting = try (0..<5).map { _ in try pool.submit {} }
      pool.close(cancelling: cancelling)
      for task in waiting {
        #expect(task.state == .cancelled)
        #expect(throws: PoolTaskError<Never>.cancelled) { try task.join() }
      }
      if cancelling == .waiting {
        #expect(!pool.join(for: TestTime.short))
        mayEnd.set()
      }
      #expect(try running.result() == (cancelling == .waiting))
      #expect(pool.join(for: TestTime.limit))
      #expect(pool.progress.cancelled == 5)
    }
  }

  @Test func `lets a join give up`() throws {
    try withPool(workers: 1) { pool in
      #expect(!pool.join(until: .now))
      #expect(!pool.join(for: TestTime.short))
      try withCrew { crew in
        let joiner = try crew.spawn { pool.join(until: .never) }
        try joiner.waitUntilBlocked()
        #expect(joiner.identity.wait == "ThreadPool.join() on \"test\"")
        joiner.cancel()
        #expect(try !joiner.result())
      }
    }
  }
}

@Suite struct `Resizing a pool` {
  @Test func `makes it run more tasks at once, and fewer`() throws {
    try withPool(workers: 1) { pool in
      try pool.resize(to: 4)
      #expect(pool.workerCount == 4)
      let meeting = Barrier(parties: 4)
      let tasks = try (0..<4).map { _ in
        try pool.submit { _ = try meeting.arriveAndWait(for: TestTime.limit) }
      }
      for task in tasks { try task.result() }
      try pool.resize(to: 1)
      try eventually { pool.threadCount <= 2 }
      let headcount = Headcount()
      let more = try (0..<50).map { _ in
        try pool.submit { headcount.withOneMore { CurrentThread.yield() } }
      }
      for task in more { try task.result() }
      #expect(headcount.greatest == 1)
    }
  }

  @Test func `loses no task`() throws {
    try withPool(workers: 8) { pool in
      let count = Atomic(0)
      let tasks = try (0..<2000).map { number in
        if number % 100 == 0 { try pool.resize(to: 1 + number / 100 % 8) }
        return try pool.submit {
          let inner = try pool.submit { count.add(1, ordering: .relaxed) }
          try inner.join()
        }
      }
      for task in tasks { try task.result() }
      #expect(count.load(ordering: .relaxed) == 2000)
    }
  }
}
