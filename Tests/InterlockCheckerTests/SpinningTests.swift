import Interlock
import InterlockChecker
import Testing

/// Threads that look again and again: the search lets others go on, and says so.
@Suite struct `Threads that spin` {
  private static let limited = Coverage.Verdict.limited(timeouts: 2)

  @Test(arguments: [true, false])
  func `for a flag are right within a limit`(_ givesWay: Bool) throws {
    let coverage = try explore(strategy: .exhaustive) {
      let flag = Box(Atomic(false))
      let data = PlainCell(0)
      let setter = try spawn {
        data.value = 1
        flag.value.store(true, ordering: .releasing)
      }
      while !flag.value.load(ordering: .acquiring) { if givesWay { CurrentThread.yield() } }
      try require(data.value == 1)
      setter.join()
    }
    #expect(coverage.verdict == Self.limited)
  }

  @Test func `for two flags in turn are right within a limit`() throws {
    let coverage = try explore(strategy: .exhaustive) {
      let flags = Box(Atomic(0))
      let other = try spawn {
        flags.value.store(1, ordering: .releasing)
        while flags.value.load(ordering: .acquiring) != 2 { CurrentThread.yield() }
      }
      while flags.value.load(ordering: .acquiring) != 1 { CurrentThread.yield() }
      flags.value.store(2, ordering: .releasing)
      other.join()
    }
    #expect(coverage.verdict == Self.limited)
  }

  @Test func `for a word that is exchanged exclude each other`() throws {
    let coverage = try explore(strategy: .exhaustive) {
      let isTaken = Box(Atomic(false))
      let count = PlainCell(0)
      @Sendable func add() {
        while isTaken.value.exchange(true, ordering: .acquiring) { CurrentThread.yield() }
        count.value += 1
        isTaken.value.store(false, ordering: .releasing)
      }
      let other = try spawn { add() }
      add()
      other.join()
      try require(count.value == 2)
    }
    #expect(coverage.verdict == Self.limited)
  }

  @Test func `while they poll under a lock are right within a limit`() throws {
    let coverage = try explore(strategy: .exhaustive) {
      let isReady = Mutex(false)
      let setter = try spawn { isReady.withLock { $0 = true } }
      while !isReady.withLock({ $0 }) { CurrentThread.yield() }
      setter.join()
    }
    #expect(coverage.verdict == Self.limited)
  }

  @Test func `until others have let them change a word are proved`() throws {
    let coverage = try explore(strategy: .exhaustive) {
      let count = Box(Atomic(0))
      @Sendable func add() {
        var seen = count.value.load(ordering: .relaxed)
        while true {
          let result = count.value.compareExchange(
            expected: seen,
            desired: seen + 1,
            ordering: .relaxed
          )
          if result.exchanged { break }
          seen = result.original
        }
      }
      let other = try spawn { add() }
      add()
      other.join()
      try require(count.value.load(ordering: .relaxed) == 2)
    }
    #expect(coverage.verdict == .proved)
  }

  @Test func `for what nobody does go round in circles`() {
    let found = counterexample(Exploration(stepLimit: 200)) {
      let flag = Box(Atomic(false))
      let other = try spawn { _ = flag.value.load(ordering: .relaxed) }
      while !flag.value.load(ordering: .acquiring) { CurrentThread.yield() }
      other.join()
    }
    #expect(found?.kind == .livelock)
  }

  @Test func `for a flag that is set too early are still found out`() {
    let found = counterexample(Exploration(strategy: .exhaustive)) {
      let flag = Box(Atomic(false))
      let data = Box(Atomic(0))
      let setter = try spawn {
        flag.value.store(true, ordering: .releasing)
        data.value.store(1, ordering: .relaxed)
      }
      while !flag.value.load(ordering: .acquiring) { CurrentThread.yield() }
      try require(data.value.load(ordering: .relaxed) == 1)
      setter.join()
    }
    #expect(found?.kind == .failure)
  }
}
