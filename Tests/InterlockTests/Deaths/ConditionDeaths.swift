import Testing

@testable import Interlock

/// Something to be waited for, under a lock.
struct Counter: Codable, Sendable {
  let ledger: Ledger
  let condition: SharedCondition

  init() throws {
    ledger = try Ledger()
    condition = try SharedCondition()
  }

  /// Waits until somebody has changed the ledger.
  func waitForChange() throws {
    let isSeen = ledger.lock.withLock(until: .after(TestTime.limit)) { _ in
      condition.wait(ledger.lock, until: .after(TestTime.long)) {
        // What a dead one has left is put right by whoever comes first.
        if ledger.lock.isTorn { ledger.mend() }
        return ledger.numbers[1] > 0
      } && ledger.isEven && ledger.lock.isMine
    }
    try Harm.unless(isSeen == true, "the change is not seen")
  }
}

enum ConditionAct: String, FatalAct {
  case notifying, notifyingInside, waiting

  func perform(on counter: Counter, _ stage: Stage) throws {
    let lock = counter.ledger.lock
    switch self {
    case .notifying:
      lock.withLock { _ in counter.ledger.change() }
      counter.condition.notifyAll()
    case .notifyingInside:
      lock.withLock { _ in
        counter.ledger.change()
        counter.condition.notifyAll()
      }
    case .waiting: try counter.waitForChange()
    }
  }
}

@Suite struct `A death at a condition between processes` {
  @Test(arguments: [ConditionAct.notifying, .notifyingInside])
  func `of one that notifies lets those go on who wait`(_ act: ConditionAct) throws {
    try dieAtEachStep(of: act, with: Counter()) { counter, trial in
      let waiters = try (0..<2).map { _ in try trial.wait { try counter.waitForChange() } }
      try trial.run()
      let ledger = counter.ledger
      try ledger.prove()
      // What was changed is seen, although nobody may have been notified.
      let isChanged = ledger.lock.withLock { _ in ledger.numbers[1] > 0 }
      if !isChanged {
        ledger.lock.withLock { _ in
          ledger.mend()
          ledger.change()
        }
        counter.condition.notifyAll()
      }
      for waiter in waiters { try waiter.result() }
      try ledger.proveWhole(.died)
    }
  }

  @Test func `of one that waits keeps nobody else waiting`() throws {
    try dieAtEachStep(of: ConditionAct.waiting, with: Counter()) { counter, trial in
      let waiter = try trial.wait { try counter.waitForChange() }
      try trial.begin()
      try trial.waitUntilAsleep()
      counter.ledger.lock.withLock { isTorn in
        if isTorn { counter.ledger.mend() }
        counter.ledger.change()
      }
      counter.condition.notifyAll()
      try trial.end()
      try waiter.result()
      try counter.ledger.proveWhole(.died)
    }
  }
}
