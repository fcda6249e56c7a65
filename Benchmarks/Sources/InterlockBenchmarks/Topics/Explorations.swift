import Interlock
import InterlockChecker

extension Benchmark {
  /// What one execution of a body costs the checker, with all that is judged by default.
  ///
  /// The body is the usual one: threads that increment a number under a lock, three times each.
  static func randomExecutions(threads: Int, bar: Double) -> Benchmark {
    let body = increments(threads: threads, times: 3)
    return Benchmark(
      name: "checker/\(threads)-threads",
      operation: "an execution of \(threads) threads that increment under a lock three times each",
      ours: [
        CountedWork("Exploration, .random") { count in
          var exploration = Exploration(executions: count, duration: .seconds(3_600))
          exploration.strategy = .random(seed: 1)
          try exploration.run(body)
        }
      ],
      peers: [
        CountedWork(realThreads) { count in
          for _ in 0..<count { try body() }
        }
      ],
      absent: [
        Absent(name: "Shuttle", reason: "it is a crate of Rust's, which needs a package manager")
      ],
      bars: [Bar(.cpu, .atMost(bar), against: [realThreads])]
    )
  }

  /// What a proof costs: as many executions as there are classes, each made once.
  static var proof: Benchmark {
    let body = increments(threads: 3, times: 2)
    return Benchmark(
      name: "checker/proof",
      operation: "an execution of a proof, of three threads that increment under a lock twice each",
      ours: [
        CountedWork(name: "Exploration, .exhaustive", size: 90) { count in
          let stopwatch = Stopwatch()
          for _ in 0..<count {
            var exploration = Exploration(executions: 1_000)
            exploration.strategy = .exhaustive
            let coverage = try exploration.run(body)
            guard coverage.verdict == .proved, coverage.executions == 90 else {
              throw Failure("it is no proof in 90 executions: \(coverage)")
            }
          }
          return stopwatch.stop(operations: 90 * count)
        }
      ],
      peers: [
        CountedWork(realThreads) { count in
          for _ in 0..<count { try body() }
        }
      ]
    )
  }

  private static let realThreads = "the same with real threads, once"

  private static func increments(
    threads: Int,
    times: Int
  ) -> @Sendable () throws -> Void {
    {
      let sum = Mutex(0)
      let handles = try (0..<threads).map { _ in
        try spawn {
          for _ in 0..<times { sum.withLock { $0 += 1 } }
        }
      }
      for handle in handles { handle.join() }
    }
  }
}
