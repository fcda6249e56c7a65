import Interlock
import InterlockChecker
import Testing

/// What a body leaves to the search beside the schedule.
@Suite struct `A choice` {
  @Test(arguments: [(1, 3, 3), (2, 3, 9), (3, 2, 8), (2, 1, 1)])
  func `is made in every way by every thread`(threads: Int, count: Int, executions: Int) throws {
    let coverage = try explore(strategy: .exhaustive) {
      try withThreads { scope in
        for _ in 0..<threads { try scope.spawn { _ = choose(of: count) } }
      }
    }
    #expect(coverage.verdict == .proved)
    #expect(coverage.executions == executions)
  }

  @Test func `of one value is no step`() throws {
    let seen = Box(Mutex(-1))
    let coverage = try explore { seen.value.withLock { $0 = choose(of: 1) + choose(from: [7]) } }
    #expect(coverage.executions == 1)
    #expect(seen.value.withLock { $0 } == 7)
  }

  @Test func `is tried with every schedule that matters after it`() throws {
    let coverage = try explore(strategy: .exhaustive) {
      let lock = Lock()
      let rounds = choose(from: [1, 2])
      try together(2) { for _ in 0..<rounds { lock.withLock {} } }
    }
    // 2 orders of one acquisition each, 6 of two.
    #expect(coverage.executions == 8)
  }

  @Test(
    arguments: [.automatic, .exhaustive, .bounded(preemptions: 0)]
      + (1...5).map { Exploration.Strategy.random(seed: $0) }
  )
  func `is part of the schedule that a counterexample names`(
    _ strategy: Exploration.Strategy
  )
    throws
  {
    let body: @Sendable () throws -> Void = {
      let word = choose(from: ["one", "two", "three"])
      let number = choose(of: 4)
      try require(word != "two" || number != 3, "\(word) and \(number)")
    }
    let found = try #require(counterexample(Exploration(strategy: strategy), body))
    #expect(found.summary.hasPrefix("two and 3"))
    #expect(found.steps.prefix(2).map(\.action) == ["choose(from:)", "choose(of: 4)"])
    #expect(found.steps.prefix(2).map(\.result) == ["two", "3"])
    #expect(found.table.contains("choose(from:): two"))
    let again = counterexample(Exploration(strategy: .replay(found.schedule)), body)
    #expect(again?.summary == found.summary)
  }

  @Test(arguments: 1...8)
  func `is the simplest one wherever it can be`(seed: UInt64) throws {
    let found = try #require(
      counterexample(Exploration(strategy: .random(seed: seed))) {
        let unimportant = choose(of: 5)
        let word = Atomic(0)
        try together(2) {
          let value = word.load(ordering: .relaxed)
          word.store(value + 1, ordering: .relaxed)
        }
        try require(word.load(ordering: .relaxed) == 2, "lost, and \(unimportant)")
      }
    )
    #expect(found.summary.hasPrefix("lost, and 0"))
  }

  @Test func `may be made in the middle of an operation`() throws {
    let seen = Box(Mutex<Set<Int>>([]))
    let coverage = try explore(strategy: .exhaustive) {
      let chosen = Once { choose(of: 3) }
      try together(2) { _ = chosen.value }
      let value = chosen.value
      seen.value.withLock { _ = $0.insert(value) }
    }
    #expect(coverage.verdict == .proved)
    #expect(seen.value.withLock { $0 } == [0, 1, 2])
  }

  @Test func `outside of an exploration is a misuse that says so`() async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = choose(of: 2)
    }
    let words = outcome.map { String(decoding: $0.standardErrorContent, as: UTF8.self) }
    #expect(words?.contains("choose(of: 2): nobody explores this thread") == true)
  }

  @Test func `from nothing is a misuse that says so`() async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = choose(from: [Int]())
    }
    let words = outcome.map { String(decoding: $0.standardErrorContent, as: UTF8.self) }
    #expect(words?.contains("there is nothing to choose from") == true)
  }
}
