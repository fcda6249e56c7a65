import Glibc
import Testing

@testable import Interlock

/// Detection is a switch of the whole process, so each of these is a process.
@Suite struct `Deadlock detection` {
  /// What was said, without the warning that the tests block a thread of tasks.
  private static func text(_ bytes: [UInt8]) -> String {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return lines.filter { !$0.contains("cooperative pool") }.joined(separator: "\n")
  }

  @Test func `tells of a deadlock that has not happened yet, once, with all places`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      endWhenStuck()
      DeadlockDetection.enable()
      try acquireInBothOrders()
    }
    let text = Self.text(result.standardErrorContent)
    #expect(text.split(separator: "LOCK ORDER", omittingEmptySubsequences: false).count == 2)
    #expect(text.contains("\"blue\" acquires Lock \"left\" in "))
    #expect(text.contains("while it holds Mutex \"right\", acquired in "))
    #expect(text.contains("\"red\" acquires Mutex \"right\" in "))
    #expect(text.contains("acquireInBothOrders() at DeadlockDetectionTests.swift:"))
  }

  @Test func `tells of a deadlock that happens`() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(7),
      observing: [\.standardErrorContent]
    ) {
      endWhenStuck()
      DeadlockDetection.enable(
        .call { finding in
          guard case .deadlock = finding else { return }
          StandardError.write("\(finding)\n")
          exit(7)
        }
      )
      let left = Lock(name: "left")
      let right = Lock(name: "right")
      let hasBoth = Barrier(parties: 2)
      let red = try spawn(name: "red") {
        try left.withLock { () throws(BarrierError) in
          _ = try hasBoth.arriveAndWait()
          right.withLock {}
        }
      }
      try right.withLock {
        _ = try hasBoth.arriveAndWait()
        left.withLock {}
      }
      try red.join()
    }
    let text = Self.text(result.standardErrorContent)
    #expect(text.contains("DEADLOCK: "))
    #expect(text.contains("\"red\" waits for Lock \"right\" in "))
    #expect(text.contains("which \"red\" holds, acquired in "))
  }

  @Test func `ends the program if asked to`() async throws {
    let result = try await #require(
      processExitsWith: .failure,
      observing: [\.standardErrorContent]
    ) {
      endWhenStuck()
      DeadlockDetection.enable(.trap)
      let left = Lock(name: "left")
      let right = Lock(name: "right")
      try spawn { left.withLock { right.withLock {} } }.join()
      right.withLock { left.withLock {} }
    }
    #expect(Self.text(result.standardErrorContent).contains("LOCK ORDER"))
  }

  @Test func `sees a lock that is acquired again after a wait`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      endWhenStuck()
      DeadlockDetection.enable()
      let lock = Lock(name: "stock")
      let isStocked = Condition(lock)
      let ledger = Lock(name: "ledger")
      let customer = try spawn(name: "customer") {
        lock.withLock { ledger.withLock { _ = isStocked.wait(for: .milliseconds(1)) } }
      }
      customer.join()
      try spawn(name: "supplier") { lock.withLock { ledger.withLock { isStocked.notify() } } }
        .join()
    }
    #expect(Self.text(result.standardErrorContent).contains("acquires Lock \"stock\""))
  }

  @Test func `does not take an old place for that of a lock that was acquired unseen`() async throws
  {
    await #expect(processExitsWith: .success) {
      endWhenStuck()
      let ledger = Lock(name: "ledger")
      DeadlockDetection.enable()
      ledger.acquire()
      DeadlockDetection.disable()
      ledger.release()
      let deadlock = try ledger.withLock { () throws -> Deadlock? in
        let child = try spawn { () -> Deadlock? in
          do throws(Deadlock) {
            try ledger.acquireUnlessDeadlocked()
            ledger.release()
            return nil
          } catch {
            return error
          }
        }
        return child.join()
      }
      let link = try #require(deadlock?.links.first { $0.resource == "Lock \"ledger\"" })
      #expect(link.heldSince == nil)
    }
  }

  @Test func `says nothing of what is right while it is turned on and off`() async throws {
    await #expect(processExitsWith: .success) {
      endWhenStuck()
      let locks = (0..<3).map { _ in Lock() }
      let isOver = Event()
      let threads = try (0..<3).map { number in
        try spawn {
          var random = SplitMix(seed: UInt64(number))
          while !isOver.isSet {
            let first = Int(random.next() % 2)
            let second = first + 1 + Int(random.next() % UInt64(2 - first))
            locks[first].withLock { locks[second].withLock {} }
          }
        }
      }
      for _ in 0..<30_000 {
        DeadlockDetection.enable(.trap)
        CurrentThread.yield()
        DeadlockDetection.disable()
      }
      isOver.set()
      for thread in threads { thread.join() }
    }
  }

  @Test func `says nothing of what is right`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      endWhenStuck()
      DeadlockDetection.enable()
      #expect(DeadlockDetection.isEnabled)
      let gate = Lock()
      let left = Lock()
      let right = RecursiveLock()
      let table = ReadWriteLock(0)
      for _ in 0..<2 {
        try spawn { gate.withLock { left.withLock { right.withLock { right.withLock {} } } } }
          .join()
        try spawn { gate.withLock { right.withLock { left.withLock {} } } }.join()
        // Attempts do not wait.
        try spawn { table.withWriteLock { _ in _ = gate.withLockIfAvailable {} } }.join()
        try spawn { gate.withLock { table.withReadLock { _ in } } }.join()
      }
      // Locks that come and go, at the same places in memory.
      for round in 0..<200 {
        let first = Lock()
        let second = Lock()
        try spawn {
          let (one, other) = round.isMultiple(of: 2) ? (first, second) : (second, first)
          one.withLock { other.withLock {} }
        }.join()
      }
      DeadlockDetection.disable()
      #expect(!DeadlockDetection.isEnabled)
      try spawn { right.withLock { left.withLock {} } }.join()
    }
    #expect(Self.text(result.standardErrorContent) == "")
  }
}

/// Not in the body of an exit test, whose lines are those of a macro.
private func acquireInBothOrders() throws {
  let left = Lock(name: "left")
  let right = Mutex(0, name: "right")
  for _ in 0..<3 {
    try spawn(name: "red") { left.withLock { right.withLock { $0 += 1 } } }.join()
    try spawn(name: "blue") { right.withLock { _ in left.withLock {} } }.join()
  }
}
