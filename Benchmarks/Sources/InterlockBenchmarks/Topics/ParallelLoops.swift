import CPeers
import Dispatch
import Interlock

extension Benchmark {
  /// What a parallel loop costs beside what its body does.
  static func parallelLoop(iterations: Int) -> Benchmark {
    let pool = ThreadPool.shared
    let dispatch = "DispatchQueue.concurrentPerform"
    return Benchmark(
      name: "parallel/loop-\(iterations)",
      operation: "a parallel loop of \(iterations) iterations that do nothing",
      ours: [
        CountedWork("ThreadPool.forEach") { count in
          for _ in 0..<count { pool.forEach(0..<iterations) { keep($0) } }
        }
      ],
      peers: [
        CountedWork(dispatch) { count in
          for _ in 0..<count {
            DispatchQueue.concurrentPerform(iterations: iterations) { keep($0) }
          }
        }
      ],
      bars: [
        Bar(.cpuRatio, .atMost(1), against: [dispatch]),
        Bar(.wallRatio, .atMost(1), against: [dispatch]),
      ]
    )
  }
}
