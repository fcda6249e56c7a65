import Testing

@testable import Interlock

/// Two numbers whose sum is always zero.
struct Balance: BitwiseCopyable, Sendable {
  var left = 0
  var right = 0

  var isWhole: Bool { left == -right }
  var hasMoved: Bool { left > 0 }

  mutating func move() {
    left += 1
    right -= 1
  }
}

enum ValueAct: String, FatalAct {
  case changing, throwing, changingWhen, changingUntil

  func perform(on value: SharedValue<Balance>, _ stage: Stage) throws {
    switch self {
    case .changing: value.withLock { $0.move() }
    case .throwing:
      try? value.withLock { value in
        value.left += 1
        throw Harm(description: "in the middle")
      }
    case .changingWhen: value.withLock(when: \.isWhole) { $0.move() }
    case .changingUntil:
      let isMoved = value.withLock(when: \.hasMoved, until: .after(TestTime.long)) { value in
        value.move()
        return true
      }
      try Harm.unless(isMoved == true, "nobody has changed the value")
    }
  }

  /// How far the value has come afterwards.
  func range(_ fate: Fate) -> ClosedRange<Int> {
    if self == .throwing { return 0...0 }
    return fate == .died ? 0...1 : 1...1
  }
}

@Suite struct `A death at a value between processes` {
  private func proveWhole(_ value: SharedValue<Balance>, _ range: ClosedRange<Int>) throws {
    let left = value.withLock(when: \.isWhole, until: .after(TestTime.limit)) { $0.left }
    try Harm.unless(left != nil, "the value is torn")
    try Harm.unless(left.map { range.contains($0) } ?? false, "the value is \(left ?? -1)")
    value.withLock { $0.move() }
    try Harm.unless(value.current.left == (left ?? -1) + 1, "it does not work any more")
  }

  @Test(arguments: [ValueAct.changing, .throwing, .changingWhen])
  func `leaves it as it was, or changed`(_ act: ValueAct) throws {
    try dieAtEachStep(of: act, with: SharedValue(Balance())) { value, trial in
      try proveWhole(value, act.range(trial.run()))
    }
  }

  @Test(arguments: [ValueAct.changing, .changingWhen])
  func `lets those go on who wait for the change`(_ act: ValueAct) throws {
    try dieAtEachStep(of: act, with: SharedValue(Balance())) { value, trial in
      let waiter = try trial.wait {
        value.withLock(when: \.hasMoved, until: .after(TestTime.long)) { $0.isWhole }
      }
      try trial.run()
      if value.current.left == 0 { value.withLock { $0.move() } }
      try Harm.unless(try waiter.result() == true, "the change is not seen, or torn")
      try proveWhole(value, 1...1)
    }
  }

  @Test func `that waits for a change keeps nobody else waiting`() throws {
    try dieAtEachStep(of: ValueAct.changingUntil, with: SharedValue(Balance())) { value, trial in
      let waiter = try trial.wait {
        value.withLock(when: \.hasMoved, until: .after(TestTime.long)) { $0.isWhole }
      }
      try trial.begin()
      try trial.waitUntilAsleep()
      value.withLock { $0.move() }
      try trial.end()
      try Harm.unless(try waiter.result() == true, "the change is not seen, or torn")
      try proveWhole(value, 1...2)
    }
  }
}
