import Testing

@testable import Interlock

@Suite struct `An arbitrator` {
  private struct Failure: Error, Equatable {}

  /// A thread that holds resources until it is told to leave.
  private func hold(
    _ arbitrator: Arbitrator<Int>,
    _ resources: [Int],
    _ crew: Crew
  ) throws -> Holder {
    try Holder(crew) { arbitrator.withResources(resources, $0) }
  }

  @Test func `gives out everything or nothing`() throws {
    let arbitrator = Arbitrator<Int>(name: "forks")
    #expect(arbitrator.name == "forks")
    try withCrew { crew in
      let holder = try hold(arbitrator, [1, 2], crew)
      #expect(arbitrator.holders == [1: holder.identity, 2: holder.identity])
      #expect(arbitrator.holder(of: 1) == holder.identity)
      #expect(arbitrator.holder(of: 3) == nil)
      #expect(!arbitrator.tryAcquire([2, 3]))
      #expect(!arbitrator.acquire([0, 1], until: .now))
      #expect(!arbitrator.acquire([2, 4], for: TestTime.short))
      #expect(arbitrator.withResources([2], until: .now) { true } == nil)
      #expect(arbitrator.withResourcesIfAvailable([2]) { true } == nil)
      #expect(arbitrator.holders.count == 2)
      // What others want does not matter.
      #expect(arbitrator.withResources([3, 4]) { arbitrator.holders.count } == 4)
      try holder.leave()
    }
    #expect(arbitrator.holders.isEmpty)
    #expect(arbitrator.withResourcesIfAvailable([2, 1]) { true } == true)
  }

  @Test func `counts what is given twice once, and lets nothing pass at once`() throws {
    let arbitrator = Arbitrator<String>()
    arbitrator.acquire(["a", "b", "a"])
    #expect(arbitrator.holders.keys.sorted() == ["a", "b"])
    arbitrator.acquire([])
    #expect(arbitrator.acquire([], until: .now) && arbitrator.tryAcquire([]))
    arbitrator.release(["b", "b", "a"])
    arbitrator.release([])
    #expect(arbitrator.holders.isEmpty)
  }

  @Test func `is free after a body that threw, or released early`() {
    let arbitrator = Arbitrator<Int>()
    #expect(throws: Failure()) {
      try arbitrator.withResources([1, 2]) { () throws(Failure) in throw Failure() }
    }
    #expect(throws: Failure()) {
      try arbitrator.withResources([1, 2], until: .never) { () throws(Failure) in throw Failure() }
    }
    let left = arbitrator.withResources([1, 2]) {
      arbitrator.release([1])
      return arbitrator.holders.keys.sorted()
    }
    #expect(left == [2])
    #expect(arbitrator.holders.isEmpty)
  }

  @Test func `lets a holder ask for more if it does not wait`() {
    let arbitrator = Arbitrator<Int>()
    arbitrator.acquire([1])
    #expect(arbitrator.tryAcquire([2, 3]))
    #expect(!arbitrator.tryAcquire([3, 4]))
    arbitrator.release([1, 2, 3])
  }

  @Test func `lets nobody overtake who wants the same`() throws {
    let arbitrator = Arbitrator<Int>()
    let order = Mutex<[String]>([])
    try withCrew { crew in
      let holder = try hold(arbitrator, [1], crew)
      let big = try crew.spawn("big") {
        arbitrator.withResources([1, 2, 3]) { order.withLock { $0.append("big") } }
      }
      try eventually { arbitrator.waiterCount == 1 }
      // Free, but wanted by one that came first.
      #expect(!arbitrator.tryAcquire([2]))
      #expect(!arbitrator.acquire([3], until: .now))
      let small = try crew.spawn("small") {
        arbitrator.withResources([3]) { order.withLock { $0.append("small") } }
      }
      try eventually { arbitrator.waiterCount == 2 }
      #expect(arbitrator.waiters == [big.identity, small.identity])
      // Nobody wants this one.
      #expect(arbitrator.withResourcesIfAvailable([4]) { true } == true)
      try holder.leave()
      try big.result()
      try small.result()
    }
    #expect(order.withLock { $0 } == ["big", "small"])
  }

  @Test func `lets those go ahead that waited behind one who gives up`() throws {
    let arbitrator = Arbitrator<Int>()
    try withCrew { crew in
      let holder = try hold(arbitrator, [1], crew)
      let hasty = try crew.spawn { arbitrator.acquire([1, 2], until: .never) }
      try eventually { arbitrator.waiterCount == 1 }
      let patient = try crew.spawn { arbitrator.withResources([2, 3]) {} }
      try eventually { arbitrator.waiterCount == 2 }
      hasty.cancel()
      #expect(try !hasty.result())
      try patient.result()
      try holder.leave()
    }
    #expect(arbitrator.holders.isEmpty && arbitrator.waiterCount == 0)
  }

  @Test func `gives out in the order of arrival`() throws {
    let arbitrator = Arbitrator<Int>()
    let order = Mutex<[Int]>([])
    try withCrew { crew in
      let holder = try hold(arbitrator, [0], crew)
      for number in 0..<8 {
        _ = try crew.spawn {
          arbitrator.withResources([0, number]) { order.withLock { $0.append(number) } }
        }
        try eventually { arbitrator.waiterCount == number + 1 }
      }
      try holder.leave()
    }
    #expect(order.withLock { $0 } == Array(0..<8))
  }

  @Test(arguments: Seed.all)
  func `excludes whoever wants the same, and lets everybody finish`(seed: Seed) throws {
    let arbitrator = Arbitrator<Int>()
    let counts = (0..<5).map { _ in PlainCount() }
    let expected = try withCrew { crew in
      let threads = try crew.spawn(count: 6) { number in
        var dice = seed.dice(stream: number)
        var total = 0
        for _ in 0..<200 {
          let wanted = (0..<3).map { _ in dice.pick(0..<5) }
          let use: () -> Bool = {
            for resource in Set(wanted) { counts[resource].increment() }
            return true
          }
          let isDone =
            switch dice.pick(0..<3) {
            case 0: arbitrator.withResourcesIfAvailable(wanted, use)
            case 1: arbitrator.withResources(wanted, until: dice.deadline, use)
            default: arbitrator.withResources(wanted, use)
            }
          if isDone == true { total += Set(wanted).count }
        }
        return total
      }
      return try threads.reduce(0) { try $0 + $1.result() }
    }
    #expect(counts.map(\.count).reduce(0, +) == expected)
    #expect(arbitrator.holders.isEmpty && arbitrator.waiterCount == 0)
  }

  @Test func `leaves nothing behind`() throws {
    weak var leftover: Arbitrator<Int>?
    try withCrew { crew in
      let arbitrator = Arbitrator<Int>()
      leftover = arbitrator
      let holder = try hold(arbitrator, [1], crew)
      let waiter = try crew.spawn { arbitrator.withResources([1]) {} }
      try eventually { arbitrator.waiterCount == 1 }
      try holder.leave()
      try waiter.result()
    }
    try eventually { leftover == nil }
  }
}
