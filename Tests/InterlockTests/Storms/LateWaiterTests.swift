import Testing

@testable import Interlock

/// Races that need luck, and are given some: the guard of the line is held until both sides are there.
@Suite struct `A thread that gives up at the moment when it is chosen` {
  private static let rounds = 40

  /// Lets other threads run until they have come as far as they can.
  private func letOthersRun() {
    for _ in 0..<100 { CurrentThread.yield() }
  }

  @Test func `does not leave those behind it asleep`() throws {
    for _ in 0..<Self.rounds {
      let lock = Lock(name: "vault")
      let (isHeld, mayRelease, mayEnd) = (Event(), Event(), Event())
      try withCrew { crew in
        let holder = try crew.spawn("holder") {
          lock.acquire()
          isHeld.set()
          mayRelease.wait()
          lock.release()
          // The thread that was chosen finds the lock taken again.
          let isTaken = lock.tryAcquire()
          mayEnd.wait()
          if isTaken { lock.release() }
        }
        isHeld.wait()
        let deadline = Deadline.after(TestTime.short / 20)
        let hasty = try crew.spawn("hasty") { lock.withLock(until: deadline) {} }
        try eventually { lock.waiterCount == 1 || hasty.isFinished }
        let patient = try crew.spawn("patient") { lock.withLock {} }
        try eventually { lock.waiters.contains(patient.identity) }
        lock.lineGuard.acquire()
        try eventually { deadline.hasPassed }
        mayRelease.set()
        letOthersRun()
        lock.lineGuard.release()
        _ = try hasty.result()
        mayEnd.set()
        try holder.result()
        try patient.result()
      }
    }
  }

  @Test func `keeps the notification, or leaves it to another`() throws {
    for _ in 0..<Self.rounds {
      let condition = Condition(Lock(name: "vault"))
      let lock = condition.lock
      let mayNotify = Event()
      try withCrew { crew in
        let deadline = Deadline.after(TestTime.short / 20)
        let hasty = try crew.spawn("hasty") {
          lock.withLock { condition.wait(until: deadline) }
        }
        try eventually { condition.waiterCount == 1 || hasty.isFinished }
        let patient = try crew.spawn("patient") {
          lock.withLock { condition.wait(until: .never) }
        }
        try eventually { condition.waiters.contains(patient.identity) }
        let notifier = try crew.spawn("notifier") {
          lock.withLock {
            mayNotify.wait()
            condition.notify()
          }
        }
        try eventually { lock.owner == notifier.identity }
        lock.lineGuard.acquire()
        try eventually { deadline.hasPassed }
        mayNotify.set()
        letOthersRun()
        lock.lineGuard.release()
        try notifier.result()
        if try hasty.result() {
          #expect(condition.waiters == [patient.identity])
          lock.withLock { condition.notify() }
        }
        #expect(try patient.result())
      }
    }
  }
}
