import Testing

@testable import Interlock

extension SharedBarrier: Stormy {
  func use(_ dice: inout Dice) throws {
    let deadline = dice.isOne(in: 8) ? dice.deadline : .after(TestTime.limit)
    if let index = try? arriveAndWait(until: deadline) {
      try Harm.unless((0..<parties).contains(index), "it counts wrongly: \(index)")
    } else if dice.isOne(in: 2) {
      reset()
    }
    if dice.isOne(in: 20) { abort() }
  }
}

/// A group to which everybody adds what he does himself.
struct Chores: Stormy {
  let group: SharedWaitGroup

  func use(_ dice: inout Dice) throws {
    let count = dice.pick(1..<4)
    group.add(count)
    for _ in 0..<count { group.done() }
    // Once somebody has died, everybody is told.
    _ = try? group.wait(until: dice.deadline)
  }
}

extension SharedEvent: Stormy {
  func use(_ dice: inout Dice) throws {
    switch dice.pick(0..<3) {
    case 0: set()
    case 1: clear()
    default: _ = wait(until: dice.deadline)
    }
  }
}

/// The places of a family, in memory of its own.
struct Places: Stormy {
  let memory: SharedMemory

  func use(_ dice: inout Dice) throws {
    let (_, lock) = try ProcessFamily.join(memory).get()
    let isMine = lock.isMine
    lock.release(call: "ProcessFamily.leave()")
    try Harm.unless(isMine, "the place is somebody else's")
  }
}

@Suite struct `A storm of deaths at a meeting` {
  @Test(arguments: Seed.all)
  func `breaks a barrier, and no more`(seed: Seed) throws {
    let barrier = try SharedBarrier(parties: 2)
    try storm(over: barrier, seed, steps: 1..<400) {
      // One that lives, so that nobody waits for ever.
      do throws(BarrierError) {
        try barrier.arriveAndWait(until: .after(.milliseconds(1)))
      } catch {
        barrier.reset()
      }
    }
    #expect(barrier.waiterCount <= 1)
    barrier.reset()
    let other = try spawn { () throws(BarrierError) in try barrier.arriveAndWait() }
    let index = try barrier.arriveAndWait()
    #expect(try index + other.join() == 1)
  }

  @Test(arguments: Seed.all)
  func `is told by a wait group, and counts no more than was begun`(seed: Seed) throws {
    let chores = Chores(group: try SharedWaitGroup())
    try storm(over: chores, seed, steps: 1..<800)
    let left = chores.group.count
    #expect(0...(3 * Deaths.count) ~= left)
    if left > 0 {
      #expect(throws: ParticipantDied.self) { try chores.group.wait(for: TestTime.limit) }
    }
    chores.group.declareMended(count: 1)
    #expect(try !chores.group.wait(until: .now))
    chores.group.done()
    #expect(try chores.group.wait(for: TestTime.limit))
  }

  @Test(arguments: Seed.all)
  func `leaves an event that can be set and cleared`(seed: Seed) throws {
    let event = try SharedEvent()
    try storm(over: event, seed, steps: 1..<600)
    event.clear()
    #expect(!event.isSet)
    try withCrew { crew in
      let waiter = try SharedSleeper(crew) { event.wait(for: TestTime.long) }
      event.set()
      #expect(try waiter.result())
    }
  }

  @Test(arguments: Seed.all)
  func `leaves all places of a family free`(seed: Seed) throws {
    let memory = try SharedMemory(byteCount: SharedLayout.size + ProcessFamily.limit * 64)
    try storm(over: Places(memory: memory), seed, steps: 1..<300)
    let (member, lock) = try ProcessFamily.join(memory).get()
    #expect(member.place == 0)
    lock.release(call: "ProcessFamily.leave()")
  }
}
