import Interlock
import Testing

/// What all kinds of locks promise, when nobody waits for long.
@Suite struct `A lock lets one thread inside at a time` {
  private struct Failure: Error, Equatable {}

  @Test(arguments: ExcludingKind.all)
  func `it gives back what the body returns`(kind: ExcludingKind) throws {
    let exclusion = try kind.make()
    #expect(exclusion.withLock { 1 } == 1)
    #expect(exclusion.withLockIfAvailable { 2 } == 2)
    #expect(exclusion.withLock(until: .never) { 3 } == 3)
  }

  @Test(arguments: ExcludingKind.all)
  func `it is free again after a body that threw`(kind: ExcludingKind) throws {
    let exclusion = try kind.make()
    #expect(throws: Failure()) { try exclusion.withLock { () throws(Failure) in throw Failure() } }
    #expect(throws: Failure()) {
      try exclusion.withLockIfAvailable { () throws(Failure) in throw Failure() }
    }
    #expect(throws: Failure()) {
      try exclusion.withLock(until: .never) { () throws(Failure) in throw Failure() }
    }
    #expect((exclusion as? any Exclusion)?.owner == nil)
    #expect(exclusion.withLockIfAvailable { true } == true)
  }

  @Test(arguments: ExclusionKind.allCases)
  func `it keeps its name`(kind: ExclusionKind) {
    #expect(kind.make(name: "vault").name == "vault")
    #expect(kind.make().name == nil)
  }

  @Test(arguments: ExclusionKind.allCases)
  func `its owner is the thread inside`(kind: ExclusionKind) throws {
    let exclusion = kind.make()
    #expect(exclusion.owner == nil)
    #expect(exclusion.withLock { exclusion.owner } == .current)
    #expect(exclusion.owner == nil)
    try withCrew { crew in
      let holder = try Holder(crew, of: exclusion)
      #expect(exclusion.owner == holder.identity)
      #expect(exclusion.owner?.name == "holder")
      try holder.leave()
    }
    #expect(exclusion.owner == nil)
  }

  @Test(arguments: ExcludingKind.all)
  func `trying fails at once while another thread is inside`(kind: ExcludingKind) throws {
    let exclusion = try kind.make()
    try withCrew { crew in
      let holder = try Holder(crew, of: exclusion)
      #expect(exclusion.withLockIfAvailable { true } == nil)
      #expect(exclusion.withLock(until: .now) { true } == nil)
      try holder.leave()
      #expect(exclusion.withLockIfAvailable { true } == true)
    }
  }

  @Test(arguments: ExcludingKind.all)
  func `a free lock is had although the deadline has passed`(kind: ExcludingKind) throws {
    let past = Deadline.now
    let exclusion = try kind.make()
    #expect(exclusion.withLock(until: past) { true } == true)
  }

  @Test(arguments: ExclusionKind.allCases)
  func `it leaves nothing behind`(kind: ExclusionKind) throws {
    weak var leftover: (any Exclusion)?
    try withCrew { crew in
      let exclusion = kind.make(name: "vault")
      leftover = exclusion
      let holder = try Holder(crew, of: exclusion)
      let waiter = try crew.spawn("waiter") { exclusion.withLock {} }
      #expect(exclusion.withLock(until: .after(.zero)) {} == nil)
      try holder.leave()
      try waiter.result()
    }
    // The last thread lets go of its closure a moment after it has finished.
    try eventually { leftover == nil }
  }
}

/// What all kinds of locks promise under load.
@Suite struct `A lock loses no update` {
  @Test(arguments: ExcludingKind.all)
  func `of threads that work for long`(kind: ExcludingKind) throws {
    let (threads, rounds) = (8, 500)
    let exclusion = try kind.make()
    let count = PlainCount()
    try withCrew { crew in
      _ = try crew.spawn(count: threads) { number in
        var dice = Seed(value: 7).dice(stream: number)
        for _ in 0..<rounds {
          let pausing = dice.isOne(in: 64)
          exclusion.withLock { count.increment(pausing: pausing) }
        }
      }
    }
    #expect(count.count == threads * rounds)
    let own = exclusion as? any Exclusion
    #expect(own?.owner == nil)
    #expect(own?.line?.isEmpty ?? true)
  }

  @Test(arguments: ExcludingKind.all)
  func `of two hundred threads`(kind: ExcludingKind) throws {
    let (threads, rounds) = (200, 5)
    let exclusion = try kind.make()
    let count = PlainCount()
    try withCrew { crew in
      _ = try crew.spawn(count: threads) { _ in
        for _ in 0..<rounds { exclusion.withLock { count.increment(pausing: true) } }
      }
    }
    #expect(count.count == threads * rounds)
  }

  @Test(arguments: ExcludingKind.all)
  func `however they come inside`(kind: ExcludingKind) throws {
    let exclusion = try kind.make()
    let count = PlainCount()
    let successes = try withCrew { crew in
      let handles = try crew.spawn(count: 8) { number in
        var dice = Seed(value: 11).dice(stream: number)
        var successes = 0
        for _ in 0..<200 {
          let increment: () -> Bool = {
            count.increment()
            return true
          }
          let deadline = Deadline.after(.microseconds(dice.pick(0..<200)))
          let isInside =
            switch dice.pick(0..<3) {
            case 0: exclusion.withLockIfAvailable(increment)
            case 1: exclusion.withLock(until: deadline, increment)
            default: exclusion.withLock(increment)
            }
          if isInside == true { successes += 1 }
        }
        return successes
      }
      return try handles.reduce(0) { try $0 + $1.result() }
    }
    #expect(count.count == successes)
    #expect(exclusion.withLockIfAvailable { true } == true)
  }
}
