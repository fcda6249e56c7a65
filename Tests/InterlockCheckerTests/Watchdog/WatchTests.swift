import Interlock
import Testing

@testable import InterlockChecker

@Suite struct `A watched thread` {
  private let limits = WatchRules.Limits(asleep: .seconds(60), computing: .seconds(60))

  @Test func `loses a turn that is condemned while it lasts, and no other`() throws {
    let watch = try #require(Watch(limits))
    defer { watch.end() }
    let fiber = try Fiber()
    var steps: [String] = []
    fiber.start {
      watch.condemn(watch.turn &- 2, .blocked)
      steps.append("condemned an earlier one")
      watch.condemn(watch.turn + 2, .blocked)
      steps.append("condemned a later one")
      Fiber.suspend()
      steps.append("lost")
      watch.condemn(watch.turn, .blocked)
      steps.append("never")
    }
    watch.condemn(watch.turn, .blocked)
    #expect(fiber.resume().isSuspended)
    watch.condemn(watch.turn, .blocked)
    let lost = fiber.resume()
    #expect(lost.crash?.cause == .blocked)
    #expect(steps == ["condemned an earlier one", "condemned a later one", "lost"])
    fiber.start { steps = ["used again"] }
    #expect(fiber.resume().isFinished)
    #expect(steps == ["used again"])
  }

  /// Signals come at every moment of a switch; the limits play no part.
  @Test func `survives whatever moment a signal comes`() throws {
    let watch = try #require(Watch(limits))
    defer { watch.end() }
    let isOver = Box(Atomic(false))
    let judge = try spawn {
      while !isOver.value.load(ordering: .relaxed) {
        watch.condemn(watch.turn, .endless)
        CurrentThread.yield()
      }
    }
    let pool = FiberPool()
    for _ in 0..<40 {
      let fiber = try pool.start { while true { Fiber.suspend() } }
      var state = fiber.resume()
      while state.isSuspended { state = fiber.resume() }
      #expect(state.crash?.cause == .endless)
      pool.giveBack(fiber)
    }
    isOver.value.store(true, ordering: .relaxed)
    judge.join()
    #expect(pool.idleCount == 1)
  }
}
