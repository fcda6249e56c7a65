import Interlock
import InterlockChecker
import Testing

/// What a body gives a primitive to call in the midst of an operation has steps of its own.
@Suite struct `Code in the midst of operations` {
  private static let strategies: [Exploration.Strategy] = [.exhaustive, .random(seed: 1)]

  /// What comes of a body.
  private func results(
    of strategy: Exploration.Strategy,
    _ body: @escaping @Sendable () throws -> [Int]
  ) throws -> Set<[Int]> {
    let results = Box(Mutex<Set<[Int]>>([]))
    let coverage = try Exploration(strategy: strategy, executions: 300).run {
      let result = try body()
      results.value.withLock { _ = $0.insert(result) }
    }
    #expect(strategy != .exhaustive || coverage.verdict == .proved)
    return results.value.withLock { $0 }
  }

  @Test(arguments: strategies)
  func `takes a lock before or after others, where a value is made once`(
    _ strategy: Exploration.Strategy
  ) throws {
    let results = try results(of: strategy) {
      let count = Box(Mutex(0))
      let increment: @Sendable () -> Int = {
        count.value.withLock {
          $0 += 1
          return $0
        }
      }
      let once = Once { increment() }
      let thread = try spawn { once.value }
      let mine = increment()
      return [thread.join(), mine]
    }
    #expect(results == [[1, 2], [2, 1]])
  }

  @Test(arguments: strategies)
  func `is interrupted, where a value is made once`(_ strategy: Exploration.Strategy) throws {
    let results = try results(of: strategy) {
      let word = Box(Atomic(0))
      let once = Once { (0..<2).map { _ in word.value.add(1, ordering: .relaxed).oldValue } }
      let thread = try spawn { once.value }
      word.value.store(5, ordering: .relaxed)
      return thread.join()
    }
    #expect(results == [[0, 1], [0, 5], [5, 6]])
  }

  @Test(arguments: strategies)
  func `changes a word, where a barrier acts`(_ strategy: Exploration.Strategy) throws {
    let results = try results(of: strategy) {
      let word = Box(Atomic(1))
      let one = Barrier(parties: 1) { word.value.add(1, ordering: .relaxed) }
      let other = Barrier(parties: 1) {
        word.value.store(5 * word.value.load(ordering: .relaxed), ordering: .relaxed)
      }
      let thread = try spawn { _ = try one.arriveAndWait() }
      _ = try other.arriveAndWait()
      try thread.join()
      return [word.value.load(ordering: .relaxed)]
    }
    #expect(results == [[5], [6], [10]])
  }

  @Test(arguments: strategies)
  func `looks at a word, where a monitor asks`(_ strategy: Exploration.Strategy) throws {
    let results = try results(of: strategy) {
      let (one, other, word) = (Box(Monitor(0)), Box(Monitor(0)), Box(Atomic(0)))
      let isReady: @Sendable (borrowing Int) -> Bool = { _ in
        word.value.add(1, ordering: .relaxed).newValue > 0
      }
      let thread = try spawn {
        one.value.withLock(when: isReady) { _ in word.value.load(ordering: .relaxed) }
      }
      let mine = other.value.withLock(when: isReady) { _ in word.value.load(ordering: .relaxed) }
      return [thread.join(), mine]
    }
    #expect(results == [[1, 2], [2, 1], [2, 2]])
  }

  @Test func `races with what others do`() throws {
    let failure = counterexample(Exploration(strategy: .exhaustive)) {
      let cell = PlainCell(0)
      let once = Once { cell.value }
      let thread = try spawn { once.value }
      cell.value = 1
      thread.join()
    }
    #expect(failure?.kind == .race)
  }
}
