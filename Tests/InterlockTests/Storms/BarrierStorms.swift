import Interlock
import Testing

@Suite struct `A storm at a barrier` {
  @Test(arguments: [false, true], Seed.all)
  func `ends when everybody has left, however often it broke`(hasAction: Bool, seed: Seed) throws {
    let parties = 5
    let runs = Atomic(0)
    let action: Barrier.Action = { runs.wrappingAdd(1, ordering: .relaxed) }
    let barrier = Barrier(parties: parties, name: "storm", action: hasAction ? action : nil)
    let rounds = try withCrew { crew in
      let threads = try crew.spawn(count: parties, "party") { number in
        var dice = seed.dice(stream: number)
        var last = 0
        for _ in 0..<80 {
          do {
            let isPatient = !dice.isOne(in: 4)
            let index =
              isPatient
              ? try barrier.arriveAndWait() : try barrier.arriveAndWait(until: dice.deadline)
            if index == parties - 1 { last += 1 }
            if dice.isOne(in: 30) { barrier.abort() }
          } catch {
            // Whoever finds it broken repairs it.
            barrier.reset()
          }
        }
        try barrier.arriveAndDrop()
        return last
      }
      return try threads.reduce(0) { try $0 + $1.result() }
    }
    #expect(barrier.parties == 0)
    #expect(barrier.waiterCount == 0)
    // Each full round had one last party, who ran the action.
    if hasAction { #expect(runs.load(ordering: .relaxed) >= rounds) }
  }

  @Test(arguments: Seed.all)
  func `that nobody disturbs runs every round`(seed: Seed) throws {
    let (parties, rounds) = (6, 80)
    let sums = (0..<rounds).map { _ in Shared(Atomic(0)) }
    let barrier = Barrier(parties: parties)
    try withCrew { crew in
      _ = try crew.spawn(count: parties) { number in
        var dice = seed.dice(stream: number)
        for round in 0..<rounds {
          for _ in 0..<dice.pick(0..<20) { CurrentThread.yield() }
          let index =
            dice.isOne(in: 2)
            ? try barrier.arriveAndWait() : try barrier.arriveAndWait(for: TestTime.long)
          sums[round].value.wrappingAdd(1 << (4 * index), ordering: .relaxed)
        }
      }
    }
    #expect(sums.allSatisfy { $0.value.load(ordering: .relaxed) == 0x11_1111 })
  }

  @Test(arguments: Seed.all)
  func `with a wait group, an event and a value made once loses nobody`(seed: Seed) throws {
    for round in 0..<10 {
      let group = WaitGroup(name: "storm")
      let event = Event(name: "storm")
      let made = Atomic(0)
      let once = Once(name: "storm") { made.wrappingAdd(1, ordering: .relaxed).newValue }
      try withCrew { crew in
        group.add(6)
        let waiters = try crew.spawn(count: 6) { number in
          var dice = seed.dice(stream: 100 * round + number)
          let isSet = event.wait(until: dice.deadline)
          if !isSet { event.wait() }
          let value = once.value
          group.done()
          while !group.wait(until: dice.deadline) {}
          return value
        }
        event.set()
        group.wait()
        for waiter in waiters { #expect(try waiter.result() == 1) }
      }
      #expect(group.count == 0)
    }
  }
}
