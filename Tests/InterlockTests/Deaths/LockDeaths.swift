import Testing

@testable import Interlock

/// Two numbers that are equal whenever nobody is changing them.
struct Ledger: Codable, Sendable {
  let lock: SharedLock
  let numbers: SharedArray<Int>

  init() throws {
    lock = try SharedLock()
    numbers = try SharedArray(repeating: 0, count: 2)
  }

  var isEven: Bool { numbers[0] == numbers[1] }

  /// Changes both, with a step between; the calling thread has the lock.
  func change() {
    numbers[0] += 1
    SharedStep.pass()
    numbers[1] += 1
  }

  /// Puts right what a dead one has left, and says so; the calling thread has the lock.
  func mend() {
    numbers[0] = numbers[1]
    SharedStep.pass()
    lock.declareMended()
  }

  /// Takes the lock, and proves that it tells of what is torn.
  func prove() throws {
    let isTold = lock.withLock(until: .after(TestTime.limit)) { $0 || isEven }
    try Harm.unless(isTold != nil, "the lock is not free")
    try Harm.unless(isTold == true, "it is torn, and nobody is told")
  }

  /// Proves that the lock comes to everybody again.
  func proveWhole(_ fate: Fate?) throws {
    try prove()
    try lock.withLock { isTorn in
      try Harm.unless(fate == .died || !isTorn, "it is said to be torn, and nobody has died")
      mend()
    }
    let others = try (0..<2).map { _ in
      try spawn {
        lock.withLock(until: .after(TestTime.limit)) { isTorn in
          if !isTorn { change() }
          return !isTorn && isEven
        }
      }
    }
    for other in others { try Harm.unless(other.join() == true, "it does not work any more") }
  }
}

enum LockAct: String, FatalAct {
  case acquiring, trying, acquiringUntil, mending, waking

  func perform(on ledger: Ledger, _ stage: Stage) throws {
    let lock = ledger.lock
    switch self {
    case .acquiring, .waking: lock.acquire()
    case .trying: try Harm.unless(lock.tryAcquire(), "the lock is not free")
    case .acquiringUntil, .mending:
      try Harm.unless(lock.acquire(for: TestTime.long), "the lock is not free")
    }
    if self == .waking { try stage.pause() }
    if self == .mending { ledger.mend() }
    ledger.change()
    lock.release()
  }
}

@Suite struct `A death at a lock between processes` {
  @Test(arguments: [LockAct.acquiring, .trying, .acquiringUntil])
  func `leaves it free, and tells what is torn`(_ act: LockAct) throws {
    try dieAtEachStep(of: act, with: Ledger()) { ledger, trial in
      try ledger.proveWhole(trial.run())
    }
  }

  @Test func `in the middle of mending tells again, or has mended`() throws {
    let make = {
      let ledger = try Ledger()
      // A thread that ends with the lock.
      try spawn {
        ledger.lock.acquire()
        ledger.numbers[0] += 1
      }.join()
      return ledger
    }
    try dieAtEachStep(of: LockAct.mending, with: make()) { ledger, trial in
      let fate = try trial.run()
      try ledger.prove()
      try Harm.unless(fate == .died || !ledger.lock.isTorn, "it is not mended")
      try ledger.proveWhole(.died)
    }
  }

  @Test func `brings it to one that waits for it`() throws {
    try dieAtEachStep(of: LockAct.waking, with: Ledger()) { ledger, trial in
      try trial.begin()
      try trial.waitUntilPaused()
      // The victim has the lock, or is dead.
      let waiter = try trial.wait { try ledger.prove() }
      trial.stage.goOn()
      try trial.end()
      try waiter.result()
      try ledger.proveWhole(trial.fate)
    }
  }

  @Test(arguments: [LockAct.acquiring, .acquiringUntil])
  func `that waits for it keeps nobody else waiting`(_ act: LockAct) throws {
    try dieAtEachStep(of: act, with: Ledger()) { ledger, trial in
      ledger.lock.acquire()
      let waiter = try trial.wait { try ledger.prove() }
      try trial.begin()
      try trial.waitUntilAsleep()
      ledger.lock.release()
      try trial.end()
      try waiter.result()
      try ledger.proveWhole(trial.fate)
    }
  }
}
