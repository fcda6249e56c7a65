import Interlock
import InterlockChecker
import Testing

/// What is said when no thread can go on.
@Suite struct `A report of threads that cannot go on` {
  @Test func `says who holds what and waits for what, all the way round`() throws {
    #expect(
      wholeReport(of: ReportedBodies.inversion) == """
        deadlock: "red" holds Lock "left" since ReportedBodies.swift:37 and waits in Lock.acquire() \
        on "right" at ReportedBodies.swift:37; "blue" holds Lock "right" since \
        ReportedBodies.swift:38 and waits in Lock.acquire() on "left" at ReportedBodies.swift:38

        Also, "main" waits in ThreadHandle.join() on "red" at ReportedBodies.swift:36.
        Also, "green" waits in Lock.acquire() on "left" at ReportedBodies.swift:39, which "red" \
        holds since ReportedBodies.swift:37.

        step  main                             red                               blue                             green
        ────  ───────────────────────────────  ────────────────────────────────  ───────────────────────────────  ───────────────────────────────
        1     ThreadHandle.start() on "red"
                ReportedBodies.swift:37
        2     ThreadHandle.start() on "blue"
                ReportedBodies.swift:38
        3     ThreadHandle.start() on "green"
                ReportedBodies.swift:39
        4                                      Lock.acquire() on "left"
                                                 ReportedBodies.swift:37
        5                                                                        Lock.acquire() on "right"
                                                                                   ReportedBodies.swift:38
                                               Lock.acquire() on "right": waits
                                                 ReportedBodies.swift:37
                                                                                 Lock.acquire() on "left": waits
                                                                                   ReportedBodies.swift:38
              ThreadHandle.join() on "red":
                waits
                ReportedBodies.swift:36
                                                                                                                  Lock.acquire() on "left": waits
                                                                                                                    ReportedBodies.swift:39

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `speaks of a lost wake-up if a notification found nobody`() throws {
    #expect(
      wholeReport(of: ReportedBodies.lostNotification) == """
        lost wake-up: "guest" waits in Condition.wait() on "open" at ReportedBodies.swift:47, and \
        the notification by "host" came before, in step 4 at ReportedBodies.swift:48, and found \
        nobody waiting

        Also, "main" waits in ThreadHandle.join() on "guest" at ReportedBodies.swift:46.

        step  main                             guest                               host
        ────  ───────────────────────────────  ──────────────────────────────────  ───────────────────────────────
        1     ThreadHandle.start() on "guest"
                ReportedBodies.swift:47
        2     ThreadHandle.start() on "host"
                ReportedBodies.swift:48
        3                                                                          Lock.acquire() on "door"
                                                                                     ReportedBodies.swift:48
        4                                                                          Condition.notify() on "open":
                                                                                     finds nobody waiting
                                                                                     ReportedBodies.swift:48
        5                                                                          Lock.release() on "door"
                                                                                     ReportedBodies.swift:48
        6                                                                          ThreadHandle.finish() on "host"
        7                                      Lock.acquire() on "door"
                                                 ReportedBodies.swift:47
        8                                      Condition.wait() on "open": sleeps
                                                 ReportedBodies.swift:47
              ThreadHandle.join() on "guest":
                waits
                ReportedBodies.swift:46

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `speaks of a lost wake-up if an event was cleared before anybody saw it`() throws {
    #expect(
      wholeReport(of: ReportedBodies.clearedEvent) == """
        lost wake-up: "car" waits in Event.wait() on "green" at ReportedBodies.swift:54, and "main" \
        set it before, in step 2 at ReportedBodies.swift:55, but "main" cleared it again in step 3 \
        at ReportedBodies.swift:56

        Also, "main" waits in ThreadHandle.join() on "car" at ReportedBodies.swift:57.

        step  main                           car
        ────  ─────────────────────────────  ───────────────────────────────
        1     ThreadHandle.start() on "car"
                ReportedBodies.swift:54
        2     Event.set() on "green"
                ReportedBodies.swift:55
        3     Event.clear() on "green"
                ReportedBodies.swift:56
        4                                    Event.wait() on "green": sleeps
                                               ReportedBodies.swift:54
              ThreadHandle.join() on "car":
                waits
                ReportedBodies.swift:57

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `says what nobody does any more`() throws {
    #expect(
      wholeReport(of: ReportedBodies.emptyQueue) == """
        no thread can go on: "cook" waits in BlockingQueue.take() on "orders" at \
        ReportedBodies.swift:62, and nobody puts anything into it or closes it any more

        Also, "main" waits in ThreadHandle.join() on "cook" at ReportedBodies.swift:63.

        step  main                            cook
        ────  ──────────────────────────────  ─────────────────────────────────
        1     ThreadHandle.start() on "cook"
                ReportedBodies.swift:62
        2                                     BlockingQueue.take() on "orders":
                                                sleeps
                                                ReportedBodies.swift:62
              ThreadHandle.join() on "cook":
                waits
                ReportedBodies.swift:63

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `says what somebody keeps who waits for what nobody does`() throws {
    #expect(
      wholeReport(of: ReportedBodies.keptLock) == """
        no thread can go on: "waiter" holds Lock "outer" since ReportedBodies.swift:70 and waits in \
        Condition.wait() on "ready" at ReportedBodies.swift:70, and nobody notifies it any more

        Also, "main" waits in ThreadHandle.join() on "waiter" at ReportedBodies.swift:69.
        Also, "helper" waits in Lock.acquire() on "outer" at ReportedBodies.swift:72, which "waiter" \
        holds since ReportedBodies.swift:70.

        step  main                              waiter                        helper
        ────  ────────────────────────────────  ────────────────────────────  ────────────────────────────────
        1     ThreadHandle.start() on "waiter"
                ReportedBodies.swift:70
        2     ThreadHandle.start() on "helper"
                ReportedBodies.swift:71
        3                                       Lock.acquire() on "outer"
                                                  ReportedBodies.swift:70
        4                                       Lock.acquire() on "inner"
                                                  ReportedBodies.swift:70
        5                                       Condition.wait() on "ready":
                                                  sleeps
                                                  ReportedBodies.swift:70
              ThreadHandle.join() on "waiter":
                waits
                ReportedBodies.swift:69
                                                                              Lock.acquire() on "outer": waits
                                                                                ReportedBodies.swift:72

        Found in execution N. To see it again: explore(strategy: .replay("s1…")) { … }
        """
    )
  }

  @Test func `does not speak of a lost wake-up if somebody else has used it up`() throws {
    let found = try #require(counterexample(Exploration(stepLimit: 1000), ReportedBodies.latecomer))
    #expect(
      found.summary == """
        no thread can go on: "second" waits in Condition.wait() on "served" at \
        ReportedBodies.swift:84, and nobody notifies it any more
        """
    )
  }
}
