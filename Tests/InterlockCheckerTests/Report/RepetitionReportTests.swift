import Interlock
import InterlockChecker
import Testing

/// What is said when a schedule is followed and another thing happens.
@Suite struct `A report of a body that does not do the same again` {
  @Test func `says what a thread did the first time and what now`() throws {
    #expect(
      wholeReport(of: ReportedBodies.moody { $0 % 3 == 0 }) == """
        the body did not do the same again under the same schedule: step 5: "moody" did \
        Lock.acquire() on "a" (ReportedBodies.swift:184) the first time and Atomic.store() \
        (ReportedBodies.swift:182) now

        It must not depend on time, random numbers, addresses, the order of hash tables, or what \
        earlier executions have left.

        step  main                              moody
        ────  ────────────────────────────────  ──────────────────────────
        1     Mutex.acquire()
                ReportedBodies.swift:172
        2     Mutex.release()
                ReportedBodies.swift:172
        3     ThreadHandle.start() on "steady"
                ReportedBodies.swift:179
        4     ThreadHandle.start() on "moody"
                ReportedBodies.swift:180
        5                                       Atomic.store(): becomes 1
                                                  ReportedBodies.swift:182

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `knows what the first execution did, though it cannot be seen again`() throws {
    #expect(
      wholeReport(of: ReportedBodies.moody { $0 > 4 }) == """
        the body did not do the same again under the same schedule: step 7: "moody" did \
        Lock.acquire() on "a" (ReportedBodies.swift:184) the first time and Atomic.store() \
        (ReportedBodies.swift:182) now

        It must not depend on time, random numbers, addresses, the order of hash tables, or what \
        earlier executions have left.

        step  main                              steady                      moody
        ────  ────────────────────────────────  ──────────────────────────  ──────────────────────────
        1     Mutex.acquire()
                ReportedBodies.swift:172
        2     Mutex.release()
                ReportedBodies.swift:172
        3     ThreadHandle.start() on "steady"
                ReportedBodies.swift:179
        4     ThreadHandle.start() on "moody"
                ReportedBodies.swift:180
        5                                       Lock.acquire() on "a"
                                                  ReportedBodies.swift:179
        6                                       Lock.release() on "a"
                                                  ReportedBodies.swift:179
        7                                                                   Atomic.store(): becomes 1
                                                                              ReportedBodies.swift:182

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `says where an old schedule does not fit any more`() throws {
    let schedule = try #require(
      counterexample(Exploration(stepLimit: 1000), ReportedBodies.lostUpdate)
    ).schedule
    #expect(
      wholeReport(of: ReportedBodies.correctedLostUpdate, Exploration(strategy: .replay(schedule)))
        == """
        the schedule is not one of this body: step 6: it lets "blue" go on, which has ended

        Either the body was changed since, so that its threads do other operations, or it does not \
        do the same each time. Explore it anew.

        step  main                            red                         blue
        ────  ──────────────────────────────  ──────────────────────────  ───────────────────────────────
        1     ThreadHandle.start() on "red"
                ReportedBodies.swift:213
        2     ThreadHandle.start() on "blue"
                ReportedBodies.swift:213
        3                                     Atomic update: 0 → 1
                                                ReportedBodies.swift:213
        4                                                                 Atomic update: 1 → 2
                                                                            ReportedBodies.swift:213
        5                                                                 ThreadHandle.finish() on "blue"

        The schedule was "s1…".
        """
    )
  }

  @Test func `follows a schedule when the body was edited and its operations are the same`() throws
  {
    let schedule = try #require(
      counterexample(Exploration(stepLimit: 1000), ReportedBodies.lostUpdate)
    ).schedule
    #expect(
      wholeReport(of: ReportedBodies.editedLostUpdate, Exploration(strategy: .replay(schedule)))
        == """
        an update was lost (InterlockCheckerTests/ReportedBodies.swift:205)

        step  main                           one                             two
        ────  ─────────────────────────────  ──────────────────────────────  ──────────────────────────────
        1     ThreadHandle.start() on "one"
                ReportedBodies.swift:197
        2     ThreadHandle.start() on "two"
                ReportedBodies.swift:197
        3                                    Atomic.load(): is 0
                                               ReportedBodies.swift:198
        4                                                                    Atomic.load(): is 0
                                                                               ReportedBodies.swift:198
        5                                                                    Atomic.store(): becomes 1
                                                                               ReportedBodies.swift:200
        6                                                                    ThreadHandle.finish() on "two"
        7                                    Atomic.store(): becomes 1
                                               ReportedBodies.swift:200
        8                                    ThreadHandle.finish() on "one"
        9     ThreadHandle.join() on "one"
                ReportedBodies.swift:195
        10    ThreadHandle.join() on "two"
                ReportedBodies.swift:195
        11    Atomic.load(): is 1
                ReportedBodies.swift:204

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `says what is wrong with a schedule that is none`() throws {
    #expect(
      wholeReport(of: ReportedBodies.leak, Exploration(strategy: .replay("garbage"))) == """
        the schedule cannot be read: this is no schedule, which begins with s and a digit; copy the \
        whole text of the report

        The schedule was "s1…".
        """
    )
  }
}
