import Glibc
import Testing

@testable import Interlock

@Suite struct `Results as they come` {
  private typealias Order = ProcessPool.ResultOrder

  /// Counts up for ever, and how far it has come.
  private struct Numbers: Sequence, IteratorProtocol {
    let asked: Box
    mutating func next() -> Int? {
      defer { asked.value += 1 }
      return asked.value
    }
  }

  private final class Box {
    var value = 0
  }

  @Test(arguments: [Order.asGiven, .asCompleted], [nil, 1, 3, 100])
  private func `come once for each input`(_ order: Order, _ lookAhead: Int?) throws {
    let pool = try ProcessPool(workers: 2)
    let inputs = (0..<500).lazy.map { $0 * 2 }
    var results: [Int: Int] = [:]
    var indices: [Int] = []
    for result in try pool.results(of: inputs, order: order, lookAhead: lookAhead, { $0 + 1 }) {
      results[result.index] = try result.result.get()
      indices.append(result.index)
    }
    #expect(indices.count == 500)
    #expect(results == [Int: Int](uniqueKeysWithValues: (0..<500).map { ($0, $0 * 2 + 1) }))
    if order == .asGiven { #expect(indices == Array(0..<500)) }
  }

  @Test(arguments: [Order.asGiven, .asCompleted])
  private func `take inputs no further ahead than was said`(_ order: Order) throws {
    let pool = try ProcessPool(workers: 2)
    let asked = Box()
    let results = try pool.results(of: Numbers(asked: asked), order: order, lookAhead: 7) { $0 }
    #expect(asked.value == 0)
    for count in 0..<200 {
      // Not by an expectation, which would look into what is at work.
      guard let result = results.next() else { throw Stuck("a result") }
      #expect(try result.result.get() == result.index)
      #expect(asked.value <= count + 7)
    }
  }

  @Test func `have an error where the function fails, and go on`() throws {
    let pool = try ProcessPool(workers: 2)
    let results = try pool.results(
      of: 0..<300,
      { (number: Int) -> Int in
        if number == 100 { throw Stuck("a hundred") }
        if number == 200 { kill(getpid(), SIGKILL) }
        return number
      }
    )
    var failed: [Int: ProcessError] = [:]
    for result in results {
      switch result.result {
      case .success(let number): #expect(number == result.index)
      case .failure(let error): failed[result.index] = error
      }
    }
    #expect(failed.keys.sorted() == [100, 200])
    #expect(failed[200]?.reason == .crashed(.killed(signal: SIGKILL)))
    #expect(failed.values.allSatisfy { failed[$0.inputIndex ?? -1] == $0 })
  }

  @Test func `end when the pool is closed, with what was on its way`() throws {
    let pool = try ProcessPool(workers: 1)
    let results = try pool.results(of: Numbers(asked: Box()), lookAhead: 10) { $0 }
    for _ in 0..<5 { _ = results.next() }
    pool.close(cancelling: .everything)
    var last = 4
    while let result = results.next() {
      #expect(result.index == last + 1)
      last = result.index
      guard last < 100 else { break }
    }
    #expect(last < 100)
    let refused = #expect(throws: ProcessError.self) { try pool.results(of: [1], { $0 }) }
    #expect(refused?.reason == .closed)
  }

  @Test func `let the pool be closed when they are let go`() throws {
    let pool = try ProcessPool(workers: 2)
    do {
      let results = try pool.results(of: Numbers(asked: Box()), lookAhead: 50) { $0 }
      #expect(results.next()?.index == 0)
    }
    pool.close()
    let isOver = pool.join(for: TestTime.limit)
    #expect(isOver)
  }

  @Test(arguments: [Order.asGiven, .asCompleted])
  private func `come to tasks without blocking a thread`(_ order: Order) async throws {
    let pool = try ProcessPool(workers: 2)
    let results = try pool.results(of: 0..<500, order: order) { $0 * 3 }
    var sum = 0
    for await result in results.async { sum += try result.result.get() }
    #expect(sum == (0..<500).reduce(0, +) * 3)
  }

  @Test(arguments: [Order.asGiven, .asCompleted])
  private func `come of inputs that come later`(_ order: Order) async throws {
    let pool = try ProcessPool(workers: 2)
    let (inputs, source) = AsyncStream.makeStream(of: Int.self)
    let results = try pool.results(of: inputs, order: order, lookAhead: 4) { $0 * 3 }
    var indices: [Int] = []
    source.yield(0)
    for try await result in results {
      #expect(try result.result.get() == result.index * 3)
      indices.append(result.index)
      // The next input comes only now: nobody has waited for it to hand out the last result.
      if indices.count < 50 { source.yield(indices.count) } else { source.finish() }
    }
    #expect(indices.sorted() == Array(0..<50))
  }

  private struct Interrupted: Error, Equatable {}

  @Test func `end with the error of their inputs, after those before it`() async throws {
    let pool = try ProcessPool(workers: 2)
    let inputs = AsyncThrowingStream<Int, any Error> { source in
      for number in 0..<20 { source.yield(number) }
      source.finish(throwing: Interrupted())
    }
    var count = 0
    await #expect(throws: Interrupted()) {
      for try await result in try pool.results(of: inputs, { $0 }) {
        #expect(try result.result.get() == count)
        count += 1
      }
    }
    #expect(count == 20)
    pool.close()
    try await eventuallyInTask { pool.join(until: .now) }
  }

  @Test func `take from an asynchronous sequence no further than was said`() async throws {
    let pool = try ProcessPool(workers: 2)
    let asked = Atomic(0)
    let inputs = AsyncStream<Int>(unfolding: { asked.wrappingAdd(1, ordering: .relaxed).oldValue })
    do {
      let iterator = try pool.results(of: inputs, lookAhead: 5) { $0 }.makeAsyncIterator()
      for count in 0..<50 {
        _ = try await iterator.next()
        #expect(asked.load(ordering: .relaxed) <= count + 1 + 5)
      }
    }
    pool.close()
    try await eventuallyInTask { pool.join(until: .now) }
  }

  @Test(arguments: [Order.asGiven, .asCompleted])
  private func `end when those that wait are cancelled`(_ order: Order) throws {
    let pool = try ProcessPool(workers: 1)
    let marker = Marker()
    defer { marker.remove() }
    let inputs = (0..<40).map { _ in marker }
    try withCrew { crew in
      let counts = try crew.spawn { () -> (done: Int, failed: Int) in
        let results = try pool.results(of: inputs, order: order, lookAhead: 20) { marker in
          while !marker.isSet { usleep(100) }
          return 1
        }
        let all = Array(results)
        let done = all.count { (try? $0.result.get()) != nil }
        return (done, all.count - done)
      }
      try eventually { pool.progress.submitted > 1 && pool.threads.runningCount == 1 }
      pool.close(cancelling: .waiting)
      marker.set()
      let (done, failed) = try counts.result()
      #expect(done >= 1)
      #expect(failed >= 1)
    }
    let isOver = pool.join(for: TestTime.limit)
    #expect(isOver)
  }

  @Test func `end for tasks when those that wait are cancelled`() async throws {
    let pool = try ProcessPool(workers: 1)
    let marker = Marker()
    defer { marker.remove() }
    let inputs = AsyncStream<Marker>(unfolding: { marker })
    let results = try pool.results(of: inputs, lookAhead: 6) { marker in
      while !marker.isSet { usleep(100) }
      return 1
    }
    try await withThrowingTaskGroup { group in
      group.addTask {
        var failed = 0
        for try await result in results {
          if (try? result.result.get()) == nil { failed += 1 }
          guard failed < 20 else { break }
        }
        return failed
      }
      try await eventuallyInTask { pool.progress.submitted == 6 && pool.threads.runningCount == 1 }
      pool.close(cancelling: .waiting)
      marker.set()
      let failed = try await group.next()
      #expect(failed == 20)
    }
    try await eventuallyInTask { pool.join(until: .now) }
  }

  @Test func `come to a thread of the pool itself`() throws {
    let pool = try ProcessPool(workers: 1)
    let marker = Marker()
    defer { marker.remove() }
    let task = try pool.submit(marker) { marker in
      while !marker.isSet { usleep(100) }
    }
    let sum = Mutex(0)
    let isDone = Event()
    task.whenDone { _ in
      let results = try? pool.results(of: 0..<100, { $0 })
      let numbers = results?.compactMap { try? $0.result.get() } ?? []
      sum.withLock { $0 = numbers.reduce(0, +) }
      isDone.set()
    }
    marker.set()
    #expect(isDone.wait(for: TestTime.limit))
    #expect(sum.withLock { $0 } == (0..<100).reduce(0, +))
  }
}
