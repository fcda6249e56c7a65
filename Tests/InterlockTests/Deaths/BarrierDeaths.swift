import Testing

@testable import Interlock

enum BarrierAct: String, FatalAct {
  case arriving, waiting, givingUp, breaking, renewing

  func perform(on barrier: SharedBarrier, _ stage: Stage) throws {
    switch self {
    case .arriving, .waiting: _ = try? barrier.arriveAndWait(until: .after(TestTime.long))
    case .givingUp: _ = try? barrier.arriveAndWait(until: .now)
    case .breaking: barrier.abort()
    case .renewing: barrier.reset()
    }
  }
}

/// Getting a barrier, and letting go of it.
enum MeetingAct: String, FatalAct {
  case joining

  func perform(on end: Connection, _ stage: Stage) throws {
    guard let barrier = try end.receive(SharedBarrier.self, for: TestTime.long) else {
      throw Harm(description: "no barrier comes")
    }
    try Harm.unless(barrier.parties == 2, "it is another barrier")
  }
}

@Suite struct `A death at a barrier between processes` {
  /// What a party gets that meets another one.
  enum Outcome: Equatable {
    case index(Int)
    case broken
  }

  private static func meet(_ barrier: SharedBarrier) throws -> Outcome {
    do throws(BarrierError) {
      return .index(try barrier.arriveAndWait(until: .after(TestTime.long)))
    } catch {
      try Harm.unless(error.reason == .broken, "nobody says that the barrier is broken: \(error)")
      return .broken
    }
  }

  /// Proves that the barrier is broken if somebody has died, and works after a reset.
  private func proveWhole(_ barrier: SharedBarrier, _ fate: Fate?) throws {
    if fate == .died {
      try Harm.unless(barrier.isBroken, "nobody says that it is broken")
      try Harm.unless(try Self.meet(barrier) == .broken, "it can be passed, broken as it is")
    }
    barrier.reset()
    try Harm.unless(!barrier.isBroken && barrier.waiterCount == 0, "it is not as new")
    for _ in 0..<2 {
      let other = try spawn { try Self.meet(barrier) }
      let outcomes = [try Self.meet(barrier), try other.join()]
      let isRound = outcomes == [.index(0), .index(1)] || outcomes == [.index(1), .index(0)]
      try Harm.unless(isRound, "it does not work any more: \(outcomes)")
    }
  }

  @Test(arguments: [BarrierAct.breaking, .givingUp, .renewing])
  func `breaks it, and it can be made as new`(_ act: BarrierAct) throws {
    try dieAtEachStep(of: act, with: SharedBarrier(parties: 2)) { barrier, trial in
      try proveWhole(barrier, trial.run())
    }
  }

  @Test(arguments: [BarrierAct.arriving, .breaking, .renewing])
  func `is told to one that waits`(_ act: BarrierAct) throws {
    try dieAtEachStep(of: act, with: SharedBarrier(parties: 2)) { barrier, trial in
      let waiter = try trial.wait { try Self.meet(barrier) }
      let fate = try trial.run()
      let outcome = try waiter.result()
      if act == .arriving {
        try Harm.unless(fate == .died || outcome == .index(1), "they have not met")
        try Harm.unless(outcome != .index(0), "two parties were the last one")
      } else {
        try Harm.unless(outcome == .broken, "one has passed that nobody has met")
      }
      try proveWhole(barrier, fate)
    }
  }

  @Test func `of one that waits is told to those that come`() throws {
    let make = { try SharedBarrier(parties: 2) }
    try dieAtEachStep(of: BarrierAct.waiting, with: make()) { barrier, trial in
      try trial.begin()
      try trial.waitUntilAsleep()
      // Either it has arrived and lives long enough, or it does not come.
      let outcome = try Self.meet(barrier)
      let fate = try trial.end()
      try Harm.unless(fate == .died || outcome == .index(0), "they have not met")
      try Harm.unless(outcome != .index(1), "the first one is not there any more")
      try proveWhole(barrier, fate)
    }
  }

  @Test func `in the middle of getting it breaks it, or nobody has come`() throws {
    let (here, there) = try Connection.pair()
    try dieAtEachStep(of: MeetingAct.joining, with: there) { _, trial in
      let barrier = try SharedBarrier(parties: 2)
      try here.send(barrier)
      let waiter = try trial.wait { try Self.meet(barrier) }
      try trial.run()
      // If it has died before it had the barrier, nobody knows that it would have come.
      while try there.tryReceive(SharedBarrier.self) != nil {}
      if !barrier.isBroken { barrier.abort() }
      try Harm.unless(try waiter.result() == .broken, "one has passed that nobody has met")
      barrier.reset()
      try proveWhole(barrier, nil)
    }
  }
}
