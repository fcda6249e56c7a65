import Interlock
import InterlockChecker
import Testing

/// What is said when an execution has failed.
@Suite struct `A report of a failure` {
  @Test func `tells how an update was lost`() throws {
    #expect(
      wholeReport(of: ReportedBodies.lostUpdate) == """
        an update was lost (InterlockCheckerTests/ReportedBodies.swift:16)

        step  main                            red                             blue
        ────  ──────────────────────────────  ──────────────────────────────  ───────────────────────────────
        1     ThreadHandle.start() on "red"
                ReportedBodies.swift:10
        2     ThreadHandle.start() on "blue"
                ReportedBodies.swift:10
        3                                     Atomic.load(): is 0
                                                ReportedBodies.swift:11
        4                                                                     Atomic.load(): is 0
                                                                                ReportedBodies.swift:11
        5                                                                     Atomic.store(): becomes 1
                                                                                ReportedBodies.swift:12
        6                                                                     ThreadHandle.finish() on "blue"
        7                                     Atomic.store(): becomes 1
                                                ReportedBodies.swift:12
        8                                     ThreadHandle.finish() on "red"
        9     ThreadHandle.join() on "red"
                ReportedBodies.swift:8
        10    ThreadHandle.join() on "blue"
                ReportedBodies.swift:8
        11    Atomic.load(): is 1
                ReportedBodies.swift:16

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `tells how the program would have ended`() throws {
    #expect(
      wholeReport(of: ReportedBodies.crash) == """
        thread "main" ends the program: InterlockCheckerTests/ReportedBodies.swift:22: Fatal error: \
        it is broken

        step  main                               breaker
        ────  ─────────────────────────────────  ──────────────────────────────────
        1     ThreadHandle.start() on "breaker"
                ReportedBodies.swift:21
        2                                        Atomic.store(): becomes 1
                                                   ReportedBodies.swift:21
        3                                        ThreadHandle.finish() on "breaker"
        4     Atomic.load(): is 1
                ReportedBodies.swift:22

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `tells who touched a cell`() throws {
    #expect(
      try #require(counterexample(Exploration(stepLimit: 1000), ReportedBodies.race)).table == """
        step  main                              writer
        ────  ────────────────────────────────  ─────────────────────────────
        1     ThreadHandle.start() on "writer"
                ReportedBodies.swift:28
        2     reads a PlainCell: is 0
                ReportedBodies.swift:29
        3                                       writes a PlainCell: becomes 1
                                                  ReportedBodies.swift:28
        """
    )
  }

  @Test func `names the lock that a thread has kept at its end`() throws {
    #expect(
      wholeReport(of: ReportedBodies.leak) == """
        leaked lock: "writer" has ended and still holds Lock "log" since ReportedBodies.swift:153

        step  main                              writer
        ────  ────────────────────────────────  ─────────────────────────────────
        1     ThreadHandle.start() on "writer"
                ReportedBodies.swift:153
        2                                       Lock.acquire() on "log"
                                                  ReportedBodies.swift:153
        3                                       ThreadHandle.finish() on "writer"

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `names the thread that nobody has joined, if that is asked for`() throws {
    var exploration = Exploration()
    exploration.reportsUnjoinedThreads = true
    #expect(
      wholeReport(of: ReportedBodies.unjoined, exploration) == """
        nobody joins "forgotten"

        step  main                              joined                             forgotten
        ────  ────────────────────────────────  ─────────────────────────────────  ────────────────────────
        1     ThreadHandle.start() on "joined"
                ReportedBodies.swift:158
        2     ThreadHandle.start() on
                "forgotten"
                ReportedBodies.swift:159
        3                                       ThreadHandle.finish() on "joined"
        4     ThreadHandle.join() on "joined"
                ReportedBodies.swift:160
        5                                                                          ThreadHandle.finish() on
                                                                                     "forgotten"

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `does not mind threads that nobody joins, unless it is asked to`() throws {
    let coverage = try Exploration().run(ReportedBodies.unjoined)
    #expect(coverage.verdict == .proved)
  }
}
