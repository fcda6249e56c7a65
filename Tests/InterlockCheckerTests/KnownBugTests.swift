import Interlock
import InterlockChecker
import Testing

/// Bugs that everybody knows, each beside what is right.
@Suite struct `Known bugs` {
  private func failure(
    _ body: @escaping @Sendable () throws -> Void
  ) -> Counterexample? {
    do throws(Counterexample) {
      try explore(body)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a lost update is found`() throws {
    let found = try #require(
      failure {
        let word = Box(Atomic(0))
        try withThreads { scope in
          for _ in 0..<2 {
            try scope.spawn {
              let value = word.value.load(ordering: .sequentiallyConsistent)
              word.value.store(value + 1, ordering: .sequentiallyConsistent)
            }
          }
        }
        try require(word.value.load(ordering: .relaxed) == 2, "an update was lost")
      }
    )
    #expect(found.kind == .failure)
    #expect(found.summary.contains("an update was lost"))
    #expect(found.table.contains("Atomic.load(): is 0"))
  }

  @Test func `a race on plain memory is found`() throws {
    let found = try #require(
      failure {
        let cell = PlainCell(0)
        try withThreads { scope in
          for name in ["red", "blue"] { try scope.spawn(name: name) { cell.value += 1 } }
        }
      }
    )
    #expect(found.kind == .race)
    #expect(found.summary.contains("a data race on a PlainCell: \"red\" writes it"))
  }

  @Test func `a lock inversion is found, with the circle`() throws {
    let found = try #require(
      failure {
        let left = Lock(name: "left")
        let right = Lock(name: "right")
        try withThreads { scope in
          try scope.spawn(name: "red") { left.withLock { right.withLock {} } }
          try scope.spawn(name: "blue") { right.withLock { left.withLock {} } }
        }
      }
    )
    #expect(found.kind == .deadlock)
    #expect(found.summary.contains("\"red\" holds Lock \"left\" since"))
    #expect(found.summary.contains("\"blue\" holds Lock \"right\" since"))
    #expect(found.waits.map(\.thread) == ["red", "blue", "main"])
    #expect(found.waits.map(\.isInCycle) == [true, true, false])
    #expect(found.waits[0].holders.map(\.thread) == ["blue"])
  }

  @Test func `a trap is found and the process lives on`() throws {
    let found = try #require(
      failure {
        let word = Box(Atomic(0))
        let other = try spawn { word.value.store(1, ordering: .releasing) }
        let numbers = [1]
        _ = numbers[word.value.load(ordering: .acquiring)]
        other.join()
      }
    )
    #expect(found.kind == .crash)
  }
}
