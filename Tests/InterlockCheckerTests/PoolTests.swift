import Interlock
import InterlockChecker
import Testing

/// Pools in a body: which of their threads end before others go on is up to the schedule.
@Suite struct `Pools in explorations` {
  @Test func `a pool of two is closed and joined, always in the same way under the same schedule`()
    throws
  {
    var exploration = Exploration()
    exploration.executions = 300
    try exploration.run {
      let pool = try ThreadPool(workers: 2)
      let count = Box(Mutex(0))
      for _ in 0..<2 { _ = try pool.submit { count.value.withLock { $0 += 1 } } }
      pool.close()
      pool.join()
      try require(count.value.withLock { $0 } == 2)
    }
  }

  /// What the pool's words are called is found out by the first executions, and they do not count.
  @Test func `nearly all executions count`() throws {
    var exploration = Exploration()
    exploration.executions = 600
    exploration.reportsRaces = false
    let coverage = try exploration.run {
      let pool = try ThreadPool(workers: 1)
      let count = Box(Mutex(0))
      for _ in 0..<2 { _ = try pool.submit { count.value.withLock { $0 += 1 } } }
      pool.close()
      pool.join()
    }
    #expect(coverage.executions > 400)
  }
}
