import Interlock
import Testing

@Suite struct `A barrier breaks` {
  private struct Failure: Error, Equatable {}

  /// Threads that wait for a party that does not come.
  private func spawnWaiters(
    _ count: Int,
    at barrier: Barrier,
    _ crew: Crew
  ) throws
    -> [ThreadHandle<BarrierError.Reason?, any Error>]
  {
    let waiters = try crew.spawn(count: count) { _ in reason { try barrier.arriveAndWait() } }
    try eventually { barrier.waiterCount == count }
    return waiters
  }

  @Test func `for everybody when it is aborted, until it is reset`() throws {
    let barrier = Barrier(parties: 4)
    try withCrew { crew in
      let waiters = try spawnWaiters(3, at: barrier, crew)
      #expect(!barrier.isBroken)
      barrier.abort()
      #expect(barrier.isBroken)
      for waiter in waiters { #expect(try waiter.result() == .broken) }
      // Those who come later do not wait.
      #expect(reason { try barrier.arriveAndWait() } == .broken)
      #expect(reason { try barrier.arriveAndWait(until: .never) } == .broken)
      #expect(barrier.waiterCount == 0)
      barrier.reset()
      #expect(!barrier.isBroken)
      let next = try spawnWaiters(3, at: barrier, crew)
      #expect(reason { try barrier.arriveAndWait() } == nil)
      for waiter in next { #expect(try waiter.result() == nil) }
    }
  }

  @Test func `for those who wait when it is reset, and is as new at once`() throws {
    let barrier = Barrier(parties: 3)
    try withCrew { crew in
      for _ in 0..<10 {
        let waiters = try spawnWaiters(2, at: barrier, crew)
        barrier.reset()
        #expect(!barrier.isBroken)
        #expect(barrier.waiterCount == 0)
        for waiter in waiters { #expect(try waiter.result() == .broken) }
      }
      let next = try spawnWaiters(2, at: barrier, crew)
      #expect(try barrier.arriveAndWait() == 2)
      for waiter in next { #expect(try waiter.result() == nil) }
    }
  }

  @Test func `not when nobody waits and it is reset`() throws {
    let barrier = Barrier(parties: 1)
    barrier.reset()
    #expect(!barrier.isBroken)
    #expect(try barrier.arriveAndWait() == 0)
  }

  @Test func `for everybody when one party's deadline passes`() throws {
    let barrier = Barrier(parties: 4)
    try withCrew { crew in
      let waiters = try spawnWaiters(2, at: barrier, crew)
      let start = Deadline.now
      #expect(reason { try barrier.arriveAndWait(for: TestTime.short) } == .timedOut)
      #expect(Deadline.now - start >= TestTime.short)
      #expect(Deadline.now - start < TestTime.short + TestTime.slack)
      for waiter in waiters { #expect(try waiter.result() == .broken) }
      #expect(barrier.isBroken)
      #expect(barrier.waiterCount == 0)
      #expect(reason { try barrier.arriveAndWait() } == .broken)
    }
  }

  @Test func `for everybody when one party is cancelled`() throws {
    let barrier = Barrier(parties: 3)
    try withCrew { crew in
      let waiters = try spawnWaiters(1, at: barrier, crew)
      let leaver = try crew.spawn { reason { try barrier.arriveAndWait(until: .never) } }
      try eventually { barrier.waiterCount == 2 }
      leaver.cancel()
      #expect(try leaver.result() == .cancelled)
      #expect(try waiters[0].result() == .broken)
      #expect(barrier.isBroken)
    }
  }

  @Test func `not when a party without a deadline is cancelled`() throws {
    let barrier = Barrier(parties: 3)
    try withCrew { crew in
      let waiters = try spawnWaiters(2, at: barrier, crew)
      waiters[0].cancel()
      #expect(remains { !barrier.isBroken && barrier.waiterCount == 2 })
      #expect(try barrier.arriveAndWait() == 2)
      for waiter in waiters { #expect(try waiter.result() == nil) }
    }
  }

  @Test func `when its action throws, and says so to the party that ran it`() throws {
    let runs = PlainCount()
    let barrier = Barrier(parties: 3) {
      runs.increment()
      if runs.count == 1 { throw Failure() }
    }
    try withCrew { crew in
      let waiters = try spawnWaiters(2, at: barrier, crew)
      let failure = error { try barrier.arriveAndWait() }
      #expect(failure?.reason == .actionFailed)
      #expect(failure?.underlyingError as? Failure == Failure())
      #expect(failure?.description == "the barrier's action failed: Failure()")
      for waiter in waiters { #expect(try waiter.result() == .broken) }
      #expect(barrier.isBroken)
      barrier.reset()
      let next = try spawnWaiters(2, at: barrier, crew)
      #expect(try barrier.arriveAndWait() == 2)
      for waiter in next { #expect(try waiter.result() == nil) }
    }
  }

  @Test(arguments: [false, true])
  func `when it is aborted or reset while its action runs`(isReset: Bool) throws {
    let (isActing, mayEnd) = (Event(), Event())
    let barrier = Barrier(parties: 2) {
      isActing.set()
      mayEnd.wait()
    }
    try withCrew { crew in
      let waiter = try crew.spawn { reason { try barrier.arriveAndWait() } }
      try eventually { barrier.waiterCount == 1 }
      let last = try crew.spawn { reason { try barrier.arriveAndWait() } }
      isActing.wait()
      if isReset { barrier.reset() } else { barrier.abort() }
      // The other party need not wait for the end of the action.
      #expect(try waiter.result() == .broken)
      #expect(!last.isFinished)
      mayEnd.set()
      #expect(try last.result() == .broken)
      #expect(barrier.isBroken == !isReset)
      barrier.reset()
      let next = try spawnWaiters(1, at: barrier, crew)
      #expect(reason { try barrier.arriveAndWait() } == nil)
      #expect(try next[0].result() == nil)
    }
  }

  @Test func `and abort and reset after one another leave it as new`() throws {
    let barrier = Barrier(parties: 4)
    try withCrew { crew in
      for _ in 0..<10 {
        let waiters = try spawnWaiters(2, at: barrier, crew)
        barrier.abort()
        barrier.abort()
        for waiter in waiters { #expect(try waiter.result() == .broken) }
        barrier.reset()
        barrier.reset()
        let next = try spawnWaiters(3, at: barrier, crew)
        #expect(try barrier.arriveAndWait() == 3)
        for waiter in next { #expect(try waiter.result() == nil) }
      }
    }
  }

  @Test func `with words for each reason`() {
    let barrier = Barrier(parties: 2)
    #expect(
      description { try barrier.arriveAndWait(until: .now) }.contains("did not arrive in time")
    )
    #expect(description { try barrier.arriveAndWait() }.contains("the barrier is broken"))
  }
}

/// Why a party did not meet the others; `nil` if it did.
private func reason(_ arrive: () throws -> Int) -> BarrierError.Reason? {
  error(arrive)?.reason
}

/// What the error of a party says.
private func description(_ arrive: () throws -> Int) -> String {
  error(arrive)?.description ?? "no error"
}

private func error(_ arrive: () throws -> Int) -> BarrierError? {
  do {
    _ = try arrive()
    return nil
  } catch {
    return error as? BarrierError
  }
}
