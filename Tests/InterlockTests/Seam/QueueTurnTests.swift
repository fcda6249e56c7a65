import Testing

@testable import Interlock

/// Queues turn by turn: each call is one step.
@Suite struct `Queues turn by turn` {
  private func run(
    _ choice: TurnWorld.Choice,
    capacity: Int
  ) -> (log: [String], isStuck: Bool, taken: [Int]) {
    let taken = Mutex<[Int]>([])
    let world = TurnWorld(level: .operations, choosing: choice)
    let result = world.run {
      let queue = BlockingQueue<Int>(capacity: capacity, name: "orders")
      let cook = try? spawn(name: "cook") {
        for order in queue { taken.withLock { $0.append(order) } }
      }
      for order in 1...3 { try? queue.put(order) }
      queue.close()
      cook?.join()
    }
    return (result.log, result.isStuck, taken.withLock { $0 })
  }

  @Test(arguments: [0, 1])
  func `a put, a take and a close are steps of a controlled world`(capacity: Int) {
    for choice in [TurnWorld.Choice.first, .last] {
      let (log, isStuck, taken) = run(choice, capacity: capacity)
      #expect(!isStuck)
      #expect(taken == [1, 2, 3])
      #expect(log.filter { $0 == "first put" }.count == 3, "\(log)")
      #expect(log.filter { $0 == "cook take" }.count == 4, "\(log)")
      #expect(
        log.contains("first close") && log.last == "first join" || log.contains("cook finish")
      )
    }
  }

  @Test(arguments: [0, 1])
  func `the same choices give the same run`(capacity: Int) {
    for seed in 1...50 as ClosedRange<UInt64> {
      let runs = (0..<2).map { _ in run(.random(SplitMix(seed: seed)), capacity: capacity) }
      #expect(runs[0].log == runs[1].log && runs[0].taken == [1, 2, 3] && !runs[0].isStuck)
    }
  }

  @Test func `in a controlled world an hour of waiting for an element passes at once`() {
    let outcomes = Mutex<[Bool]>([])
    let world = TurnWorld(level: .operations, choosing: .first)
    let (log, isStuck) = world.run {
      let queue = BlockingQueue<Int>(capacity: 0)
      let start = Deadline.now
      let taken = try? queue.take(for: .seconds(3600))
      let refused = try? queue.put(1, for: .seconds(3600))
      let selected = select(.take(from: queue) { $0 }, for: .seconds(3600))
      let took = Deadline.now - start
      outcomes.withLock {
        $0 = [taken == .some(nil), refused == 1, selected == nil, took == .seconds(3 * 3600)]
      }
    }
    #expect(!isStuck)
    #expect(outcomes.withLock { $0 } == [true, true, true, true], "\(log)")
  }

  @Test func `every kind of call is a step with its own name`() {
    let world = TurnWorld(level: .operations, choosing: .first)
    let (log, _) = world.run {
      let queue = BlockingQueue<Int>(capacity: 4)
      _ = try? queue.tryPut(1)
      _ = try? queue.tryTake()
      queue.taskDone()
      queue.join()
      _ = queue.drain()
      _ = trySelect(.take(from: queue) { $0 })
      queue.closeAtOnce()
    }
    let kinds = log.map { $0.split(separator: " ").last ?? "" }
    #expect(kinds == ["tryPut", "tryTake", "done", "join", "drain", "select", "close"], "\(log)")
  }
}
