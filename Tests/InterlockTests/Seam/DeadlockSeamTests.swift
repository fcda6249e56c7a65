import Glibc
import Testing

@testable import Interlock

/// Runs `body` in many worlds that decide who goes next, each reproducible from its seed.
///
/// Nobody there waits without `until: .never`: a world that is stuck lets such waits give up, so that
/// the test ends and says which schedule it was.
private func explore(
  _ level: TurnWorld.Level,
  schedules: Int,
  _ body: @escaping @Sendable (_ check: Findings) -> Void
) {
  for seed in 1...UInt64(schedules) {
    let check = Findings()
    let world = TurnWorld(level: level, choosing: .random(SplitMix(seed: seed)))
    let (log, isStuck) = world.run { body(check) }
    #expect(!isStuck && check.wrong.isEmpty, "seed \(seed): \(check.wrong) \(log)")
    if isStuck { return }
  }
}

@Suite struct `Arbitrators at the level of their words` {
  /// How many schedules each test runs: a few, or as many as `INTERLOCK_SCHEDULES` says.
  private static let schedules: Int = {
    let asked = unsafe getenv("INTERLOCK_SCHEDULES").flatMap { unsafe Int(String(cString: $0)) }
    return max(1, asked ?? 200)
  }()

  @Test func `feed all philosophers`() {
    explore(.words, schedules: Self.schedules) { check in
      let forks = Arbitrator<Int>()
      let eating = (0..<3).map { _ in PlainCell(0) }
      let meals = PlainCell(0)
      let threads = (0..<3).compactMap { seat in
        try? spawn {
          for _ in 0..<2 {
            forks.withResources([seat, (seat + 1) % 3], until: .never) {
              // Any two of three share a fork.
              check(eating.allSatisfy { $0.value == 0 })
              eating[seat].value = 1
              meals.value += 1
              eating[seat].value = 0
            }
          }
        }
      }
      for thread in threads { thread.join() }
      check(meals.value == 6)
      check(forks.holders.isEmpty)
    }
  }

  @Test func `lose nothing to a thread that gives up, nor its turn`() {
    explore(.words, schedules: Self.schedules) { check in
      let arbitrator = Arbitrator<Int>()
      let hasty = try? spawn {
        arbitrator.withResources([0, 1], until: .after(.nanoseconds(1))) {}
      }
      let behind = try? spawn { arbitrator.withResources([1, 2], until: .never) { true } }
      // Whether the hasty one gives up or had everything: its turn is over, and the other one's comes.
      let isServed = arbitrator.withResources([0], until: .never) { behind?.join() }
      check(isServed == true)
      _ = hasty?.join()
      check(arbitrator.holders.isEmpty && arbitrator.waiterCount == 0)
    }
  }
}

@Suite struct `Several locks in many schedules` {
  @Test func `make no circle if they are acquired together`() {
    explore(.operations, schedules: 200) { check in
      let (left, right) = (Lock(), Lock())
      let count = PlainCell(0)
      let other = try? spawn {
        for _ in 0..<2 { withAllLocked([right, left], until: .never) { count.value += 1 } }
      }
      for _ in 0..<2 { withAllLocked([left, right], until: .never) { count.value += 1 } }
      other?.join()
      check(count.value == 4)
    }
  }

  @Test func `make a circle in some if they are acquired in two orders`() {
    let stuck = (1...100).filter { seed in
      let world = TurnWorld(level: .operations, choosing: .random(SplitMix(seed: UInt64(seed))))
      return world.run {
        let (left, right) = (Lock(), Lock())
        @Sendable func take(_ first: Lock, _ second: Lock) {
          first.withLock(until: .never) { if second.acquire(until: .never) { second.release() } }
        }
        let other = try? spawn { take(right, left) }
        take(left, right)
        other?.join()
      }.isStuck
    }
    #expect(!stuck.isEmpty && stuck.count < 100)
  }

  @Test func `violate a hierarchy in all of them, circle or not`() {
    explore(.operations, schedules: 50) { check in
      let count = Atomic(0)
      let hierarchy = LockHierarchy(
        onViolation: .call { _ in _ = count.wrappingAdd(1, ordering: .relaxed) }
      )
      let (low, high) = (hierarchy.lock(rank: 1), hierarchy.lock(rank: 2))
      let other = try? spawn { low.withLock { high.withLock {} } }
      other?.join()
      high.withLock { low.withLock {} }
      check(count.load(ordering: .relaxed) == 1)
    }
  }

  @Test func `are operations of their world, as an arbitrator's are`() {
    let world = TurnWorld(level: .operations, choosing: .first)
    let (log, isStuck) = world.run {
      let arbitrator = Arbitrator<Int>()
      arbitrator.withResources([1]) {}
      if arbitrator.tryAcquire([2]) { arbitrator.release([2]) }
    }
    #expect(!isStuck)
    #expect(log == ["first acquire", "first release", "first tryAcquire", "first release"])
  }
}
