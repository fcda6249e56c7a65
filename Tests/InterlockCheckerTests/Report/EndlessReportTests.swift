import Interlock
import InterlockChecker
import Testing

/// What is said when there are too many steps.
@Suite struct `A report of an execution that does not end` {
  @Test func `says who spins, and that it ends when others have their turn`() throws {
    #expect(
      wholeReport(of: ReportedBodies.spinning, Exploration(stepLimit: 100)) == """
        after 100 steps there is no end in sight: "main" goes round in circles, 49 times: \
        Mutex.acquire() on "ready" at ReportedBodies.swift:103; Mutex.release() on "ready" at \
        ReportedBodies.swift:103

        When all threads take turns it ends: so whoever goes round should let others go first, with \
        CurrentThread.yield(), or better wait for what they do.
        If the body is only long, give it a greater stepLimit.

        step  main
        ────  ────────────────────────────────
        1     ThreadHandle.start() on "setter"
                ReportedBodies.swift:102
        2     Mutex.acquire() on "ready"
                ReportedBodies.swift:103
        3     Mutex.release() on "ready"
                ReportedBodies.swift:103
        4     Mutex.acquire() on "ready"
                ReportedBodies.swift:103
        5     Mutex.release() on "ready"
                ReportedBodies.swift:103
              … the same steps 47 times more

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `says that nobody else can end it`() throws {
    #expect(
      wholeReport(of: ReportedBodies.spinningAlone, Exploration(stepLimit: 100)) == """
        after 100 steps there is no end in sight: "main" goes round in circles, 50 times: \
        Atomic.load() at ReportedBodies.swift:109: is 0; CurrentThread.yield() at \
        ReportedBodies.swift:109

        No other thread can go on meanwhile, so nothing ends it.
        If the body is only long, give it a greater stepLimit.

        step  main
        ────  ──────────────────────────────
        1     Atomic.load(): is 0
                ReportedBodies.swift:109
        2     CurrentThread.yield()
                ReportedBodies.swift:109
        3     Atomic.load(): is 0
                ReportedBodies.swift:109
        4     CurrentThread.yield()
                ReportedBodies.swift:109
              … the same steps 48 times more

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `says which steps are done again and again`() throws {
    #expect(
      wholeReport(of: ReportedBodies.polite, Exploration(stepLimit: 100)) == """
        after 100 steps there is no end in sight: "blue" goes round in circles, 31 times: \
        Lock.acquire() on "right" at ReportedBodies.swift:121; Lock.tryAcquire() on "left" at \
        ReportedBodies.swift:122: in vain; Lock.release() on "right" at ReportedBodies.swift:123

        When all threads take turns it ends: so whoever goes round should let others go first, with \
        CurrentThread.yield(), or better wait for what they do.
        If the body is only long, give it a greater stepLimit.

        step  main                            red                            blue
        ────  ──────────────────────────────  ─────────────────────────────  ───────────────────────────────
        1     ThreadHandle.start() on "red"
                ReportedBodies.swift:129
        2     ThreadHandle.start() on "blue"
                ReportedBodies.swift:130
        3                                     Lock.acquire() on "left"
                                                ReportedBodies.swift:121
        4                                     Lock.tryAcquire() on "right":
                                                succeeds
                                                ReportedBodies.swift:122
        5                                     Lock.release() on "right"
                                                ReportedBodies.swift:125
        6                                                                    Lock.acquire() on "right"
                                                                               ReportedBodies.swift:121
        7                                                                    Lock.tryAcquire() on "left": in
                                                                               vain
                                                                               ReportedBodies.swift:122
        8                                                                    Lock.release() on "right"
                                                                               ReportedBodies.swift:123
        9                                                                    Lock.acquire() on "right"
                                                                               ReportedBodies.swift:121
        10                                                                   Lock.tryAcquire() on "left": in
                                                                               vain
                                                                               ReportedBodies.swift:122
        11                                                                   Lock.release() on "right"
                                                                               ReportedBodies.swift:123
                                                                             … the same steps 29 times more

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `says that nothing repeats itself, if that is so`() throws {
    #expect(
      wholeReport(of: ReportedBodies.counting, Exploration(stepLimit: 100)) == """
        after 100 steps there is no end in sight, and the threads do not repeat themselves

        If the body is only long, give it a greater stepLimit.

        step  main
        ────  ──────────────────────────
        1     Atomic update: 0 → 1
                ReportedBodies.swift:114
        2     Atomic update: 1 → 2
                ReportedBodies.swift:114
        3     Atomic update: 2 → 3
                ReportedBodies.swift:114
        4     Atomic update: 3 → 4
                ReportedBodies.swift:114
              … 92 steps
        97    Atomic update: 96 → 97
                ReportedBodies.swift:114
        98    Atomic update: 97 → 98
                ReportedBodies.swift:114
        99    Atomic update: 98 → 99
                ReportedBodies.swift:114
        100   Atomic update: 99 → 100
                ReportedBodies.swift:114

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `tells what goes round in circles from what is only long`() {
    let exploration = Exploration(stepLimit: 100)
    #expect(counterexample(exploration, ReportedBodies.spinning)?.kind == .livelock)
    #expect(counterexample(exploration, ReportedBodies.counting)?.kind == .tooLong)
  }
}
