import Glibc
import Testing

@testable import Interlock

/// The interface through which a checker takes over: everything that threads do to each other goes
/// through it, with nothing left to chance.
@Suite struct SeamTests {
  /// Two threads that take turns at every operation, through a lock, a condition and a join.
  private func playPingPong(
    _ choice: TurnWorld.Choice
  ) -> (
    log: [String], isStuck: Bool, rallies: [String]
  ) {
    let rallies = Mutex<[String]>([])
    let world = TurnWorld(level: .operations, choosing: choice)
    let result = world.run {
      let lock = Lock(name: "table")
      let changed = Condition(lock)
      let side = PlainCell(0)
      @Sendable func play(_ name: String, _ mine: Int) {
        for _ in 0..<3 {
          lock.withLock {
            changed.wait { side.value != mine }
            side.value = 1 - mine
            rallies.withLock { $0.append(name) }
            changed.notify()
          }
        }
      }
      let partner = try? spawn(name: "pong") { play("pong", 1) }
      play("ping", 0)
      partner?.join()
    }
    return (result.log, result.isStuck, rallies.withLock { $0 })
  }

  @Test func `a controlled world runs two threads turn by turn through lock, condition and join`() {
    let (log, isStuck, rallies) = playPingPong(.last)
    #expect(!isStuck)
    #expect(rallies == ["ping", "pong", "ping", "pong", "ping", "pong"])
    for step in ["first start", "first acquire", "pong acquire", "pong wait", "first notify"] {
      #expect(log.contains(step), "\(log)")
    }
    #expect(log.contains("pong finish") && log.contains("first join"))
  }

  @Test func `the same choices give the same run`() {
    let runs = (0..<3).map { _ in playPingPong(.random(SplitMix(seed: 7))).log }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test func `in a controlled world an hour passes at once`() {
    let outcomes = Mutex<[Bool]>([])
    let world = TurnWorld(level: .operations, choosing: .first)
    let (_, isStuck) = world.run {
      let start = Deadline.now
      let wasSet = Event().wait(for: .seconds(3600))
      let slept = CurrentThread.sleep(for: .seconds(3600))
      let took = Deadline.now - start
      outcomes.withLock { $0 = [wasSet, slept, took == .seconds(7200)] }
    }
    #expect(!isStuck)
    #expect(outcomes.withLock { $0 } == [false, true, true])
  }

  @Test func `a controlled world notices that nobody can go on`() {
    let world = TurnWorld(level: .operations, choosing: .first)
    let (log, isStuck) = world.run {
      let first = Lock()
      let second = Lock()
      let bothHold = Barrier(parties: 2)
      let other = try? spawn(name: "other") {
        second.acquire()
        _ = try? bothHold.arriveAndWait()
        if first.acquire(until: .never) { first.release() }
        second.release()
      }
      first.acquire()
      _ = try? bothHold.arriveAndWait()
      if second.acquire(until: .never) { second.release() }
      first.release()
      other?.join()
    }
    #expect(isStuck, "\(log)")
  }

  @Test func `threads outside of a watched world do not notice it`() {
    let world = TurnWorld(level: .words, choosing: .first)
    let binding = WorldBinding(world)
    withExtendedLifetime(binding) {
      let count = Atomic(0)
      let lock = Lock()
      lock.withLock { _ = count.wrappingAdd(1, ordering: .relaxed) }
      #expect(count.load(ordering: .relaxed) == 1)
      #expect(!lock.isHeld)
    }
  }
}

/// The primitives one level down, at the atomic word: thousands of schedules, each reproducible from
/// its seed.
@Suite struct WordLevelTests {
  /// How many schedules each test runs: a few, or as many as `INTERLOCK_SCHEDULES` says.
  private static let schedules: Int = {
    let asked = unsafe getenv("INTERLOCK_SCHEDULES").flatMap { unsafe Int(String(cString: $0)) }
    return max(1, asked ?? 300)
  }()

  private func explore(_ body: @escaping @Sendable (_ seed: UInt64) -> Void) {
    for seed in 1...UInt64(Self.schedules) {
      let world = TurnWorld(level: .words, choosing: .random(SplitMix(seed: seed)))
      let (_, isStuck) = world.run { body(seed) }
      #expect(!isStuck, "schedule of seed \(seed)")
      if isStuck { return }
    }
  }

  @Test(arguments: [Lock.Fairness.barging, .fair])
  func `a lock excludes and loses no wake-up at the level of its word`(fairness: Lock.Fairness) {
    explore { seed in
      let lock = Lock(fairness: fairness)
      let inside = PlainCell(0)
      let total = PlainCell(0)
      let threads = (0..<3).compactMap { _ in
        try? spawn {
          for _ in 0..<2 {
            lock.acquire()
            #expect(inside.value == 0, "seed \(seed)")
            inside.value = 1
            total.value += 1
            inside.value = 0
            lock.release()
          }
        }
      }
      for thread in threads { thread.join() }
      #expect(total.value == 6, "seed \(seed)")
    }
  }

  @Test func `a thread that gives up takes no wake-up along`() {
    explore { seed in
      let lock = Lock()
      let total = PlainCell(0)
      let hasty = try? spawn {
        if lock.acquire(for: .nanoseconds(1)) {
          total.value += 1
          lock.release()
        }
      }
      let patient = try? spawn { lock.withLock { total.value += 1 } }
      lock.withLock { total.value += 1 }
      hasty?.join()
      patient?.join()
      #expect(total.value >= 2, "seed \(seed)")
    }
  }

  @Test func `a barrier lets everybody go at the level of its words`() {
    explore { seed in
      let barrier = Barrier(parties: 2)
      let rounds = PlainCell(0)
      let other = try? spawn {
        for _ in 0..<2 { _ = try? barrier.arriveAndWait() }
      }
      for _ in 0..<2 where (try? barrier.arriveAndWait()) != nil {
        rounds.value += 1
      }
      other?.join()
      #expect(rounds.value == 2, "seed \(seed)")
    }
  }

  @Test func `a monitor forgets nobody at the level of its words`() {
    explore { seed in
      let stock = Monitor(0)
      let buyer = try? spawn { stock.withLock(when: { $0 >= 2 }) { $0 -= 2 } }
      let other = try? spawn { stock.withLock(when: { $0 >= 1 }) { $0 -= 1 } }
      for _ in 0..<3 { stock.withLock { $0 += 1 } }
      buyer?.join()
      other?.join()
      #expect(stock.withLock { $0 } == 0, "seed \(seed)")
    }
  }

  @Test func `a semaphore hands out each permit once at the level of its words`() {
    explore { seed in
      let permits = Semaphore(permits: 2)
      let used = Atomic(0)
      let threads = (1...3).compactMap { count in
        try? spawn {
          let wanted = min(count, 2)
          guard permits.acquire(wanted, for: .nanoseconds(count)) else { return }
          let inUse = used.wrappingAdd(wanted, ordering: .relaxed).newValue
          #expect(inUse <= 2, "seed \(seed)")
          used.wrappingSubtract(wanted, ordering: .relaxed)
          permits.release(wanted)
        }
      }
      permits.acquire()
      permits.release()
      for thread in threads { thread.join() }
      #expect(permits.availablePermits == 2, "seed \(seed)")
    }
  }
}
