import Interlock
import InterlockChecker
import Testing

/// What an exploration promises, whatever the body.
@Suite struct `An exploration` {
  private func counterexample(
    _ exploration: Exploration = Exploration(),
    _ body: @escaping @Sendable () throws -> Void
  ) -> Counterexample? {
    do throws(Counterexample) {
      try exploration.run(body)
      return nil
    } catch {
      return error
    }
  }

  private let lostUpdate: @Sendable () throws -> Void = {
    let word = Atomic(0)
    try together(2) {
      let value = word.load(ordering: .acquiring)
      word.store(value + 1, ordering: .releasing)
    }
    try require(word.load(ordering: .relaxed) == 2, "an update was lost")
  }

  @Test(
    arguments: [.automatic, .exhaustive, .bounded(preemptions: 1)]
      + (1...5).map { Exploration.Strategy.random(seed: $0) }
  )
  func `finds a lost update with every strategy`(_ strategy: Exploration.Strategy) throws {
    let found = try #require(counterexample(Exploration(strategy: strategy), lostUpdate))
    #expect(found.kind == .failure)
    let again = counterexample(Exploration(strategy: .replay(found.schedule)), lostUpdate)
    #expect(again?.summary == found.summary)
  }

  @Test func `finds nothing that needs more preemptions than it may make`() throws {
    let coverage = try explore(strategy: .bounded(preemptions: 0), lostUpdate)
    #expect(coverage.verdict == .bounded(preemptions: 0))
  }

  @Test func `of a body without a bug proves nothing if it is drawn at random`() throws {
    let exploration = Exploration(strategy: .random(seed: 1), executions: 20)
    let coverage = try exploration.run {
      let lock = Lock()
      try together(2) { lock.withLock {} }
    }
    #expect(coverage.verdict == .sampled)
    #expect(coverage.executions == 20)
  }

  @Test(arguments: ["", "garbage", "s1", "s100000", "s9abc"])
  func `says that a schedule is none`(_ text: String) {
    let found = counterexample(Exploration(strategy: .replay(text)), lostUpdate)
    #expect(found?.kind == .unusableSchedule)
    #expect(found?.schedule == text)
    #expect(found?.executions == 0)
  }

  @Test func `says that a schedule is of another body`() throws {
    let found = try #require(counterexample(Exploration(), lostUpdate))
    let other = counterexample(Exploration(strategy: .replay(found.schedule))) {}
    #expect(other?.kind == .nondeterminism)
  }

  @Test func `tells a body that depends on what earlier executions have left`() {
    let runs = Box(Mutex(0))
    let found = counterexample {
      let run = runs.value.withLock { count in
        count += 1
        return count
      }
      let lock = Lock()
      try together(2) { for _ in 0..<(run % 3) { lock.withLock {} } }
    }
    #expect(found?.kind == .nondeterminism)
    #expect(found?.summary.contains("what earlier executions have left") == true)
  }

  @Test func `ends an endless loop`() {
    let found = counterexample(Exploration(stepLimit: 50)) {
      let isSet = Atomic(false)
      while !isSet.load(ordering: .relaxed) {}
    }
    #expect(found?.kind == .livelock)
    #expect(found?.summary.contains("50 steps") == true)
  }

  @Test func `survives the death of its program`() {
    for round in 0..<3 {
      let found = counterexample {
        let word = Atomic(0)
        try together(
          { word.store(1, ordering: .releasing) },
          { if word.load(ordering: .acquiring) == 1 { fatalError("round \(round)") } }
        )
      }
      #expect(found?.kind == .crash)
    }
    #expect(counterexample { try together(2) {} } == nil)
  }

  @Test func `is one of many at the same time`() throws {
    let body = lostUpdate
    let alone = try #require(counterexample(Exploration(), body))
    let all = try (0..<4).map { _ in try spawn { self.counterexample(Exploration(), body) } }
    for one in all {
      let found = one.join()
      #expect(found?.schedule == alone.schedule)
      #expect(found?.executions == alone.executions)
      #expect(found?.steps == alone.steps)
    }
  }
}
