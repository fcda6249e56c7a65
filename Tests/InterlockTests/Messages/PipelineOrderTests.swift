import Interlock
import Testing

@Suite struct `An ordered stage` {
  @Test(arguments: [2, 3, 8], [1, 2, 16])
  func `lets the others run ahead of a slow element, but not farther than it has room`(
    workers: Int,
    capacity: Int
  ) throws {
    let room = workers + capacity
    let mayGoOn = Event()
    let begun = Atomic(0)
    try withCrew { crew in
      let results = try crew.spawn { () throws in
        try Pipeline(from: 0..<10 * room, capacity: capacity)
          .stage("ahead", .ordered(workers: workers)) { number in
            begun.wrappingAdd(1, ordering: .relaxed)
            if number == 0 { mayGoOn.wait() }
            return number
          }
          .collect()
      }
      try eventually { begun.load(ordering: .relaxed) == room }
      #expect(remains { begun.load(ordering: .relaxed) == room })
      mayGoOn.set()
      #expect(try results.result() == Array(0..<10 * room))
    }
  }

  @Test(arguments: [1, 2, 5])
  func `gets its results into order if they are ready in the opposite one`(workers: Int) throws {
    // Each element waits for the one behind it, in groups as large as the number of workers.
    let count = workers * 40
    let ready = (0..<count).map { _ in Event() }
    let results = try running {
      try Pipeline(from: 0..<count, capacity: 1)
        .stage("backwards", .ordered(workers: workers)) { number in
          if number % workers != workers - 1 { ready[number + 1].wait() }
          ready[number].set()
          return number
        }
        .collect()
    }
    #expect(results == Array(0..<count))
  }

  @Test(arguments: [1, 3])
  func `lets an element wait for its turn when it has as many results as it may`(
    capacity: Int
  ) throws {
    let mayGoOn = Event()
    let emitted = Atomic(0)
    try withCrew { crew in
      let results = try crew.spawn { () throws in
        try Pipeline(from: 0..<2, capacity: capacity)
          .stage("turns", .ordered(workers: 2), emitting: Int.self) { number, emit in
            if number == 0 { mayGoOn.wait() }
            for index in 0..<10 {
              try emit(number * 10 + index)
              if number == 1 { emitted.wrappingAdd(1, ordering: .relaxed) }
            }
          }
          .collect()
      }
      try eventually { emitted.load(ordering: .relaxed) == capacity }
      #expect(remains { emitted.load(ordering: .relaxed) == capacity })
      mayGoOn.set()
      #expect(try results.result() == Array(0..<20))
    }
  }

  @Test func `passes on at once what the element whose turn it is emits`() throws {
    let mayGoOn = Event()
    let isThere = Event()
    try withCrew { crew in
      let results = try crew.spawn { () throws -> [Int] in
        var results: [Int] = []
        try Pipeline(from: 0..<2, capacity: 8)
          .stage("stream", .ordered(workers: 2), emitting: Int.self) { number, emit in
            try emit(number)
            if number == 0 { mayGoOn.wait() }
          }
          .run { result in
            results.append(result)
            isThere.set()
          }
        return results
      }
      try eventually { isThere.isSet }
      mayGoOn.set()
      #expect(try results.result() == [0, 1])
    }
  }
}

@Suite struct `A parallel stage` {
  @Test func `lets fast elements overtake a slow one, without bounds`() throws {
    let isLast = Event()
    let results = try running {
      try Pipeline(from: 0..<100, capacity: 1)
        .stage("overtake", .parallel(workers: 2)) { number in
          if number == 0 { isLast.wait() }
          if number == 99 { isLast.set() }
          return number
        }
        .collect()
    }
    #expect(results.sorted() == Array(0..<100))
    #expect(results[0] == 1)
  }

  @Test(arguments: [2, 8])
  func `has as many elements at work as it has workers`(workers: Int) throws {
    let all = Barrier(parties: workers)
    let count = try running {
      try Pipeline(from: 0..<workers * 5)
        .stage("together", .parallel(workers: workers)) { _ in try all.arriveAndWait() }
        .reduce(into: 0) { count, _ in count += 1 }
    }
    #expect(count == workers * 5)
  }
}

@Suite struct `The elements in a pipeline` {
  /// Counts how many of it live.
  private final class Token: Sendable {
    let live: Census

    init(_ live: Census) {
      self.live = live
      live.add(1)
    }

    deinit { live.add(-1) }
  }

  private final class Census: Sendable {
    private let count = Atomic(0)
    var now: Int { count.load(ordering: .relaxed) }
    func add(_ change: Int) { count.wrappingAdd(change, ordering: .relaxed) }
  }

  @Test(arguments: [1, 2, 16], [1, 2, 5])
  func `are never more than there is room for, and all of those if the results are not taken`(
    capacity: Int,
    workers: Int
  ) throws {
    let live = Census()
    let mayGoOn = Event()
    // One with the source, one with the caller; four queues; the workers; the line of the last.
    let inOrder = workers > 1 ? workers + capacity : 1
    let bound = 2 + 4 * capacity + 1 + workers + inOrder
    try withCrew { crew in
      let end = try crew.spawn {
        attempt {
          try Pipeline(capacity: capacity) { live.now < 10_000 ? Token(live) : nil }
            .stage("serial") { $0 }
            .stage("parallel", .parallel(workers: workers)) { $0 }
            .stage("ordered", .ordered(workers: workers)) { $0 }
            .reduce(into: 0) { count, _ in
              mayGoOn.wait()
              // A worker may still hold an element that others have passed on meanwhile.
              #expect(live.now <= bound + workers)
              count += 1
              if count == 1000 { throw Done() }
            }
        }
      }
      try eventually { live.now == bound }
      #expect(remains { live.now == bound })
      mayGoOn.set()
      #expect(throws: Done.self) { try end.result().get() }
    }
    #expect(live.now == 0)
  }

  private struct Done: Error {}
}
