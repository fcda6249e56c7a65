import Interlock
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `The robots` {
  private static let correct: [Robots.Mode] = [.ordered, .arbitrated]

  @Test(arguments: correct)
  func `work all their rounds in a correct mode, every time`(mode: Robots.Mode) throws {
    for _ in 1...50 {
      let report = try withinPatience { try Robots(rounds: 20).run(mode) }
      #expect(report.ending == .finished)
      #expect(report.rounds == [20, 20])
    }
  }

  @Test func `wait for each other in a circle when each takes the tool it likes, every time`()
    throws
  {
    for _ in 1...50 {
      let report = try withinPatience { try Robots().run(.deadlocking) }
      let circle = try #require(report.ending.circle)
      let links = circle.links.sorted { $0.thread < $1.thread }
      #expect(
        links == [
          .init(thread: "blue", waitsFor: "Lock \"left\"", heldBy: "red"),
          .init(thread: "red", waitsFor: "Lock \"right\"", heldBy: "blue"),
        ]
      )
      // The victim has not worked, and the other one stops when it notices.
      #expect(report.rounds.contains(0))
    }
  }

  @Test func `explain the circle in prose`() throws {
    let report = try withinPatience { try Robots().run(.deadlocking) }
    let explanation = try #require(report.ending.circle?.explanation)
    #expect(explanation.contains("\"red\" waits for Lock \"right\""))
    #expect(explanation.contains("\"blue\" waits for Lock \"left\""))
  }

  @Test func `never use a tool at the same time`() throws {
    for bench in [OrderedBench(), ArbitratedBench()] as [any Bench] {
      let watch = WatchedBench(bench)
      _ = try withinPatience { try Robots(rounds: 500).run(at: watch) }
      #expect(watch.collisions.load(ordering: .relaxed) == 0)
    }
  }

  @Test func `are seen when they use a tool at the same time`() throws {
    // Two at the bench of somebody who lets everybody in.
    let watch = WatchedBench(OpenBench())
    watch.withTools(.left, .right) { watch.withTools(.right, .left) {} }
    #expect(watch.collisions.load(ordering: .relaxed) == 1)
  }

  @Test func `tell what a bench throws`() throws {
    struct Closed: Error {}
    struct ClosedBench: Bench {
      func withTools(_ first: Tool, _ second: Tool, _ work: () -> Void) throws { throw Closed() }
    }
    #expect(throws: Closed.self) {
      try withinPatience { try Robots(rounds: 2).run(at: ClosedBench()) }
    }
  }

  @Test func `find nothing wrong with a deadlocking bench while only one is there`() throws {
    let bench = DeadlockingBench(isUnlucky: false)
    var rounds = 0
    for _ in 1...3 {
      try bench.withTools(.left, .right) { rounds += 1 }
      try bench.withTools(.right, .left) { rounds += 1 }
    }
    #expect(rounds == 6)
  }
}

/// Lets everybody work at once.
private struct OpenBench: Bench {
  func withTools(_ first: Tool, _ second: Tool, _ work: () -> Void) { work() }
}

/// Counts how often somebody works while somebody else does.
private final class WatchedBench: Bench {
  private let bench: any Bench
  private let working = Atomic(0)
  let collisions = Atomic(0)

  init(_ bench: any Bench) {
    self.bench = bench
  }

  func withTools(_ first: Tool, _ second: Tool, _ work: () -> Void) {
    do {
      try bench.withTools(first, second) {
        if working.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue > 0 {
          collisions.wrappingAdd(1, ordering: .relaxed)
        }
        work()
        working.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      }
    } catch {
      Issue.record(error)
    }
  }
}
