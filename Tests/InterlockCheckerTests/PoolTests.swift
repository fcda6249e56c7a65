import Interlock
import InterlockChecker
import Synchronization
import Testing

/// Pools in a body: what a pool does is one step for each call, so that all that matters can be tried.
@Suite struct `Pools in explorations` {
  private func count(_ body: @escaping @Sendable () throws -> Void) throws -> Int {
    let coverage = try Exploration().run(body)
    #expect(coverage.verdict == .proved)
    return coverage.executions
  }

  // The one worker takes each task before or after each later one is submitted, but not before its own: as many
  // ways as there are to match parentheses.
  @Test(arguments: [(0, 1), (1, 1), (2, 2), (3, 5), (4, 14)])
  func `of one worker differ by when it takes its tasks`(tasks: Int, classes: Int) throws {
    let counted = try count {
      let pool = try ThreadPool(workers: 1)
      let submitted = try (0..<tasks).map { number in try pool.submit { number } }
      for (number, task) in submitted.enumerated() { try require(try task.join() == number) }
      pool.close()
      pool.join()
    }
    #expect(counted == classes)
  }

  // Now closing counts too: it comes after all that was submitted.
  @Test(arguments: [(0, 1), (1, 2), (2, 5), (3, 14)])
  func `are closed before or after their worker takes a task`(tasks: Int, classes: Int) throws {
    let counted = try count {
      let pool = try ThreadPool(workers: 1)
      let done = Box(Interlock::Mutex(0))
      for _ in 0..<tasks { try pool.submit { done.value.withLock { $0 += 1 } } }
      pool.close()
      pool.join()
      try require(done.value.withLock { $0 } == tasks)
    }
    #expect(counted == classes)
  }

  @Test(arguments: [(1, 4), (2, 24)])
  func `of two workers differ by who takes which task, too`(tasks: Int, classes: Int) throws {
    let counted = try count {
      let pool = try ThreadPool(workers: 2)
      let count = Box(Interlock::Mutex(0))
      let submitted = try (0..<tasks).map { _ in
        try pool.submit { count.value.withLock { $0 += 1 } }
      }
      for task in submitted { try task.join() }
      try require(count.value.withLock { $0 } == tasks)
      pool.close()
      pool.join()
    }
    #expect(counted == classes)
  }

  @Test(arguments: 1...2)
  func `run tasks that submit tasks and join them`(workers: Int) throws {
    _ = try count {
      let pool = try ThreadPool(workers: workers)
      let outer = try pool.submit {
        let inner = try pool.submit { 1 }
        return try inner.join() + 1
      }
      try require(try outer.join() == 2)
      pool.close()
      pool.join()
    }
  }

  @Test func `let a joined task run in the joining thread, or in another one`() throws {
    let coverage = try Exploration().run {
      let pool = try ThreadPool(workers: 2)
      let outer = try pool.submit {
        let number = CurrentThread.identity.number
        let inner = try pool.submit { CurrentThread.identity.number }
        return try inner.join() == number
      }
      let isSame = try outer.join()
      sometimes(isSame, "helps")
      sometimes(!isSame, "is helped")
    }
    #expect(coverage.verdict == .proved)
  }

  @Test(arguments: 1...2)
  func `run loops of two parts`(workers: Int) throws {
    _ = try count {
      let pool = try ThreadPool(workers: workers)
      let sum = Box(Interlock::Atomic(0))
      pool.forEach(0..<2, grain: 1) { sum.value.add($0 + 1, ordering: .relaxed) }
      try require(sum.value.load(ordering: .relaxed) == 3)
    }
  }

  @Test(arguments: 1...2)
  func `give tasks as they are completed, in every order`(workers: Int) throws {
    _ = try count {
      let pool = try ThreadPool(workers: workers)
      let tasks = try (0..<2).map { number in try pool.submit { number } }
      let order = tasks.asCompleted().map { (try? $0.join()) ?? -1 }
      try require(order.sorted() == [0, 1])
      sometimes(order == [0, 1], "in order")
      if workers > 1 { sometimes(order == [1, 0], "the other way round") }
    }
  }

  // A worker may find a task that its pool cancels; others wait for the end of the task.
  @Test func `cancel tasks that others join`() throws {
    _ = try count {
      let pool = try ThreadPool(workers: 1)
      let thread = try spawn { pool.close(cancelling: .everything) }
      let isRun = try? pool.submit { true }.join()
      thread.join()
      pool.join()
      sometimes(isRun == nil, "in time")
      sometimes(isRun != nil, "too late")
    }
  }

  @Test func `cancel a task before it begins, or too late`() throws {
    _ = try count {
      let pool = try ThreadPool(workers: 1)
      let task = try pool.submit { 1 }
      let isPrevented = task.cancel()
      try require((try? task.join()) == (isPrevented ? nil : 1))
      sometimes(isPrevented, "in time")
      sometimes(!isPrevented, "too late")
      pool.close(cancelling: .everything)
      pool.join()
    }
  }

  @Test func `tell all that was submitted how it ended when they are closed in a hurry`() throws {
    _ = try count {
      let pool = try ThreadPool(workers: 1)
      let told = Box(Interlock::Mutex(0))
      let tasks = try (0..<2).map { number in try pool.submit { number } }
      for task in tasks { task.whenDone { _ in told.value.withLock { $0 += 1 } } }
      pool.close(cancelling: .waiting)
      for task in tasks { task.wait() }
      pool.join()
      try require(told.value.withLock { $0 } == 2)
      let progress = pool.progress
      try require(progress.finished + progress.cancelled == 2)
      sometimes(progress.cancelled == 1, "one of each")
    }
  }

  /// What the pool's words are called is found out by the first executions, and they do not count.
  @Test func `nearly all executions count`() throws {
    // At random, for there are only five that differ.
    var exploration = Exploration(strategy: .random(seed: 1))
    exploration.executions = 600
    exploration.reportsRaces = false
    let coverage = try exploration.run {
      let pool = try ThreadPool(workers: 1)
      let count = Box(Interlock::Mutex(0))
      for _ in 0..<2 { _ = try pool.submit { count.value.withLock { $0 += 1 } } }
      pool.close()
      pool.join()
    }
    #expect(coverage.executions > 400)
  }
}

/// What is found in the bodies of tasks.
@Suite struct `Tasks in explorations` {
  @Test func `race if nothing orders them`() throws {
    let found = counterexample {
      let pool = try ThreadPool(workers: 2)
      let cell = Box(PlainCell(0))
      let tasks = try (0..<2).map { _ in try pool.submit { cell.value.value += 1 } }
      for task in tasks { try task.join() }
    }
    #expect(found?.kind == .race)
  }

  @Test func `do not race under a lock`() throws {
    let coverage = try Exploration().run {
      let pool = try ThreadPool(workers: 2)
      let lock = Lock()
      let cell = Box(PlainCell(0))
      let tasks = try (0..<2).map { _ in
        try pool.submit { lock.withLock { cell.value.value += 1 } }
      }
      for task in tasks { try task.join() }
      try require(cell.value.value == 2)
    }
    #expect(coverage.verdict == .proved)
  }

  @Test func `do not race if one thread runs them all`() throws {
    let coverage = try Exploration().run {
      let pool = try ThreadPool(workers: 1)
      let cell = Box(PlainCell(0))
      let tasks = try (0..<2).map { _ in try pool.submit { cell.value.value += 1 } }
      for task in tasks { try task.join() }
      try require(cell.value.value == 2)
    }
    #expect(coverage.verdict == .proved)
  }

  @Test func `race with what their submitter does before it joins them`() {
    let found = counterexample {
      let pool = try ThreadPool(workers: 1)
      let cell = Box(PlainCell(0))
      let task = try pool.submit { cell.value.value = 1 }
      cell.value.value = 2
      // Tells the submitter nothing of the first task if its worker had not taken it.
      try pool.submit {}
      try task.join()
    }
    #expect(found?.kind == .race)
  }

  @Test func `know what their submitter did before, and tell who joins them what they did`() throws
  {
    let coverage = try Exploration().run {
      let pool = try ThreadPool(workers: 2)
      let cell = Box(PlainCell(0))
      cell.value.value = 1
      let task = try pool.submit {
        cell.value.value += 1
        return try pool.submit { cell.value.value += 1 }.join()
      }
      try task.join()
      try require(cell.value.value == 3)
    }
    #expect(coverage.verdict == .proved)
  }

  @Test func `that take parts of a loop race if nothing orders them`() {
    let found = counterexample {
      let pool = try ThreadPool(workers: 2)
      let cell = Box(PlainCell(0))
      pool.forEach(0..<2, grain: 1) { _ in cell.value.value += 1 }
    }
    #expect(found?.kind == .race)
  }

  @Test func `that need a lock which whoever joins them holds are named`() throws {
    let found = try #require(
      counterexample {
        let pool = try ThreadPool(workers: 1)
        let books = Lock(name: "books")
        try books.withLock {
          let audit = try pool.submit(name: "audit") { books.withLock {} }
          try audit.join()
        }
      }
    )
    #expect(found.kind == .deadlock)
    #expect(found.summary.contains("\"main\" holds Lock \"books\""))
    #expect(found.summary.contains("waits in PoolTask.join() on \"audit\""))
    #expect(found.summary.contains("\"pool-1\" waits in Lock.acquire() on \"books\""))
    #expect(found.waits.map(\.isInCycle) == [true, true])
  }

  @Test func `let go of what they own where the checker looks, even if they never run`() {
    final class Bell: Sendable {
      let hasRun = PlainCell(false)
      private let count: Box<PlainCell<Int>>
      init(_ count: Box<PlainCell<Int>>) { self.count = count }
      deinit { if !hasRun.value { count.value.value += 1 } }
    }
    let found = counterexample {
      let pool = try ThreadPool(workers: 1)
      let count = Box(PlainCell(0))
      try pool.submit { [bell = Bell(count)] in bell.hasRun.value = true }
      pool.close(cancelling: .waiting)
      // The worker may have taken the task, and lets go of it at the same time.
      count.value.value += 1
      pool.join()
    }
    #expect(found?.kind == .race)
  }
}

/// What the steps of pools touch is right: a proof has seen all that other ways to look come to.
@Suite struct `Proofs about pools` {
  /// A body, and what an execution of it came to.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let body: @Sendable () throws -> String
  }

  private static let cases = [
    Case(testDescription: "asked how far they are") {
      let pool = try ThreadPool(workers: 2)
      let tasks = try (0..<2).map { _ in try pool.submit { CurrentThread.identity.number } }
      let early = (tasks.map(\.state), pool.progress)
      return "\(early) \(try tasks.map { try $0.join() })"
    },
    Case(testDescription: "with tasks that are cancelled") {
      let pool = try ThreadPool(workers: 1)
      let tasks = try (0..<3).map { _ in try pool.submit { CurrentThread.isCancelled } }
      let prevented = [tasks[1].cancel(), tasks[0].cancel()]
      return "\(prevented) \(tasks.map { try? $0.join() })"
    },
    Case(testDescription: "with tasks that join two others") {
      let pool = try ThreadPool(workers: 2)
      let outer = try pool.submit {
        let inner = try (0..<2).map { _ in try pool.submit { CurrentThread.identity.number } }
        return "\(try inner.map { try $0.join() }) \(pool.threadCount)"
      }
      return try outer.join()
    },
    Case(testDescription: "closed in a hurry") {
      let pool = try ThreadPool(workers: 2)
      let tasks = try (0..<2).map { _ in try pool.submit { CurrentThread.isCancelled } }
      pool.close(cancelling: .everything)
      let results = tasks.map { try? $0.join() }
      pool.join()
      return "\(results) \(pool.progress)"
    },
    Case(testDescription: "with a limit") {
      let pool = try ThreadPool(workers: 1, limit: 1, whenFull: .refuse)
      return "\((0..<3).map { _ in (try? pool.submit {}) != nil })"
    },
    Case(testDescription: "with loops") {
      let pool = try ThreadPool(workers: 2)
      return "\(pool.map(0..<3, grain: 1) { _ in CurrentThread.identity.number })"
    },
    Case(testDescription: "that get another worker") {
      let pool = try ThreadPool(workers: 1)
      let tasks = try (0..<2).map { _ in try pool.submit { CurrentThread.identity.number } }
      try pool.resize(to: 2)
      return "\(try tasks.map { try $0.join() })"
    },
  ]

  @Test(arguments: cases)
  func `know every outcome that random schedules have`(_ body: Case) throws {
    func outcomes(_ strategy: Exploration.Strategy) throws -> Set<String> {
      // Not a lock of the toolkit's: that would be one more thing that threads meet at.
      let outcomes = Outcomes()
      let executions = strategy == .exhaustive ? 20_000 : 500
      let coverage = try Exploration(strategy: strategy, executions: executions).run {
        outcomes.insert(try body.body())
      }
      #expect(coverage.verdict == (strategy == .exhaustive ? .proved : .sampled))
      return outcomes.all
    }
    let proved = try outcomes(.exhaustive)
    #expect(proved.count > 1)
    for strategy in [Exploration.Strategy.random(seed: 1), .uniform(seed: 2)] {
      #expect(try outcomes(strategy).isSubset(of: proved))
    }
  }
}

/// What executions came to.
private final class Outcomes: Sendable {
  private let seen = Synchronization.Mutex<Set<String>>([])
  var all: Set<String> { seen.withLock { $0 } }
  func insert(_ outcome: String) { seen.withLock { _ = $0.insert(outcome) } }
}
