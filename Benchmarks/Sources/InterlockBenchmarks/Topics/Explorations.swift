import Interlock
import InterlockChecker

extension Benchmark {
  /// What one execution of a body costs the checker, with all that is judged by default.
  ///
  /// The body is the usual one: threads that increment a number under a lock, three times each.
  static var randomExecutions: [Benchmark] {
    [
      randomExecutions(threads: 2, twoThreads, bar: 1 / 250_000),
      randomExecutions(threads: 3, { try threeThreads(3) }, bar: 1 / 150_000),
    ]
  }

  private static func randomExecutions(
    threads: Int,
    _ body: @escaping @Sendable () throws -> Void,
    bar: Double
  ) -> Benchmark {
    Benchmark(
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
    Benchmark(
      name: "checker/proof",
      operation: "an execution of a proof, of three threads that increment under a lock twice each",
      ours: [
        CountedWork(name: "Exploration, .exhaustive", size: 90) { count in
          let stopwatch = Stopwatch()
          for _ in 0..<count {
            var exploration = Exploration(executions: 1_000)
            exploration.strategy = .exhaustive
            let coverage = try exploration.run { try threeThreads(2) }
            guard coverage.verdict == .proved, coverage.executions == 90 else {
              throw Failure("it is no proof in 90 executions: \(coverage)")
            }
          }
          return stopwatch.stop(operations: 90 * count)
        }
      ],
      peers: [
        CountedWork(realThreads) { count in
          for _ in 0..<count { try threeThreads(2) }
        }
      ]
    )
  }

  private static let realThreads = "the same with real threads, once"

  @Sendable private static func twoThreads() throws {
    let sum = Mutex(0)
    let one = try spawn { for _ in 0..<3 { sum.withLock { $0 += 1 } } }
    let other = try spawn { for _ in 0..<3 { sum.withLock { $0 += 1 } } }
    one.join()
    other.join()
  }

  private static func threeThreads(_ times: Int) throws {
    let sum = Mutex(0)
    let first = try spawn { for _ in 0..<times { sum.withLock { $0 += 1 } } }
    let second = try spawn { for _ in 0..<times { sum.withLock { $0 += 1 } } }
    let third = try spawn { for _ in 0..<times { sum.withLock { $0 += 1 } } }
    first.join()
    second.join()
    third.join()
  }
}
