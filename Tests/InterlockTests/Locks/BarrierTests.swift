import Interlock
import Testing

@Suite struct `A barrier` {
  @Test func `lets nobody go before all have come, round after round`() throws {
    let (parties, rounds) = (5, 50)
    let barrier = Barrier(parties: parties, name: "rows")
    let arrivals = Atomic(0)
    let isEarly = Atomic(false)
    try withCrew { crew in
      _ = try crew.spawn(count: parties) { _ in
        for round in 1...rounds {
          arrivals.wrappingAdd(1, ordering: .relaxed)
          try barrier.arriveAndWait()
          let count = arrivals.load(ordering: .relaxed)
          if count < round * parties || count > (round + 1) * parties {
            isEarly.store(true, ordering: .relaxed)
          }
        }
      }
    }
    #expect(isEarly.load(ordering: .relaxed) == false)
    #expect(arrivals.load(ordering: .relaxed) == rounds * parties)
    #expect(barrier.waiterCount == 0)
    #expect(!barrier.isBroken)
    #expect(barrier.name == "rows")
  }

  @Test(arguments: [false, true])
  func `gives every party of a round another index`(hasAction: Bool) throws {
    let (parties, rounds) = (4, 50)
    let action: Barrier.Action = {}
    let barrier = Barrier(parties: parties, action: hasAction ? action : nil)
    try withCrew { crew in
      let threads = try crew.spawn(count: parties) { _ in
        try (0..<rounds).map { _ in try barrier.arriveAndWait() }
      }
      let indices = try threads.map { try $0.result() }
      for round in 0..<rounds {
        #expect(Set(indices.map { $0[round] }) == Set(0..<parties))
      }
    }
  }

  @Test func `counts the parties in the order in which they come`() throws {
    let barrier = Barrier(parties: 4)
    try withCrew { crew in
      var threads: [ThreadHandle<Int, BarrierError>] = []
      for number in 0..<3 {
        threads.append(try crew.spawn { () throws(BarrierError) in try barrier.arriveAndWait() })
        try eventually { barrier.waiters.count == number + 1 }
      }
      #expect(barrier.waiterCount == 3)
      #expect(barrier.waiters == threads.map(\.identity))
      #expect(try barrier.arriveAndWait() == 3)
      for (number, thread) in threads.enumerated() { #expect(try thread.result() == number) }
    }
  }

  @Test func `runs its action once a round, when all have come and nobody has gone`() throws {
    let (parties, rounds) = (4, 50)
    let log = PlainList()
    let arrivals = Atomic(0)
    let departures = Atomic(0)
    let barrier = Barrier(parties: parties) {
      log.append(arrivals.load(ordering: .relaxed))
      log.append(departures.load(ordering: .relaxed))
    }
    try withCrew { crew in
      _ = try crew.spawn(count: parties) { _ in
        for _ in 0..<rounds {
          arrivals.wrappingAdd(1, ordering: .relaxed)
          try barrier.arriveAndWait()
          departures.wrappingAdd(1, ordering: .relaxed)
          // Nobody comes again before all have gone.
          try barrier.arriveAndWait()
        }
      }
    }
    let expected = (1...rounds).flatMap { round in
      [round * parties, (round - 1) * parties, round * parties, round * parties]
    }
    #expect(log.list == expected)
  }

  @Test func `makes what was done before visible to all, without a lock`() throws {
    let parties = 4
    let barrier = Barrier(parties: parties)
    let cells = (0..<parties).map { _ in PlainCount() }
    try withCrew { crew in
      let threads = try crew.spawn(count: parties) { number in
        for round in 1...100 {
          cells[number].increment()
          try barrier.arriveAndWait()
          guard cells.allSatisfy({ $0.count == round }) else { return false }
          try barrier.arriveAndWait()
        }
        return true
      }
      for thread in threads { #expect(try thread.result()) }
    }
  }

  @Test func `of one party never waits`() throws {
    let runs = PlainCount()
    let barrier = Barrier(parties: 1) { runs.increment() }
    for _ in 0..<10 { #expect(try barrier.arriveAndWait() == 0) }
    #expect(try barrier.arriveAndWait(until: .now) == 0)
    #expect(try barrier.arriveAndWait(for: .zero) == 0)
    #expect(runs.count == 12)
  }

  @Test(arguments: [false, true])
  func `serves more threads than parties, some each round`(hasAction: Bool) throws {
    let (parties, threads, rounds) = (3, 9, 180)
    let runs = Atomic(0)
    let visits = Atomic(0)
    let action: Barrier.Action = { runs.wrappingAdd(1, ordering: .relaxed) }
    let barrier = Barrier(parties: parties, action: hasAction ? action : nil)
    let counts = try withCrew { crew in
      let handles = try crew.spawn(count: threads) { _ in
        var counts = Array(repeating: 0, count: parties)
        while visits.wrappingAdd(1, ordering: .relaxed).newValue <= rounds * parties {
          counts[try barrier.arriveAndWait()] += 1
        }
        return counts
      }
      return try handles.reduce(into: Array(repeating: 0, count: parties)) { sums, handle in
        for (index, count) in try handle.result().enumerated() { sums[index] += count }
      }
    }
    // Each of the rounds had one thread of each index.
    #expect(counts == Array(repeating: rounds, count: parties))
    if hasAction { #expect(runs.load(ordering: .relaxed) == rounds) }
    #expect(barrier.waiterCount == 0)
  }

  @Test func `lets others come for the next round while the action runs`() throws {
    let (isActing, mayEnd) = (Event(), Event())
    let runs = PlainCount()
    let barrier = Barrier(parties: 2) {
      runs.increment()
      isActing.set()
      mayEnd.wait()
    }
    try withCrew { crew in
      let first = try crew.spawn(count: 2) { _ in try barrier.arriveAndWait() }
      isActing.wait()
      let next = try crew.spawn(count: 2) { _ in try barrier.arriveAndWait() }
      for thread in next { try thread.waitUntilBlocked() }
      #expect(remains { !(first + next).contains(where: \.isFinished) })
      #expect(runs.count == 1)
      mayEnd.set()
      #expect(try Set([first[0].result(), first[1].result()]) == [0, 1])
      #expect(try Set([next[0].result(), next[1].result()]) == [0, 1])
    }
    #expect(runs.count == 2)
  }

  @Test func `has a party less for each that leaves for good`() throws {
    let barrier = Barrier(parties: 3)
    try withCrew { crew in
      let waiters = try crew.spawn(count: 2) { _ in try barrier.arriveAndWait() }
      try eventually { barrier.waiterCount == 2 }
      try barrier.arriveAndDrop()
      #expect(try Set([waiters[0].result(), waiters[1].result()]) == [0, 1])
    }
    #expect(barrier.parties == 2)
    try barrier.arriveAndDrop()
    #expect(try barrier.arriveAndWait() == 0)
  }

  @Test func `runs its action also when the last one leaves for good`() throws {
    struct Failure: Error {}
    let runs = PlainCount()
    let barrier = Barrier(parties: 2) {
      runs.increment()
      if runs.count == 2 { throw Failure() }
    }
    for round in 1...2 {
      try withCrew { crew in
        if round == 2 { barrier.reset() }
        let waiter = try crew.spawn { (try? barrier.arriveAndWait()) != nil }
        try eventually { barrier.waiterCount == 1 }
        if round == 1 {
          _ = try barrier.arriveAndWait()
          #expect(try waiter.result())
        } else {
          #expect(throws: BarrierError.self) { try barrier.arriveAndDrop() }
          #expect(try !waiter.result())
        }
      }
    }
    #expect(runs.count == 2)
    #expect(barrier.isBroken)
  }

  @Test func `leaves nothing behind`() throws {
    weak var leftover: Barrier?
    try withCrew { crew in
      let barrier = Barrier(parties: 2) {}
      leftover = barrier
      _ = try crew.spawn(count: 2) { _ in try barrier.arriveAndWait() }
      try crew.joinAll()
    }
    try eventually { leftover == nil }
  }
}
