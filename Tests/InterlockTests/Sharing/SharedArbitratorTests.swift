import Glibc
import Testing

@testable import Interlock

@Suite struct `An arbitrator between processes` {
  struct Table: Codable, Sendable {
    let forks: SharedArbitrator
    let meals: SharedArray<Int>
    var seat = 0
  }

  private struct Failure: Error, Equatable {}

  @Test func `gives out everything or nothing, and nobody starves`() throws {
    let pool = try ProcessPool(workers: 3)
    let table = Table(
      forks: try SharedArbitrator(resources: 5),
      meals: try SharedArray(repeating: 0, count: 5)
    )
    let tables = (0..<5).map { seat in
      Table(forks: table.forks, meals: table.meals, seat: seat)
    }
    try pool.forEach(tables, batch: 1) { table in
      for _ in 0..<1_000 {
        let (left, right) = (table.seat, (table.seat + 1) % 5)
        table.forks.withResources([right, left]) { torn in
          guard torn.isEmpty else { exit(77) }
          // Two that have the same fork at once would lose one of these.
          table.meals[left] += 1
          table.meals[right] += 1
        }
      }
    }
    #expect(Array(table.meals) == Array(repeating: 2_000, count: 5))
    #expect(table.forks.heldResources.isEmpty && table.forks.waiterCount == 0)
  }

  @Test func `counts what is given twice once, and lets nothing pass at once`() throws {
    let arbitrator = try SharedArbitrator(resources: 64)
    #expect(arbitrator.resourceCount == 64)
    arbitrator.acquire([63, 0, 63])
    #expect(arbitrator.heldResources == [0, 63])
    #expect(arbitrator.acquire([], until: .now) && arbitrator.tryAcquire([]))
    #expect(!arbitrator.tryAcquire([0]))
    #expect(arbitrator.tryAcquire([1]))
    arbitrator.release([0, 1, 63, 0])
    #expect(arbitrator.heldResources.isEmpty)
  }

  @Test func `is free after a body that threw, or released early`() throws {
    let arbitrator = try SharedArbitrator(resources: 3)
    #expect(throws: Failure()) {
      try arbitrator.withResources([1, 2]) { _ throws(Failure) in throw Failure() }
    }
    let left = arbitrator.withResources([1, 2], until: .now) { _ in
      arbitrator.release([1])
      return arbitrator.heldResources
    }
    #expect(left == [2])
    #expect(arbitrator.heldResources.isEmpty)
  }

  @Test func `lets nobody overtake who wants the same`() throws {
    let arbitrator = try SharedArbitrator(resources: 4)
    let order = Mutex<[String]>([])
    try withCrew { crew in
      let holder = try Holder(crew) { inside in arbitrator.withResources([0]) { _ in inside() } }
      let big = try crew.spawn {
        arbitrator.withResources([0, 1, 2]) { _ in order.withLock { $0.append("big") } }
      }
      try eventually { arbitrator.waiterCount == 1 }
      #expect(!arbitrator.tryAcquire([1]))
      #expect(!arbitrator.acquire([2], for: TestTime.short))
      let small = try crew.spawn {
        arbitrator.withResources([2]) { _ in order.withLock { $0.append("small") } }
      }
      try eventually { arbitrator.waiterCount == 2 }
      #expect(arbitrator.tryAcquire([3]))
      arbitrator.release([3])
      try holder.leave()
      try big.result()
      try small.result()
    }
    #expect(order.withLock { $0 } == ["big", "small"])
  }

  @Test func `lets those go ahead that waited behind one who gives up`() throws {
    let arbitrator = try SharedArbitrator(resources: 3)
    try withCrew { crew in
      let holder = try Holder(crew) { inside in arbitrator.withResources([0]) { _ in inside() } }
      let hasty = try crew.spawn { arbitrator.acquire([0, 1], until: .never) }
      try eventually { arbitrator.waiterCount == 1 }
      let patient = try crew.spawn { arbitrator.withResources([1, 2]) { _ in } }
      try eventually { arbitrator.waiterCount == 2 }
      hasty.cancel()
      #expect(try !hasty.result())
      try patient.result()
      try holder.leave()
    }
    #expect(arbitrator.waiterCount == 0)
  }

  @Test func `gets back what the dead held, and tells the next ones`() throws {
    let pool = try ProcessPool(workers: 1)
    let arbitrator = try SharedArbitrator(resources: 3)
    for _ in 0..<50 {
      _ = try? pool.run(arbitrator) { arbitrator in
        arbitrator.acquire([0, 2])
        kill(getpid(), SIGKILL)
      }
      // One that wants none of it is told of nothing.
      #expect(arbitrator.withResources([1]) { $0 } == [])
      let torn = arbitrator.withResources([1, 2], until: .after(TestTime.limit)) { $0 }
      #expect(torn == [2])
      #expect(arbitrator.tornResources == [0, 2])
      arbitrator.withResources([0, 1, 2]) { torn in
        #expect(torn == [0, 2])
        arbitrator.declareMended(torn)
      }
      #expect(arbitrator.tornResources.isEmpty)
    }
  }

  @Test func `wakes one that waits when a holder dies`() throws {
    let pool = try ProcessPool(workers: 1)
    let arbitrator = try SharedArbitrator(resources: 2)
    let marker = Marker()
    let mayDie = Marker()
    defer { marker.remove() }
    defer { mayDie.remove() }
    let task = try pool.submit(
      Errand(thing: Errand(thing: arbitrator, marker: mayDie), marker: marker)
    ) { errand in
      errand.thing.thing.withResources([0, 1]) { _ in
        errand.marker.set()
        while !errand.thing.marker.isSet { usleep(100) }
        kill(getpid(), SIGKILL)
      }
    }
    try eventually { marker.isSet }
    try withCrew { crew in
      let waiter = try crew.spawn { arbitrator.withResources([1]) { $0 } }
      try eventually { arbitrator.waiterCount == 1 }
      mayDie.set()
      #expect(try waiter.result() == [1])
    }
    #expect(throws: PoolTaskError<ProcessError>.self) { try task.join() }
  }

  @Test func `forgets what the dead waited for`() throws {
    let pool = try ProcessPool(workers: 1)
    let arbitrator = try SharedArbitrator(resources: 2)
    for _ in 0..<10 {
      let marker = Marker()
      defer { marker.remove() }
      arbitrator.acquire([0])
      let task = try pool.submit(Errand(thing: arbitrator, marker: marker)) { errand in
        _ = try spawn {
          while !errand.marker.isSet { usleep(100) }
          kill(getpid(), SIGKILL)
        }
        errand.thing.acquire([0, 1])
      }
      try eventually { arbitrator.waiterCount == 1 }
      #expect(!arbitrator.tryAcquire([1]))
      marker.set()
      // Another thread, for this one holds something.
      let behind = try spawn {
        arbitrator.acquire([1], for: TestTime.limit) && arbitrator.isGivenBack(1)
      }
      #expect(behind.join())
      arbitrator.release([0])
      #expect(arbitrator.tornResources.isEmpty && arbitrator.waiterCount == 0)
      #expect(throws: PoolTaskError<ProcessError>.self) { try task.join() }
    }
  }

  @Test func `survives storms of deaths`() throws {
    let pool = try ProcessPool(workers: 3)
    let table = Table(
      forks: try SharedArbitrator(resources: 4),
      meals: try SharedArray(repeating: 0, count: 8)
    )
    // Each dies somewhere: inside, outside, or in the middle of getting in or out.
    let tasks = try (0..<90).map { number in
      try pool.submit(Errand(number: number, thing: table, marker: Marker())) { errand in
        let (forks, meals) = (errand.thing.forks, errand.thing.meals)
        _ = try spawn {
          usleep(UInt32(errand.number % 37) * 40)
          kill(getpid(), SIGKILL)
        }
        var next = errand.number
        while true {
          next += 1
          let wanted = [next % 4, next / 4 % 4]
          forks.withResources(wanted) { torn in
            for fork in torn { meals[fork + 4] = meals[fork] }
            forks.declareMended(torn)
            for fork in Set(wanted) {
              guard meals[fork] == meals[fork + 4] else { exit(77) }
              meals[fork] += 1
              meals[fork + 4] += 1
            }
          }
        }
      }
    }
    for task in tasks {
      let error = #expect(throws: PoolTaskError<ProcessError>.self) { try task.join() }
      guard case .failed(let failure)? = error else { continue }
      #expect(failure.reason == .crashed(.killed(signal: SIGKILL)))
    }
    #expect(table.forks.acquire([0, 1, 2, 3], for: TestTime.limit))
    table.forks.release([0, 1, 2, 3])
  }
}

extension SharedArbitrator {
  /// Releases a resource, and says that it did.
  fileprivate func isGivenBack(_ resource: Int) -> Bool {
    release([resource])
    return true
  }
}
