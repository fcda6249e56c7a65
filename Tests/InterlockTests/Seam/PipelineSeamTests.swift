import Testing

@testable import Interlock

/// Pipelines under thousands of schedules, each reproducible from its seed.
@Suite struct PipelineSeamTests {
  private struct Failure: Error {}

  private static let schedules: UInt64 = 150

  private func explore(
    _ level: TurnWorld.Level,
    _ body: @escaping @Sendable (_ seed: UInt64) -> Void
  ) {
    for seed in 1...Self.schedules {
      let world = TurnWorld(level: level, choosing: .random(SplitMix(seed: seed)))
      let (_, isStuck) = world.run { body(seed) }
      #expect(!isStuck, "schedule of seed \(seed)")
      if isStuck { return }
    }
  }

  @Test(arguments: [TurnWorld.Level.operations, .words])
  func `an ordered stage passes everything on, in order, in every schedule`(
    level: TurnWorld.Level
  ) {
    explore(level) { seed in
      let results = try? Pipeline(from: 0..<5, capacity: 1)
        .stage("repeat", .ordered(workers: 2), emitting: Int.self) { number, emit in
          for _ in 0..<number % 3 { try emit(number) }
        }
        .collect()
      #expect(results == [1, 2, 2, 4], "seed \(seed)")
    }
  }

  @Test(arguments: [TurnWorld.Level.operations, .words])
  func `a pipeline ends when a stage throws, in every schedule`(level: TurnWorld.Level) {
    explore(level) { seed in
      #expect(throws: Failure.self, "seed \(seed)") {
        try Pipeline(from: 0..., capacity: 1)
          .stage("throws", .ordered(workers: 2)) { number in
            if number == 2 { throw Failure() }
            return number
          }
          .stage("waits", .parallel(workers: 2)) { $0 }
          .run { _ in }
      }
    }
  }
}
