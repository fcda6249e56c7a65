import Interlock

extension Benchmark {
  /// What it costs to be told of deadlocks.
  static var deadlockDetection: Benchmark {
    let pair = LockPair()
    return Benchmark(
      name: "deadlock/detection",
      operation: "acquire and release two locks, one inside the other, that nobody else wants",
      ours: [
        CountedWork("with detection") { count in
          DeadlockDetection.enable()
          defer { DeadlockDetection.disable() }
          pair.acquire(count)
        }
      ],
      peers: [CountedWork("without") { count in pair.acquire(count) }]
    )
  }
}

private struct LockPair: Sendable {
  private let outer = Lock(name: "outer")
  private let inner = Lock(name: "inner")

  func acquire(_ count: Int) {
    for _ in 0..<count {
      outer.withLock { inner.withLock {} }
    }
  }
}
