import Testing

@testable import Interlock

enum EventAct: String, FatalAct {
  case setting, clearing, settingAndClearing, waiting

  func perform(on event: SharedEvent, _ stage: Stage) throws {
    switch self {
    case .setting: event.set()
    case .clearing: event.clear()
    case .settingAndClearing:
      event.set()
      event.clear()
    case .waiting: try Harm.unless(event.wait(for: TestTime.long), "nobody has set the event")
    }
  }
}

@Suite struct `A death at an event between processes` {
  private func proveWhole(_ event: SharedEvent) throws {
    event.clear()
    try Harm.unless(!event.isSet && !event.wait(until: .now), "it cannot be cleared")
    event.set()
    try Harm.unless(event.wait(for: TestTime.limit), "it cannot be set")
  }

  @Test(arguments: [EventAct.setting, .clearing, .settingAndClearing], [false, true])
  func `leaves it as it was, or changed`(_ act: EventAct, _ isSet: Bool) throws {
    try dieAtEachStep(of: act, with: SharedEvent(isSet: isSet)) { event, trial in
      if try trial.run() != .died {
        try Harm.unless(event.isSet == (act == .setting), "it was not changed")
      }
      if act == .setting, isSet { try Harm.unless(event.isSet, "it is not set any more") }
      if act == .clearing, !isSet { try Harm.unless(!event.isSet, "nobody has set it") }
      try proveWhole(event)
    }
  }

  @Test func `of one that sets it lets those go who wait`() throws {
    try dieAtEachStep(of: EventAct.setting, with: SharedEvent()) { event, trial in
      let waiters = try (0..<2).map { _ in try trial.wait { event.wait(for: TestTime.long) } }
      try trial.run()
      if !event.isSet { event.set() }
      for waiter in waiters { try Harm.unless(try waiter.result(), "it does not let go") }
      try proveWhole(event)
    }
  }

  @Test func `of one that waits for it keeps nobody else waiting`() throws {
    try dieAtEachStep(of: EventAct.waiting, with: SharedEvent()) { event, trial in
      let waiter = try trial.wait { event.wait(for: TestTime.long) }
      try trial.begin()
      try trial.waitUntilAsleep()
      event.set()
      try trial.end()
      try Harm.unless(try waiter.result(), "it does not let go")
      try proveWhole(event)
    }
  }
}
