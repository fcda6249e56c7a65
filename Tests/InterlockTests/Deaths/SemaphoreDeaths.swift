import Testing

@testable import Interlock

enum SemaphoreAct: String, FatalAct {
  case taking, trying, takingAndReleasing, adding, leasing, waiting, waitingToLease

  func perform(on semaphore: SharedSemaphore, _ stage: Stage) throws {
    let limit = TestTime.long
    switch self {
    case .taking, .waiting: try Harm.unless(semaphore.acquire(for: limit), "there is no permit")
    case .trying: try Harm.unless(semaphore.tryAcquire(), "there is no permit")
    case .takingAndReleasing:
      semaphore.acquire()
      semaphore.release()
    case .adding: semaphore.release()
    case .leasing: semaphore.withPermit {}
    case .waitingToLease:
      let isLeased = semaphore.withPermit(until: .after(limit)) { true }
      try Harm.unless(isLeased == true, "there is no permit")
    }
  }

  /// How many permits there may be afterwards, lost ones included, if there was one.
  func total(_ fate: Fate?) -> ClosedRange<Int> {
    switch self {
    case .adding: fate == .died ? 1...2 : 2...2
    // A process that has ended without giving its permit back is as good as dead.
    default: 1...1
    }
  }

  /// Whether a permit may be lost with the victim.
  var mayLose: Bool { [.taking, .trying, .takingAndReleasing, .waiting].contains(self) }
}

@Suite struct `A death at a semaphore between processes` {
  /// Counts the permits, and replaces those that are lost.
  private func proveWhole(
    _ semaphore: SharedSemaphore,
    _ act: SemaphoreAct,
    _ fate: Fate?
  ) throws {
    let (permits, lost) = (semaphore.availablePermits, semaphore.lostPermits)
    let words = "there are \(permits) permits, and \(lost) are lost"
    try Harm.unless(act.total(fate).contains(permits + lost), words)
    try Harm.unless(act.mayLose || lost == 0, words)
    if lost > 0 { semaphore.release(lost) }
    let count = permits + lost
    for _ in 0..<2 {
      try Harm.unless(semaphore.acquire(count, for: TestTime.limit), "no permits come")
      try Harm.unless(!semaphore.tryAcquire(), "there are more permits than there were")
      semaphore.release(count)
    }
    try Harm.unless(semaphore.lostPermits == lost, "permits were lost that nobody had")
  }

  @Test(
    arguments: [SemaphoreAct.taking, .trying, .takingAndReleasing, .adding, .leasing]
  )
  func `takes along what it has taken bare, and leaves what it has leased`(
    _ act: SemaphoreAct
  ) throws {
    try dieAtEachStep(of: act, with: SharedSemaphore(permits: 1)) { semaphore, trial in
      try proveWhole(semaphore, act, trial.run())
    }
  }

  @Test(arguments: [SemaphoreAct.adding, .leasing, .takingAndReleasing])
  func `brings its permits to one that waits`(_ act: SemaphoreAct) throws {
    try dieAtEachStep(of: act, with: SharedSemaphore(permits: 1)) { semaphore, trial in
      // It waits for two: one is there, and one comes.
      let waiter = try trial.wait {
        let isHere = semaphore.acquire(2, for: TestTime.long)
        if isHere { semaphore.release(2) }
        return isHere
      }
      try trial.run()
      if semaphore.availablePermits < 2, !waiter.isFinished { semaphore.release() }
      if semaphore.lostPermits > 0 { semaphore.release() }
      try Harm.unless(try waiter.result(), "no permits come to one that waits")
      try Harm.unless(2...3 ~= semaphore.availablePermits, "there are too many permits")
    }
  }

  @Test(arguments: [SemaphoreAct.waiting, .waitingToLease])
  func `that waits keeps nobody else waiting`(_ act: SemaphoreAct) throws {
    try dieAtEachStep(of: act, with: SharedSemaphore(permits: 1)) { semaphore, trial in
      semaphore.acquire()
      let waiter = try trial.wait {
        semaphore.withPermit(until: .after(TestTime.long)) { true } ?? false
      }
      try trial.begin()
      try trial.waitUntilAsleep()
      semaphore.release()
      try trial.end()
      if semaphore.lostPermits > 0 {
        semaphore.release()
        try Harm.unless(try waiter.result(), "no permits come to one that waits")
        try Harm.unless(semaphore.availablePermits == 1, "a permit is missing, or too many")
      } else {
        try Harm.unless(try waiter.result(), "no permits come to one that waits")
        try proveWhole(semaphore, act, trial.fate)
      }
    }
  }
}
