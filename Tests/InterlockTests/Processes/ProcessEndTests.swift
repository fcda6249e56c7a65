import Glibc
import Testing

@testable import Interlock

/// What a pool is at when its end comes.
private enum State: String, Codable, CaseIterable, Sendable {
  case fresh, idle, busy, starting, resizing, asked, dead
}

/// How its end comes.
private enum End: String, Codable, CaseIterable, Sendable {
  case close, closeCancellingWaiting, closeCancellingEverything, drop
}

private struct Play: Codable, Hashable, Sendable, CustomTestStringConvertible {
  let state: State
  let end: End

  static let all = State.allCases.flatMap { state in
    End.allCases.map { Play(state: state, end: $0) }
  }

  var testDescription: String { "\(end) while \(state)" }
}

/// Counts for ever.
private struct Numbers: Sequence, IteratorProtocol {
  var count = 0

  mutating func next() -> Int? {
    defer { count += 1 }
    return count
  }
}

/// What processes tell each other: that work has begun, and that it may end.
private struct Signals: Codable, Sendable {
  var hasBegun = Marker()
  var mayEnd = Marker()

  func remove() {
    hasBegun.remove()
    mayEnd.remove()
  }

  /// What a worker does that is busy.
  func keepBusy() {
    hasBegun.set()
    while !mayEnd.isSet { usleep(200) }
  }
}

extension Play {
  /// Everything that was under way when the end came.
  private struct Scene {
    var tasks: [AnyPoolTask] = []
    var threads: [ThreadHandle<Bool, any Error>] = []
  }

  private func makePool(_ signals: Signals) throws -> ProcessPool {
    guard state == .starting else { return try ProcessPool(workers: 2) }
    return try ProcessPool(workers: 2, initializingWith: signals) { $0.keepBusy() }
  }

  /// Brings the pool into its state.
  private func begin(_ pool: ProcessPool, _ signals: Signals) throws -> Scene {
    var scene = Scene()
    switch state {
    case .fresh, .asked: break
    case .idle: _ = try pool.map(0..<50) { $0 }
    case .busy:
      for _ in 0..<4 { scene.tasks.append(try pool.submit(signals) { $0.keepBusy() }) }
      try eventually { signals.hasBegun.isSet }
    case .starting:
      for number in 0..<3 { scene.tasks.append(try pool.submit(number) { $0 }) }
      try eventually { signals.hasBegun.isSet }
    case .resizing:
      scene.threads.append(
        try spawn(name: "resizing") {
          var workers = 1
          while !pool.isClosed, !signals.mayEnd.isSet {
            try pool.resize(to: workers)
            workers = workers % 4 + 1
          }
          return true
        }
      )
      scene.threads += try (0..<2).map { number in
        try spawn(name: "asking \(number)") { try Self.ask(pool, number, signals.mayEnd) }
      }
      for workers in [4, 1, 3] { try pool.resize(to: workers) }
    case .dead:
      let processes = try (0..<2).map { _ in try pool.run(0) { _ in getpid() } }
      for process in processes { kill(process, SIGKILL) }
      try eventually { !processes.contains(where: isRunning) }
    }
    return scene
  }

  /// Asks until the pool is closed, or it has been for long enough; `false` if something went wrong.
  private static func ask(_ pool: ProcessPool, _ number: Int, _ mayEnd: Marker) throws -> Bool {
    while !mayEnd.isSet {
      do throws(ProcessError) {
        guard try pool.run(number, { $0 + 1 }) == number + 1 else { return false }
      } catch {
        return error.reason == .closed || error.reason == .cancelled
      }
    }
    return true
  }

  private func end(_ pool: ProcessPool) {
    switch end {
    case .close: pool.close()
    case .closeCancellingWaiting: pool.close(cancelling: .waiting)
    case .closeCancellingEverything: pool.close(cancelling: .everything)
    case .drop: break
    }
  }

  /// Runs in a worker: what is left of the pool when everything has ended.
  func perform() throws -> Belongings {
    let signals = Signals()
    defer { signals.remove() }
    var pool: ProcessPool? = try makePool(signals)
    var scene = Scene()
    var results: ProcessResults<Int, Int>?
    if let pool {
      scene = try begin(pool, signals)
      if state == .asked {
        let asked = try pool.results(of: Numbers(), lookAhead: 40) { $0 * 2 }
        for number in 0..<3 {
          guard try asked.next()?.result.get() == 2 * number else { throw Stuck("a result") }
        }
        results = asked
      }
      end(pool)
    }
    // Work that is cancelled ends by itself; other work may end now.
    if end != .closeCancellingEverything { signals.mayEnd.set() }
    results = nil
    if end != .drop, let pool {
      guard pool.join(for: TestTime.limit) else { throw Stuck("the end of the pool did not come") }
      guard pool.processCount == 0 else { throw Stuck("the end of all processes did not come") }
      guard (try? pool.run(1, { $0 })) == nil else { throw Stuck("a refusal did not come") }
    }
    pool = nil
    for task in scene.tasks {
      guard task.wait(until: .after(TestTime.limit)) else { throw Stuck("a task did not end") }
    }
    for thread in scene.threads {
      guard try thread.result() else { throw Stuck("the right result did not come") }
    }
    _ = results
    return Belongings()
  }
}

@Suite struct `The end of a pool of processes` {
  @Test(arguments: Play.all)
  private func `comes whatever it is at, and leaves nothing behind`(_ play: Play) throws {
    let stage = try ProcessPool(workers: 1)
    defer { stage.close() }
    let isTraceless = try stage.run(play) { play in
      // What is made once and stays.
      try ProcessPool(workers: 1).close()
      let before = Belongings()
      _ = try play.perform()
      try eventually { Belongings().areWithin(before) }
      return true
    }
    #expect(isTraceless)
  }

  @Test func `is told to whoever waits for results that nobody has begun`() throws {
    let pool = try ProcessPool(workers: 1)
    let signals = Signals()
    defer { signals.remove() }
    let busy = try pool.submit(signals) { $0.keepBusy() }
    try eventually { signals.hasBegun.isSet }
    try withCrew { crew in
      let thread = try crew.spawn("asking") { () throws(ProcessError) in
        try pool.results(of: 0..<100, lookAhead: 10, { $0 }).reduce(0) { count, _ in count + 1 }
      }
      try thread.waitUntilBlocked()
      pool.close(cancelling: .everything)
      #expect(try thread.result() > 0)
    }
    #expect(busy.wait(until: .after(TestTime.limit)))
    #expect(pool.join(for: TestTime.limit))
  }

  @Test(arguments: [1, 2, 7, 10])
  func `is not that of its work when workers are replaced all the time`(inputs: Int) throws {
    let pool = try ProcessPool(workers: 2, recycling: .init(afterInputs: inputs))
    try withCrew { crew in
      let threads = try crew.spawn(count: 4) { number in
        try pool.map(0..<(10 * inputs), batch: max(1, inputs / 2)) { $0 + 1 }
      }
      for thread in threads { #expect(try thread.result() == Array(1...(10 * inputs))) }
    }
    // Each has done no more than it was to do, and a batch.
    #expect(pool.progress.startedProcesses >= 40 * inputs / (inputs + max(1, inputs / 2)))
    #expect(pool.progress.crashedProcesses == 0)
    pool.close()
    #expect(pool.join(for: TestTime.limit))
    #expect(pool.processCount == 0)
  }

  @Test(arguments: Seed.all)
  func `is not that of its work when it grows and shrinks all the time`(seed: Seed) throws {
    let pool = try ProcessPool(workers: 2)
    let isDone = Event()
    try withCrew { crew in
      let threads = try crew.spawn(count: 3) { number in
        defer { isDone.set() }
        return try (0..<30).map { round in
          try pool.map(0..<20, batch: 3) { $0 + 1 }.reduce(0, +) + number + round
        }
      }
      let sizes = try crew.spawn(count: 2) { number in
        var dice = seed.dice(stream: number)
        repeat {
          try pool.resize(to: dice.pick(1..<6))
          CurrentThread.yield()
        } while !isDone.isSet
      }
      for (number, thread) in threads.enumerated() {
        #expect(try thread.result() == (0..<30).map { 210 + number + $0 })
      }
      for thread in sizes { try thread.result() }
    }
    try pool.resize(to: 2)
    #expect(pool.workerCount == 2)
    try eventually { pool.processCount <= 2 }
    // Both places are there.
    let (first, second) = (Signals(), Signals())
    defer {
      first.remove()
      second.remove()
    }
    let tasks = try [first, second].map { try pool.submit($0) { $0.keepBusy() } }
    try eventually { first.hasBegun.isSet && second.hasBegun.isSet }
    #expect(pool.processCount == 2)
    try withCrew { crew in
      // It asks itself, and has no thread of the pool to wait for.
      let third = try crew.spawn("third") { () throws(ProcessError) in try pool.run(1) { $0 } }
      #expect(remains { !third.isFinished })
      for signals in [first, second] { signals.mayEnd.set() }
      #expect(try third.result() == 1)
    }
    for task in tasks { try task.join() }
    pool.close()
    #expect(pool.join(for: TestTime.limit))
  }
}
