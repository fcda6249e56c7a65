import Interlock
import InterlockChecker
import Testing

@Suite struct `A pool of fibers` {
  @Test func `uses fibers again, whatever became of them`() throws {
    let pool = FiberPool()
    var kinds = Set<ObjectIdentifier>()
    for round in 0..<90 {
      let fiber = try pool.start {
        switch round % 3 {
        case 0: break
        case 1: Fiber.suspend()
        default: Failure.stackOverflow.happen()
        }
      }
      kinds.insert(ObjectIdentifier(fiber))
      let state = fiber.resume()
      #expect(state.isFinished == (round % 3 == 0))
      pool.giveBack(fiber)
    }
    #expect(kinds.count == 1)
    #expect(pool.idleCount == 1)
  }

  @Test func `may be left with fibers that have not finished`() throws {
    for _ in 0..<20 {
      let pool = FiberPool()
      for _ in 0..<10 {
        let fiber = try pool.start { Cell().modify { Fiber.suspend() } }
        _ = fiber.resume()
      }
    }
  }

  @Test func `works on several threads at once, each with its own, while fibers crash`() throws {
    let sums = try withThreads { scope in
      let handles = try (0..<4).map { number in
        try scope.spawn {
          try interleave(fibers: 3, rounds: 150, crashing: number.isMultiple(of: 2))
        }
      }
      return try handles.map { try $0.join() }
    }
    #expect(sums == [3 * 150 * 10, 3 * 150 * 10, 3 * 150 * 10, 3 * 150 * 10])
  }

  @Test func `gives its fibers to another thread between two bodies`() throws {
    let fiber = try Fiber()
    nonisolated(unsafe) let shared = fiber
    var count = 0
    for _ in 0..<20 {
      let state = try spawn {
        // SAFETY: this thread is joined before the fiber is touched again.
        let fiber = unsafe shared
        fiber.start { Fiber.suspend() }
        return fiber.resume().isSuspended && fiber.resume().isFinished
      }.join()
      if state { count += 1 }
    }
    #expect(count == 20)
  }
}

/// Lets some fibers add up turn by turn, each round on used stacks.
private func interleave(fibers count: Int, rounds: Int, crashing: Bool) throws -> Int {
  let pool = FiberPool()
  var sum = 0
  for round in 0..<rounds {
    var running = try (0..<count).map { number in
      try pool.start {
        for turn in 1...4 {
          sum += turn
          Fiber.suspend()
        }
        guard crashing else { return }
        if (round + number).isMultiple(of: 2) { Failure.abort.happen() }
        Failure.stackOverflow.happen()
      }
    }
    while !running.isEmpty {
      running.removeAll { fiber in
        guard !fiber.resume().isSuspended else { return false }
        pool.giveBack(fiber)
        return true
      }
    }
  }
  return sum
}
