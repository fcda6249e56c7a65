import Interlock
import Testing

@Suite struct `The results of a pipeline` {
  /// Each with its capacity.
  private static let modes: [StageMode] =
    [.serial] + [1, 2, 8].flatMap { [.parallel(workers: $0), .ordered(workers: $0)] }
  private static let capacities = [1, 2, 64]

  private func keepsOrder(_ mode: StageMode) -> Bool {
    switch mode {
    case .serial, .ordered: true
    case .parallel(let workers): workers == 1
    }
  }

  @Test(arguments: modes, capacities)
  func `are all there, once each, and in order if the stage keeps it`(
    mode: StageMode,
    capacity: Int
  ) throws {
    let results = try running {
      try Pipeline(from: 0..<500, capacity: capacity).stage("double", mode) { $0 * 2 }.collect()
    }
    let expected = (0..<500).map { $0 * 2 }
    #expect(results.sorted() == expected)
    if keepsOrder(mode) { #expect(results == expected) }
  }

  @Test(arguments: Seed.all)
  func `are right whatever stages follow each other`(seed: Seed) throws {
    var dice = seed.dice()
    for _ in 0..<25 {
      let modes = (0..<3).map { _ in Self.modes[dice.pick(0..<Self.modes.count)] }
      let capacity = Self.capacities[dice.pick(0..<3)]
      let results = try running {
        try Pipeline(from: 0..<100, capacity: capacity)
          .stage("first", modes[0]) { $0 + 1 }
          .stage("second", modes[1], emitting: Int.self) { number, emit in
            for copy in 0..<number % 3 { try emit(number * 3 + copy) }
          }
          .stage("third", modes[2]) { -$0 }
          .collect()
      }
      let expected = (1...100).flatMap { number in (0..<number % 3).map { -(number * 3 + $0) } }
      #expect(Set(results) == Set(expected) && results.count == expected.count, "\(modes)")
      if modes.allSatisfy(keepsOrder) { #expect(results == expected, "\(modes), \(capacity)") }
    }
  }

  @Test(arguments: modes, capacities)
  func `may be none, one or many for one element`(mode: StageMode, capacity: Int) throws {
    let results = try running {
      try Pipeline(from: 0..<60, capacity: capacity)
        .stage("repeat", mode, emitting: Int.self) { number, emit in
          for _ in 0..<number % 7 { try emit(number) }
        }
        .collect()
    }
    let expected = (0..<60).flatMap { Array(repeating: $0, count: $0 % 7) }
    #expect(results.sorted() == expected)
    if keepsOrder(mode) { #expect(results == expected) }
  }

  @Test(arguments: modes)
  func `are none if there is no element`(mode: StageMode) throws {
    let results = try running {
      try Pipeline(from: [Int]()).stage("nothing", mode) { $0 }.collect()
    }
    #expect(results.isEmpty)
  }

  @Test func `are the elements themselves if there is no stage`() throws {
    #expect(try running { try Pipeline(from: 1...5, capacity: 1).collect() } == Array(1...5))
  }

  @Test func `are those that the filter lets through`() throws {
    let results = try running {
      try Pipeline(from: 0..<100).filter("even", .ordered(workers: 3)) { $0.isMultiple(of: 2) }
        .collect()
    }
    #expect(results == Array(stride(from: 0, to: 100, by: 2)))
  }

  @Test func `are put together on the calling thread`() throws {
    let sum = try running { () -> Int in
      let me = CurrentThread.identity
      return try Pipeline(from: 1...100).stage("square", .parallel(workers: 2)) { $0 * $0 }
        .reduce(into: 0) { sum, square in
          #expect(CurrentThread.identity == me)
          sum += square
        }
    }
    #expect(sum == 338_350)
  }

  @Test func `come from a closure until it has no more`() throws {
    let count = Atomic(0)
    let next: @Sendable () throws -> Int? = {
      let number = count.wrappingAdd(1, ordering: .relaxed).newValue
      return number <= 10 ? number : nil
    }
    let pipeline = Pipeline(capacity: 2, next: next)
    #expect(try running { try pipeline.collect() } == Array(1...10))
  }

  @Test func `come from a queue until it is closed`() throws {
    let queue = BlockingQueue<Int>(capacity: 2)
    try withCrew { crew in
      let sum = try crew.spawn { () throws in
        try Pipeline(from: queue).stage("half") { $0 / 2 }.reduce(into: 0) { $0 += $1 }
      }
      for number in 1...100 { try queue.put(number * 2) }
      queue.close()
      #expect(try sum.result() == 5050)
    }
  }

  @Test func `are the same each time the pipeline runs, 200 times`() throws {
    let pipeline = Pipeline(from: 0..<20, capacity: 2)
      .stage("add", .ordered(workers: 2)) { $0 + 1 }
      .stage("again", .parallel(workers: 2)) { $0 + 1 }
    try running {
      for _ in 0..<200 {
        let sum = try pipeline.reduce(into: 0) { $0 += $1 }
        #expect(sum == 230)
      }
    }
  }

  @Test func `may come from other pipelines, inside`() throws {
    let results = try running {
      try Pipeline(from: 1...12, capacity: 2)
        .stage("outer", .ordered(workers: 3)) { number in
          try Pipeline(from: 1...number, capacity: 1)
            .stage("inner", .parallel(workers: 2)) { $0 }
            .reduce(into: 0) { $0 += $1 }
        }
        .collect()
    }
    #expect(results == (1...12).map { $0 * ($0 + 1) / 2 })
  }
}

/// Runs `body` in a thread of its own, and fails when it is stuck.
func running<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
  try withCrew { try $0.spawn("caller", body).result() }
}

/// What comes of `body`, for threads whose error the test expects.
func attempt<Success>(_ body: () throws -> Success) -> Result<Success, any Error> {
  Result(catching: body)
}
