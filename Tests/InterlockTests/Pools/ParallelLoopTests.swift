import Interlock
import Testing

@Suite struct `A parallel loop` {
  private static let counts = [0, 1, 2, 3, 7, 100, 5000]
  private static let grains: [Int?] = [nil, 1, 3, 10_000]

  @Test(arguments: PoolKind.all, grains)
  func `does each element once`(kind: PoolKind, grain: Int?) throws {
    try kind.withPool { pool in
      for count in Self.counts {
        let visits = (0..<count).map { _ in PlainCell(0) }
        pool.forEach(5..<5 + count, grain: grain) { visits[$0 - 5].value += 1 }
        #expect(visits.allSatisfy { $0.value == 1 })
        pool.forEach(visits, grain: grain) { $0.value += 1 }
        #expect(visits.allSatisfy { $0.value == 2 })
      }
    }
  }

  @Test(arguments: PoolKind.all, grains)
  func `keeps the order of its results`(kind: PoolKind, grain: Int?) throws {
    try kind.withPool { pool in
      for count in Self.counts {
        let words = pool.map(0..<count, grain: grain) { "\($0)" }
        #expect(words == (0..<count).map { "\($0)" })
        #expect(pool.reduce(words, "", grain: grain) { $0 + $1 } == words.joined())
        let lengths = pool.reduce(words, into: 0, grain: grain) {
          $0 += $1.count
        } merge: {
          $0 += $1
        }
        #expect(lengths == words.joined().count)
      }
    }
  }

  @Test(arguments: PoolKind.all)
  func `scans`(kind: PoolKind) throws {
    try kind.withPool { pool in
      for count in Self.counts + [20_000] {
        let numbers = Array(1..<count + 1)
        var sums: [Int] = []
        for number in numbers { sums.append((sums.last ?? 0) + number) }
        #expect(pool.scan(numbers, 0) { $0 + $1 } == sums)
        let before = sums.isEmpty ? [] : [0] + sums.dropLast()
        #expect(pool.scan(numbers, 0, isExclusive: true) { $0 + $1 } == before)
      }
    }
  }

  @Test(arguments: PoolKind.all, grains)
  func `rethrows an error when everybody has stopped`(kind: PoolKind, grain: Int?) throws {
    try kind.withPool { pool in
      let inside = Atomic(0)
      for _ in 0..<20 {
        let error = #expect(throws: Refusal.self) {
          try pool.forEach(0..<1000, grain: grain) { (number) throws(Refusal) in
            inside.add(1, ordering: .relaxed)
            defer { inside.subtract(1, ordering: .relaxed) }
            if number >= 300 { throw Refusal(number: number) }
          }
        }
        #expect(inside.load(ordering: .relaxed) == 0)
        // A part may begin with a later one before an earlier one is reached.
        #expect((error?.number ?? 0) >= 300)
        #expect(throws: Refusal.self) {
          try pool.map(0..<1000, grain: grain) { (number) throws(Refusal) -> String in
            if number == 777 { throw Refusal(number: number) }
            return String(repeating: "x", count: 40 + number)
          }
        }
        #expect(throws: Refusal.self) {
          try pool.reduce(0..<1000, 0, grain: grain) { (sum, number) throws(Refusal) in
            if number == 500 { throw Refusal(number: number) }
            return sum + number
          }
        }
      }
    }
  }

  @Test(arguments: PoolKind.all)
  func `of greatest length ends when its body throws`(kind: PoolKind) throws {
    try kind.withPool { pool in
      for range in [0..<Int.max, Int.min..<Int.max, Int.min..<0] {
        for grain in Self.grains {
          #expect(throws: Refusal.self) {
            try pool.forEach(range, grain: grain) { (_) throws(Refusal) in
              throw Refusal(number: 0)
            }
          }
        }
      }
    }
  }

  @Test(arguments: PoolKind.all)
  func `may stand in a loop, and in tasks`(kind: PoolKind) throws {
    try kind.withPool { pool in
      let count = Atomic(0)
      let tasks = try (0..<10).map { _ in
        try pool.submit {
          pool.forEach(0..<10, grain: 1) { _ in
            pool.forEach(0..<10, grain: 1) { _ in count.add(1, ordering: .relaxed) }
          }
        }
      }
      for task in tasks { try task.result() }
      #expect(count.load(ordering: .relaxed) == 1000)
    }
  }

  @Test func `on a closed pool is run by its caller`() throws {
    let pool = try ThreadPool(workers: 2)
    pool.close()
    pool.join()
    let me = CurrentThread.identity
    pool.forEach(0..<100, grain: 1) { _ in #expect(CurrentThread.identity == me) }
    #expect(pool.map(0..<3) { $0 } == [0, 1, 2])
  }

  @Test func `is run by several threads`() throws {
    try withPool(workers: 3) { pool in
      let meeting = Barrier(parties: 3)
      pool.forEach(0..<3, grain: 1) { _ in
        let index = try? meeting.arriveAndWait(for: TestTime.limit)
        #expect(index != nil)
      }
    }
  }
}

@Suite struct `A parallel sort` {
  private struct Record: Sendable, Equatable {
    let key: Int
    let place: Int
    let text: String
  }

  private static let sizes = [0, 1, 2, 100, 8192, 8193, 30_000, 100_003]

  @Test(arguments: [1, 2, 8], Seed.all)
  func `gives what the standard library's gives`(workers: Int, seed: Seed) throws {
    try withPool(workers: workers) { pool in
      var dice = seed.dice()
      for size in Self.sizes {
        let range = dice.isOne(in: 2) ? 0..<10 : -1_000_000..<1_000_000
        var numbers = (0..<size).map { _ in dice.pick(range) }
        let expected = numbers.sorted()
        #expect(pool.sorted(numbers) == expected)
        pool.sort(&numbers)
        #expect(numbers == expected)
        pool.sort(&numbers) { $0 > $1 }
        #expect(numbers == expected.reversed())
      }
    }
  }

  @Test(arguments: [1, 2, 8], Seed.all)
  func `keeps equal elements in their order, whatever they hold`(workers: Int, seed: Seed) throws {
    try withPool(workers: workers) { pool in
      var dice = seed.dice()
      for size in Self.sizes.suffix(3) {
        var records = (0..<size).map { place in
          Record(key: dice.pick(0..<50), place: place, text: "a text that is on the heap \(place)")
        }
        pool.sort(&records) { $0.key < $1.key }
        let isStable = zip(records, records.dropFirst()).allSatisfy { first, second in
          (first.key, first.place) < (second.key, second.place)
        }
        #expect(isStable)
        #expect(records.allSatisfy { $0.text.hasSuffix(" \($0.place)") })
      }
    }
  }

  @Test(arguments: [1, 2, 8], Seed.all)
  func `keeps all elements when its rule throws or contradicts itself`(
    workers: Int,
    seed: Seed
  ) throws {
    try withPool(workers: workers) { pool in
      let words = (0..<20_000).map { "a text that is on the heap \($0)" }
      let calls = Atomic(0)
      for limit in [0, 1, 10_000] {
        var sorted = words
        calls.store(0, ordering: .relaxed)
        #expect(throws: Refusal.self) {
          try pool.sort(&sorted) { (first, second) throws(Refusal) in
            if calls.add(1, ordering: .relaxed).oldValue >= limit { throw Refusal(number: limit) }
            return first > second
          }
        }
        #expect(sorted.sorted() == words.sorted())
      }
      let rules: [@Sendable (String, String) -> Bool] = [
        { _, _ in true },
        { first, second in (first.utf8.count ^ second.hashValue) & 1 == 0 },
        { _, _ in calls.add(7919, ordering: .relaxed).newValue % 3 == 0 },
      ]
      for rule in rules {
        var sorted = words
        pool.sort(&sorted, by: rule)
        #expect(sorted.sorted() == words.sorted())
      }
    }
  }
}
