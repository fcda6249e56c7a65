import Testing

@testable import Interlock

enum WaitGroupAct: String, FatalAct {
  case adding, doing, addingAndDoing, mending, waiting

  func perform(on group: SharedWaitGroup, _ stage: Stage) throws {
    switch self {
    case .adding: group.add()
    case .doing: group.done()
    case .addingAndDoing:
      group.add()
      group.done()
    case .mending: group.declareMended(count: 0)
    case .waiting: try Harm.unless(try group.wait(for: TestTime.long), "it is not done")
    }
  }

  /// How much may be left to be done, if there was one piece of work.
  func left(_ fate: Fate?) -> ClosedRange<Int> {
    switch self {
    case .adding: fate == .died ? 1...2 : 2...2
    case .doing, .mending: fate == .died ? 0...1 : 0...0
    case .addingAndDoing: fate == .died ? 1...2 : 1...1
    case .waiting: 0...0
    }
  }
}

@Suite struct `A death at a wait group between processes` {
  /// Whether the wait is over, by an error or not.
  private static func isOver(_ group: SharedWaitGroup) throws -> Bool {
    do throws(ParticipantDied) {
      return try group.wait(for: TestTime.long)
    } catch {
      return true
    }
  }

  private func proveWhole(_ group: SharedWaitGroup) throws {
    group.declareMended(count: 2)
    try Harm.unless(try !group.wait(until: .now), "it is not mended")
    group.done()
    group.done()
    try Harm.unless(try group.wait(for: TestTime.limit), "it does not work any more")
  }

  @Test(arguments: [WaitGroupAct.adding, .doing, .addingAndDoing, .mending])
  func `is told, or nothing is left to be done`(_ act: WaitGroupAct) throws {
    try dieAtEachStep(of: act, with: SharedWaitGroup(count: 1)) { group, trial in
      let waiter = try trial.wait { try Self.isOver(group) }
      let fate = try trial.run()
      let left = group.count
      try Harm.unless(act.left(fate).contains(left), "\(left) pieces are left")
      if fate != .died { for _ in 0..<left { group.done() } }
      try Harm.unless(try waiter.result(), "one that waits is not told")
      if fate == .died, left > 0 {
        #expect(throws: ParticipantDied.self) { try group.wait(for: TestTime.limit) }
      }
      try proveWhole(group)
    }
  }

  @Test func `of one that waits keeps nobody else waiting`() throws {
    try dieAtEachStep(of: WaitGroupAct.waiting, with: SharedWaitGroup(count: 1)) { group, trial in
      let waiter = try trial.wait { try Self.isOver(group) }
      try trial.begin()
      try trial.waitUntilAsleep()
      group.done()
      try trial.end()
      try Harm.unless(group.count == 0, "what is done is not done")
      try Harm.unless(try waiter.result(), "one that waits is not let go")
      try proveWhole(group)
    }
  }
}
