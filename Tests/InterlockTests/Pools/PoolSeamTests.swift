import Interlock
import Testing

@testable import Interlock

/// The pool's own protocols in a world that decides who runs.
@Suite struct `A pool in a controlled world` {
  /// Three tasks, one of which another joins, on a pool that is made and ended in the world.
  private static func useAPool(workers: Int) -> Int {
    guard let pool = try? ThreadPool(workers: workers, name: "pool") else { return -1 }
    let sum = Atomic(0)
    do {
      let first = try pool.submit(name: "first") { 1 }
      let second = try pool.submit(name: "second") { try first.join() + 1 }
      let third = try pool.submit(name: "third") {
        pool.forEach(0..<3, grain: 1) { sum.add($0, ordering: .relaxed) }
      }
      sum.add(try second.join() + first.join(), ordering: .relaxed)
      try third.join()
      third.cancel()
    } catch {
      return -1
    }
    pool.close()
    pool.join()
    return sum.load(ordering: .relaxed)
  }

  @Test(arguments: [1, 2])
  func `runs its tasks turn by turn`(workers: Int) {
    let sum = Atomic(0)
    let world = TurnWorld(level: .operations, choosing: .last)
    let (log, isStuck) = world.run {
      sum.store(Self.useAPool(workers: workers), ordering: .relaxed)
    }
    let total = sum.load(ordering: .relaxed)
    #expect(!isStuck, "\(log)")
    #expect(total == 6)
    for step in ["first submit", "pool-1 take", "first join", "first close"] {
      #expect(log.contains(step), "\(log)")
    }
  }

  @Test(arguments: [1, 2])
  func `loses no wake-up at the level of its words`(workers: Int) {
    for seed in 1...UInt64(60) {
      let sum = Atomic(0)
      let world = TurnWorld(level: .words, choosing: .random(SplitMix(seed: seed)))
      let (_, isStuck) = world.run {
        sum.store(Self.useAPool(workers: workers), ordering: .relaxed)
      }
      let total = sum.load(ordering: .relaxed)
      #expect(!isStuck && total == 6, "schedule of seed \(seed)")
      if isStuck { return }
    }
  }
}
