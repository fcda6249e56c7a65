import Testing

@testable import Interlock

/// Circles with waits that are for more than one thread, or for another thread than before.
@Suite struct `A circle of waits` {
  /// Whether the lock was refused; it is released again if it was not.
  private static func isRefused(_ lock: Lock) -> Bool {
    do throws(Deadlock) {
      try lock.acquireUnlessDeadlocked()
      lock.release()
      return false
    } catch {
      return true
    }
  }

  @Test func `is ended at every reader that is in the way of a writer`() throws {
    let table = ReadWriteLock(0, name: "table")
    let ledger = Lock(name: "ledger")
    let areInside = Barrier(parties: 3)
    try withCrew { @Sendable crew in
      let readers = try crew.spawn(count: 2, "reader") { _ in
        try table.withReadLock { _ in
          _ = try areInside.arriveAndWait()
          return Self.isRefused(ledger)
        }
      }
      try crew.spawn("keeper") {
        try ledger.withLock {
          _ = try areInside.arriveAndWait()
          try eventually { ledger.waiterCount == 2 }
          table.withWriteLock { $0 += 1 }
        }
      }
      for reader in readers { #expect(try reader.result()) }
    }
  }

  @Test func `is ended at a thread that asks although others stay in another circle`() throws {
    // Somebody is interested, whoever it is.
    WaitForGraph.beginInterest()
    defer { WaitForGraph.endInterest() }
    let table = ReadWriteLock(0, name: "table")
    let ledger = Lock(name: "ledger")
    let areInside = Barrier(parties: 3)
    // Two threads stay in their circle, with what they have.
    let keeper = try spawn(name: "keeper") {
      ledger.acquire()
      _ = try areInside.arriveAndWait()
      try eventually { ledger.waiterCount == 1 }
      table.withWriteLock { $0 += 1 }
    }
    let reader = try spawn(name: "reader") {
      try table.withReadLock { _ in
        _ = try areInside.arriveAndWait()
        ledger.acquire()
      }
    }
    let other = try spawn(name: "asks") {
      try table.withReadLock { _ in
        _ = try areInside.arriveAndWait()
        try eventually { !table.waiters.isEmpty }
        return Self.isRefused(ledger)
      }
    }
    #expect(try other.result())
    #expect(!keeper.isFinished && !reader.isFinished)
  }

  @Test func `is found where a condition was notified and its lock is not free`() throws {
    let stock = Lock(name: "stock")
    let isStocked = Condition(stock)
    let ledger = Lock(name: "ledger")
    try withCrew { @Sendable crew in
      try crew.spawn("customer") {
        ledger.withLock { stock.withLock { isStocked.wait() } }
      }
      let supplier = try crew.spawn("supplier") { () throws -> Bool in
        try eventually { isStocked.waiterCount == 1 }
        return stock.withLock {
          isStocked.notify()
          return Self.isRefused(ledger)
        }
      }
      #expect(try supplier.result())
    }
  }

  @Test func `is none while a writer in front of a reader may give up`() throws {
    let table = ReadWriteLock(0, name: "table")
    let ledger = Lock(name: "ledger")
    try withCrew { @Sendable crew in
      let reader = try crew.spawn("reader") { () throws -> Bool in
        try table.withReadLock { _ in
          try eventually { table.waiters.count == 2 }
          return Self.isRefused(ledger)
        }
      }
      let writer = try crew.spawn("writer") { () throws -> Bool in
        try eventually { table.readers.count == 1 }
        return table.withWriteLock(until: .after(TestTime.long)) { $0 += 1 } == nil
      }
      try crew.spawn("late") {
        try ledger.withLock {
          try eventually { table.waiters.count == 1 }
          table.withReadLock { _ in }
        }
      }
      try eventually { reader.isFinished || ledger.waiterCount == 1 }
      writer.cancel()
      #expect(try writer.result())
      #expect(try !reader.result())
    }
  }

  @Test func `is none with a thread that was cancelled before and gives up`() throws {
    let left = Lock(name: "left")
    let right = Lock(name: "right")
    let hasBoth = Barrier(parties: 2)
    try withCrew { @Sendable crew in
      let patient = try crew.spawn("patient") { () throws -> Bool in
        try left.withLock {
          _ = try hasBoth.arriveAndWait()
          return Self.isRefused(right)
        }
      }
      let cancelled = try crew.spawn("cancelled") { () throws -> Bool in
        try right.withLock {
          _ = try hasBoth.arriveAndWait()
          try eventually { CurrentThread.isCancelled && right.waiterCount == 1 }
          let hasLeft = left.acquire(until: .never)
          return !hasLeft && remains { right.waiterCount == 1 }
        }
      }
      cancelled.cancel()
      #expect(try cancelled.result())
      #expect(try !patient.result())
    }
  }
}
