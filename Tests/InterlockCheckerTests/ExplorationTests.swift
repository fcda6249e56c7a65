import Interlock
import InterlockChecker
import Testing

/// What an exploration promises, whatever the body.
@Suite struct `An exploration` {
  /// Strategies that draw, each with several seeds.
  private static let drawing = (1...3).flatMap { seed -> [Exploration.Strategy] in
    [
      .automatic(seed: seed), .random(seed: seed), .partialOrder(seed: seed), .uniform(seed: seed),
      .selectivelyUniform(seed: seed), .priorityChange(depth: 2, seed: seed),
      .priorityChange(depth: 3, seed: seed),
    ]
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
    arguments: [.automatic, .exhaustive, .bounded(preemptions: 1)] + Self.drawing
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
    #expect(other?.kind == .unusableSchedule)
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
    #expect(found?.description.contains("what earlier executions have left") == true)
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
    let all = try (0..<4).map { _ in try spawn { counterexample(Exploration(), body) } }
    for one in all {
      let found = one.join()
      #expect(found?.schedule == alone.schedule)
      #expect(found?.executions == alone.executions)
      #expect(found?.steps == alone.steps)
    }
  }

  @Test func `counts what it would count alone, with seven others beside it`() throws {
    let strategies: [Exploration.Strategy] = [
      .exhaustive, .bounded(preemptions: 1), .random(seed: 1), .automatic,
    ]
    func explorations() throws -> [ThreadHandle<Coverage, any Error>] {
      try (0..<8).map { place in
        let exploration = Exploration(strategy: strategies[place % 4], executions: 200)
        return try spawn { try exploration.run { try Self.meet(threads: 2 + place / 4) } }
      }
    }
    let alone = try (0..<8).map { place in
      try Exploration(strategy: strategies[place % 4], executions: 200)
        .run { try Self.meet(threads: 2 + place / 4) }
    }
    #expect(try explorations().map { try $0.join() } == alone)
    #expect(alone[0].executions == 6 && alone[4].executions == 90)
  }

  /// Each of some threads acquires a lock twice.
  private static func meet(threads: Int) throws {
    let lock = Lock()
    try together(threads) { for _ in 0..<2 { lock.withLock {} } }
    sometimes(true, "the end")
  }
}
