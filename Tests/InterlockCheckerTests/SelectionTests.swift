import Interlock
import InterlockChecker
import Testing

/// A thread that selects looks at all queues.
@Suite struct `A selection` {
  @Test(arguments: [(1, [[1], [], []]), (2, [[1], []])])
  func `depends on what is put into each of its queues`(
    place: Int,
    _ expected: [[Int]]
  ) throws {
    let results = Box(Mutex<Set<[Int]>>([]))
    let coverage = try Exploration(strategy: .exhaustive).run {
      let queues = (0..<5).map { _ in BlockingQueue<Int>() }
      let thread = try spawn { () -> [Int] in
        let cases = queues.prefix(place == 1 ? 2 : 5).map { queue in
          SelectCase<Int>.take(from: queue) { $0 ?? 0 }
        }
        return select(among: cases, until: .now).map { [$0] } ?? []
      }
      try queues[place].put(1)
      let result = thread.join()
      results.value.withLock { _ = $0.insert(result) }
    }
    #expect(coverage.verdict == .proved)
    #expect(results.value.withLock { $0 } == Set(expected))
  }

  @Test(arguments: 0..<2)
  func `learns what was known to whoever put an element into the queue`(place: Int) throws {
    try explore(strategy: .exhaustive) {
      let queues = (0..<2).map { _ in BlockingQueue<Int>() }
      let cell = PlainCell(0)
      let thread = try spawn {
        cell.value = 1
        try queues[place].put(1)
      }
      let value = select(
        .take(from: queues[0]) { _ in cell.value },
        .take(from: queues[1]) { _ in cell.value }
      )
      try require(value == 1)
      try thread.join()
    }
  }

  @Test(arguments: 0..<2)
  func `tells what it knows whoever takes its element`(place: Int) throws {
    try explore(strategy: .exhaustive) {
      let queues = (0..<2).map { _ in BlockingQueue<Int>(capacity: 1) }
      try queues[1 - place].put(0)
      let cell = PlainCell(0)
      let thread = try spawn {
        cell.value = 1
        select(.put(1, into: queues[0]) { _ in }, .put(1, into: queues[1]) { _ in })
      }
      _ = try queues[place].take()
      try require(cell.value == 1)
      thread.join()
    }
  }
}
