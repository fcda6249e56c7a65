import Interlock
import Testing

@testable import InterlockChecker

/// What happened, as a table.
@Suite struct `A table of steps` {
  @Test func `is as narrow as it should be`() throws {
    #expect(
      try #require(counterexample(Exploration(stepLimit: 1000), ReportedBodies.race)).table(
        width: 60
      ) == """
        step  main                       writer
        ────  ─────────────────────────  ─────────────────────────
        1     ThreadHandle.start() on
                "writer"
                ReportedBodies.swift:28
        2     reads a PlainCell: is 0
                ReportedBodies.swift:29
        3                                writes a PlainCell:
                                           becomes 1
                                           ReportedBodies.swift:28
        """
    )
  }

  @Test func `is a list if there is no room for columns`() throws {
    #expect(
      try #require(counterexample(Exploration(stepLimit: 1000), ReportedBodies.race)).table(
        width: 30
      ) == """
        step  what happens
        ────  ────────────────────────
        1     "main"
                ThreadHandle.start()
                on "writer"
                ReportedB…ies.swift:28
        2     "main" reads a
                PlainCell: is 0
                ReportedB…ies.swift:29
        3     "writer" writes a
                PlainCell: becomes 1
                ReportedB…ies.swift:28
        """
    )
  }

  @Test func `says what came of each step`() throws {
    #expect(
      try #require(counterexample(Exploration(stepLimit: 1000), ReportedBodies.outcomes)).table
        == """
        step  main                               other
        ────  ─────────────────────────────────  ────────────────────────────────
        1     Lock.acquire() on "lock"
                ReportedBodies.swift:139
        2     ThreadHandle.start() on "other"
                ReportedBodies.swift:140
        3                                        Lock.tryAcquire() on "lock": in
                                                   vain
                                                   ReportedBodies.swift:140
        4                                        ThreadHandle.finish() on "other"
        5     ThreadHandle.join() on "other"
                ReportedBodies.swift:141
        6     Lock.release() on "lock"
                ReportedBodies.swift:142
        7     Semaphore.acquire() on "permits":
                0 left
                ReportedBodies.swift:143
        8     Semaphore.acquire() on "permits":
                sleeps
                ReportedBodies.swift:144
        9     Semaphore.acquire() on "permits":
                gives up waiting
                ReportedBodies.swift:144
        10    WaitGroup.add() on "group": 2 to
                go
                ReportedBodies.swift:145
        11    WaitGroup.done() on "group": 1 to
                go
                ReportedBodies.swift:146
        12    CurrentThread.sleep(): sleeps
                ReportedBodies.swift:147
        13    CurrentThread.sleep()
                ReportedBodies.swift:147
        14    Lock.tryAcquire() on "lock":
                succeeds
                ReportedBodies.swift:148
        """
    )
  }

  @Test func `has what threads do in a monitor, and not how the monitor does it`() throws {
    let example = try #require(counterexample(Exploration(), ReportedBodies.monitor))
    let others = example.steps.filter {
      !$0.action.hasPrefix("Monitor.") && !$0.action.hasPrefix("ThreadHandle.")
    }
    #expect(others.isEmpty)
    #expect(example.steps.contains { $0.action.hasPrefix("Monitor.wait()") })
  }

  @Test func `says which values threads have handed to each other, if they are short`() throws {
    let table = try #require(counterexample(Exploration(), ReportedBodies.values)).table
    #expect(
      table == """
        step  main                                cook
        ────  ──────────────────────────────────  ─────────────────────────────────
        1     ThreadHandle.start() on "cook"
                ReportedBodies.swift:225
        2     BlockingQueue.put("longer than…")
                on "names"
                ReportedBodies.swift:229
        3     BlockingQueue.put() on "flags"
                ReportedBodies.swift:230
        4     Barrier.arrive() on "start":
                sleeps, 1 of 2 there
                ReportedBodies.swift:231
        5                                         Barrier.arrive() on "start"
                                                    ReportedBodies.swift:226
        6                                         BlockingQueue.take() on "orders":
                                                    sleeps
                                                    ReportedBodies.swift:227
        7     Barrier.arrive() on "start": wakes
                up
                ReportedBodies.swift:231
        8     BlockingQueue.put(3) on "orders"
                ReportedBodies.swift:232
        9     BlockingQueue.put(4) on "orders":
                sleeps
                ReportedBodies.swift:232
        10                                        BlockingQueue.take() on "orders":
                                                    wakes up, got 3
                                                    ReportedBodies.swift:227
        11                                        BlockingQueue.take() on "orders":
                                                    sleeps
                                                    ReportedBodies.swift:227
        12    BlockingQueue.put(4) on "orders":
                wakes up
                ReportedBodies.swift:232
        13                                        BlockingQueue.take() on "orders":
                                                    wakes up, got 4
                                                    ReportedBodies.swift:227
        14                                        ThreadHandle.finish() on "cook"
        15    ThreadHandle.join() on "cook"
                ReportedBodies.swift:233
        16    BlockingQueue.tryTake() on
                "names": got "longer than…"
                ReportedBodies.swift:234
        """
    )
  }

  @Test(arguments: [
    (3 as any Sendable, "3"), (UInt8(200), "200"), (true, "true"), ("a", "\"a\""),
    ("a\nb", "\"a…\""),
    ("twelve marks", "\"twelve marks\""), ("thirteen here", "\"thirteen he…\""),
    ([1], nil), (Int?.none as any Sendable, nil),
  ])
  func `shows values of simple types, as far as there is room`(value: any Sendable, text: String?) {
    #expect(ShortValue.text(of: value) == text)
  }

  @Test(arguments: [20, 30, 45, 60, 80, 120, 200])
  func `is never wider than it may be`(width: Int) throws {
    let found = try #require(counterexample(Exploration(stepLimit: 1000), ReportedBodies.keptLock))
    let lines = found.table(width: width).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= max(width, 24) }, "\(found.table(width: width))")
  }
}
