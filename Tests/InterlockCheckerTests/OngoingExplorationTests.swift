import Interlock
import InterlockChecker
import Testing

/// Explorations that make a pause, say how far they are, or are told to stop.
@Suite struct `An ongoing exploration` {
  /// 90 executions that differ.
  private static let correct: @Sendable () throws -> Void = {
    let lock = Lock()
    try together(3) { for _ in 0..<2 { lock.withLock {} } }
    sometimes(choose(of: 1) == 0, "the end")
  }

  /// Fails if a thread is interrupted twice in the wrong places.
  private static let broken: @Sendable () throws -> Void = {
    let word = Atomic(0)
    try together(3) {
      let value = word.load(ordering: .acquiring)
      word.store(value + 1, ordering: .releasing)
    }
    try require(word.load(ordering: .relaxed) != 1, "two updates were lost")
  }

  @Test(
    arguments: [
      .automatic, .exhaustive, .bounded(preemptions: 2), .random(seed: 1), .partialOrder(seed: 1),
    ] as [Exploration.Strategy],
    [1, 7, 1_000]
  )
  func `covers in the end what it covers in one go`(
    _ strategy: Exploration.Strategy,
    step: Int
  ) throws {
    let exploration = Exploration(strategy: strategy, executions: 300)
    let whole = try exploration.run(Self.correct)
    var search = exploration.begin(Self.correct)
    var coverage = try search.advance(executions: 0)
    #expect(coverage.executions == 0)
    while !search.isFinished {
      let before = search.executions
      coverage = try search.advance(executions: step)
      let made = search.executions - before
      #expect(made <= step)
    }
    #expect(coverage == whole)
    coverage = try search.advance()
    #expect(coverage == whole)
  }

  @Test func `finds what it finds in one go, and says so again`() throws {
    for strategy in [Exploration.Strategy.automatic, .exhaustive, .random(seed: 2)] {
      let exploration = Exploration(strategy: strategy)
      let whole = try #require(counterexample(exploration, Self.broken))
      var search = exploration.begin(Self.broken)
      for _ in 0..<2 {
        do throws(Counterexample) {
          while !search.isFinished { try search.advance(executions: 2) }
          try search.advance()
          Issue.record("nothing was found")
        } catch {
          #expect(error.schedule == whole.schedule)
          #expect(error.executions == whole.executions)
        }
      }
    }
  }

  @Test func `says nothing is proved before everything was tried`() throws {
    var search = Exploration(strategy: .exhaustive).begin(Self.correct)
    for tried in stride(from: 30, to: 90, by: 30) {
      let coverage = try search.advance(executions: 30)
      #expect(coverage.verdict == .sampled)
      #expect(coverage.executions == tried)
      let isFinished = search.isFinished
      #expect(!isFinished)
    }
    let coverage = try search.advance(executions: 31)
    #expect(coverage.verdict == .proved)
    let isFinished = search.isFinished
    #expect(isFinished)
  }

  @Test func `may go on in another thread`() throws {
    let search = Box(Mutex(Optional(Exploration(strategy: .exhaustive).begin(Self.correct))))
    var coverage: Coverage?
    while coverage?.verdict != .proved {
      let thread = try spawn {
        try search.value.withLock { try $0?.advance(executions: 20) }
      }
      coverage = try thread.join()
    }
    #expect(coverage?.executions == 90)
  }

  @Test func `ends when its thread is cancelled, with what it has covered`() throws {
    let executions = Box(Atomic(0))
    let thread = try spawn {
      try Exploration(strategy: .random(seed: 1), executions: .max, duration: .seconds(3_600)).run {
        try Self.correct()
        executions.value.wrappingAdd(1, ordering: .relaxed)
      }
    }
    while executions.value.load(ordering: .relaxed) < 10 { CurrentThread.yield() }
    thread.cancel()
    let coverage = try thread.join()
    #expect(coverage.verdict == .sampled)
    #expect(coverage.executions >= 10)
  }

  @Test func `says how far it has come, at most four times a second`() throws {
    let heard = Box(Mutex<[Exploration.Progress]>([]))
    let isEnough = Interlock.Event()
    var exploration = Exploration(strategy: .random(seed: 1), executions: .max)
    exploration.duration = .seconds(3_600)
    exploration.progress = { progress in
      let count = heard.value.withLock { all in
        all.append(progress)
        return all.count
      }
      if count == 3 { isEnough.set() }
    }
    let thread = try spawn { [exploration] in try exploration.run(Self.correct) }
    isEnough.wait()
    thread.cancel()
    let coverage = try thread.join()
    let all = heard.value.withLock { $0 }
    #expect(all.allSatisfy { $0.phase == .sampled && $0.executions <= coverage.executions })
    for (one, next) in zip(all, all.dropFirst()) {
      #expect(next.elapsed - one.elapsed >= .milliseconds(250))
      #expect(next.executions > one.executions)
    }
  }
}
