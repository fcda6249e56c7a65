import Glibc
import Testing

@testable import Interlock

@Suite struct `A semaphore between processes` {
  private struct Parts: Codable, Sendable {
    let semaphore: SharedSemaphore
    let inside: SharedValue<Int>
    let most: SharedValue<Int>
  }

  @Test func `lets in no more than it has permits`() throws {
    let pool = try ProcessPool(workers: 3)
    let parts = Parts(
      semaphore: try SharedSemaphore(permits: 2),
      inside: try SharedValue(0),
      most: try SharedValue(0)
    )
    try pool.forEach([parts, parts, parts], batch: 1) { parts in
      for _ in 0..<2_000 {
        parts.semaphore.withPermit {
          let inside = parts.inside.withLock { inside in
            inside += 1
            return inside
          }
          parts.most.withLock { $0 = max($0, inside) }
          parts.inside.withLock { $0 -= 1 }
        }
      }
    }
    #expect(1...2 ~= parts.most.current)
    #expect(parts.semaphore.availablePermits == 2)
    #expect(parts.semaphore.lostPermits == 0)
  }

  @Test func `gets leased permits back from the dead, and says which others are lost`() throws {
    let pool = try ProcessPool(workers: 1)
    let semaphore = try SharedSemaphore(permits: 3)
    for round in 1...50 {
      _ = try? pool.run(semaphore) { semaphore in
        semaphore.withPermit { _ = kill(getpid(), SIGKILL) }
      }
      _ = try? pool.run(semaphore) { semaphore in
        semaphore.acquire(2)
        kill(getpid(), SIGKILL)
      }
      // A thread that waits for them gets them.
      #expect(semaphore.acquire(1, for: TestTime.limit))
      semaphore.release()
      #expect(semaphore.lostPermits == 2 * round)
      #expect(semaphore.availablePermits == 1)
      semaphore.release(2)
      #expect(semaphore.availablePermits == 3)
    }
  }

  @Test func `is not waited for longer than was said`() throws {
    let semaphore = try SharedSemaphore(permits: 1)
    #expect(semaphore.tryAcquire())
    #expect(!semaphore.tryAcquire())
    #expect(!semaphore.acquire(until: .now))
    #expect(!semaphore.acquire(for: TestTime.short))
    let waiter = try spawn { semaphore.acquire(until: .never) }
    waiter.cancel()
    #expect(waiter.join() == false)
    semaphore.release()
    #expect(semaphore.acquire(for: TestTime.limit))
  }
}

@Suite struct `A barrier between processes` {
  private struct Party: Codable, Sendable {
    let number: Int
    let barrier: SharedBarrier
    let rounds: SharedArray<Int>
  }

  @Test func `keeps everybody in the same round`() throws {
    let pool = try ProcessPool(workers: 3)
    let barrier = try SharedBarrier(parties: 3)
    let rounds = try SharedArray(repeating: 0, count: 3)
    let tasks = try (0..<3).map { number in
      try pool.submit(Party(number: number, barrier: barrier, rounds: rounds)) { party in
        var indices: Set<Int> = []
        for round in 1...1_000 {
          party.rounds[party.number] = round
          indices.insert(try party.barrier.arriveAndWait())
          guard party.rounds.allSatisfy({ $0 == round }) else { return false }
          try party.barrier.arriveAndWait()
        }
        return indices.isSubset(of: [0, 1, 2])
      }
    }
    for task in tasks { #expect(try task.join()) }
    #expect(!barrier.isBroken)
  }

  @Test(arguments: [true, false])
  func `breaks when a party dies, and can be made as new`(_ hasArrived: Bool) throws {
    let pool = try ProcessPool(workers: 1)
    let barrier = try SharedBarrier(parties: 2)
    for _ in 0..<30 {
      let marker = Marker()
      defer { marker.remove() }
      let task = try pool.submit(
        Errand(number: hasArrived ? 1 : 0, thing: barrier, marker: marker)
      ) { errand in
        _ = try spawn {
          while !errand.marker.isSet { usleep(100) }
          kill(getpid(), SIGKILL)
        }
        if errand.number == 1 {
          try errand.thing.arriveAndWait()
        } else {
          while true { pause() }
        }
      }
      if hasArrived {
        // Three parties would be two too few: it waits for us.
        try eventually { barrier.waiterCount == 1 }
        marker.set()
        try eventually { barrier.isBroken }
        #expect(throws: BarrierError.self) { try barrier.arriveAndWait() }
      } else {
        try eventually { task.state == .running }
        marker.set()
        // Perhaps it dies before it has the barrier: then nobody would ever come.
        let error = #expect(throws: BarrierError.self) {
          try barrier.arriveAndWait(until: .after(.seconds(1)))
        }
        #expect(error?.reason == .broken || error?.reason == .timedOut)
      }
      #expect(throws: PoolTaskError<ProcessError>.self) { try task.join() }
      barrier.reset()
      #expect(!barrier.isBroken)
    }
    let partner = try pool.submit(barrier) { try $0.arriveAndWait() }
    let mine = try barrier.arriveAndWait()
    #expect(try partner.join() + mine == 1)
  }

  @Test func `breaks when a party gives up, or somebody says so`() throws {
    let barrier = try SharedBarrier(parties: 2)
    let error = #expect(throws: BarrierError.self) {
      try barrier.arriveAndWait(until: .after(TestTime.short))
    }
    #expect(error?.reason == .timedOut)
    #expect(barrier.isBroken)
    barrier.reset()
    let waiter = try spawn { () throws(BarrierError) in try barrier.arriveAndWait() }
    try eventually { barrier.waiterCount == 1 }
    barrier.abort()
    #expect(throws: BarrierError.self) { try waiter.join() }
    barrier.reset()
    let other = try spawn { () throws(BarrierError) in try barrier.arriveAndWait() }
    try eventually { barrier.waiterCount == 1 }
    barrier.reset()
    #expect(throws: BarrierError.self) { try other.join() }
    #expect(barrier.waiterCount == 0)
  }
}

@Suite struct `A wait group between processes` {
  @Test func `lets go when everything is done`() throws {
    let pool = try ProcessPool(workers: 2)
    let group = try SharedWaitGroup(count: 20)
    let tasks = try (0..<20).map { _ in try pool.submit(group) { $0.done() } }
    try group.wait()
    #expect(group.count == 0)
    for task in tasks { try task.join() }
    group.add(2)
    #expect(try !group.wait(for: TestTime.short))
    try pool.forEach([group, group]) { $0.done() }
    #expect(try group.wait(for: TestTime.limit))
  }

  @Test func `says that one has died, until it is mended`() throws {
    let pool = try ProcessPool(workers: 1)
    let group = try SharedWaitGroup()
    for _ in 0..<30 {
      group.add(2)
      _ = try? pool.run(group) { group in
        group.done()
        kill(getpid(), SIGKILL)
      }
      #expect(throws: ParticipantDied.self) { try group.wait() }
      #expect(throws: ParticipantDied.self) { try group.wait() }
      group.declareMended(count: 1)
      try pool.run(group) { $0.done() }
      try group.wait()
    }
  }
}

@Suite struct `An event between processes` {
  @Test func `lets everybody go`() throws {
    let pool = try ProcessPool(workers: 2)
    let event = try SharedEvent()
    let tasks = try (0..<2).map { number in
      try pool.submit(Errand(number: number, thing: event, marker: Marker())) { errand in
        errand.thing.wait()
        return errand.number
      }
    }
    #expect(!event.wait(for: TestTime.short))
    event.set()
    #expect(try tasks.map { try $0.join() } == [0, 1])
    #expect(event.isSet)
    event.clear()
    #expect(!event.wait(until: .now))
  }
}

@Suite struct `A condition between processes` {
  private struct Shop: Codable, Sendable {
    let lock: SharedLock
    let condition: SharedCondition
    let stock: SharedArray<Int>
  }

  @Test func `lets wait until something is so`() throws {
    let pool = try ProcessPool(workers: 2)
    let shop = Shop(
      lock: try SharedLock(),
      condition: try SharedCondition(),
      stock: try SharedArray(repeating: 0, count: 1)
    )
    let buyers = try (0..<2).map { _ in
      try pool.submit(shop) { shop in
        for _ in 0..<300 {
          shop.lock.withLock { _ in
            shop.condition.wait(shop.lock) { shop.stock[0] > 0 }
            shop.stock[0] -= 1
          }
          shop.condition.notifyAll()
        }
      }
    }
    for _ in 0..<600 {
      shop.lock.withLock { _ in
        shop.condition.wait(shop.lock) { shop.stock[0] < 3 }
        shop.stock[0] += 1
      }
      shop.condition.notifyAll()
    }
    for buyer in buyers { try buyer.join() }
    #expect(shop.stock[0] == 0)
    shop.lock.withLock { _ in
      let isSo = shop.condition.wait(shop.lock, until: .after(TestTime.short)) { shop.stock[0] > 0 }
      #expect(!isSo)
      #expect(shop.lock.isMine)
    }
  }
}
