import Interlock

extension Benchmark {
  /// What worker processes cost.
  static func processPools(_ settings: Settings) -> [Benchmark] {
    [.startWorker(settings), .oneByOne(settings)]
      + [1, 8, 64, 1_000, 20_000].map { .map(batch: $0, settings) } + [.bytes(settings)]
  }

  /// What it costs until a worker has done something for the first time.
  private static func startWorker(_ settings: Settings) -> Benchmark {
    let python = PythonPool(settings)
    let works = [("Pool, fork", "start fork"), ("Pool, spawn", "start spawn")].map(python.work)
    return Benchmark(
      name: "processes/start",
      operation: "start a pool of one worker process, until its first reply",
      ours: [StartWork("ProcessPool")],
      peers: works.compactMap(\.self),
      absent: python.absent,
      bars: [Bar(.wall, .atMost(6e-3), against: [python.name("Pool, fork")])],
      prepare: python.start,
      cleanUp: python.stop
    )
  }

  /// What a call of a worker costs.
  private static func oneByOne(_ settings: Settings) -> Benchmark {
    workers(
      "one-by-one",
      "let a worker process add 1 to a number, and wait for it",
      settings,
      ours: "ProcessPool.run",
      peer: ("Pool.apply", "apply"),
      bar: 10
    ) { pool, count in
      for _ in 0..<count where try pool.run(1, { (number: Int) in number + 1 }) != 2 {
        throw Failure("1 + 1 is 2")
      }
    }
  }

  /// What it costs to share small work out in batches of a certain size.
  private static func map(batch: Int, _ settings: Settings) -> Benchmark {
    let inputs = Array(0..<max(20_000, 10 * batch))
    return workers(
      "map-\(batch)",
      "let two worker processes add 1 to one of \(inputs.count) numbers, \(batch) at a time",
      settings,
      size: inputs.count,
      ours: "ProcessPool.map",
      peer: ("Pool.map", "map \(batch) \(inputs.count)"),
      bar: 5
    ) { pool, count in
      for _ in 0..<count {
        let outputs = try pool.map(inputs, batch: batch) { $0 + 1 }
        guard outputs.count == inputs.count, outputs.last == inputs.count else {
          throw Failure("the last of \(inputs.count) numbers is wrong")
        }
      }
    }
  }

  /// What it costs to hand much over.
  private static func bytes(_ settings: Settings) -> Benchmark {
    let size = 64 << 20
    let input = LargeInput(size)
    var benchmark = workers(
      "64-MiB",
      "send 64 MiB to a worker process and get them back",
      settings,
      ours: "ProcessPool.run",
      peer: ("Pool.apply", "bytes \(size)"),
      bar: 20
    ) { pool, count in
      for _ in 0..<count
      where try pool.run(input.bytes, { (bytes: [UInt8]) in bytes }).count != size {
        throw Failure("the bytes do not come back")
      }
    }
    let (prepare, cleanUp) = (benchmark.prepare, benchmark.cleanUp)
    benchmark.prepare = {
      input.make()
      try prepare()
    }
    benchmark.cleanUp = {
      cleanUp()
      input.remove()
    }
    return benchmark
  }

  /// What something costs that a pool of two workers does; `loop` does it again and again, `size` of it
  /// at a time.
  private static func workers(
    _ name: String,
    _ operation: String,
    _ settings: Settings,
    size: Int = 1,
    ours: String,
    peer: (name: String, work: String),
    bar: Double,
    loop: @escaping (_ pool: ProcessPool, _ count: Int) throws -> Void
  ) -> Benchmark {
    let python = PythonPool(settings)
    let workers = Workers()
    return Benchmark(
      name: "processes/\(name)",
      operation: operation,
      ours: [
        CountedWork(name: ours, size: size) { count in
          let pool = try workers.pool
          let stopwatch = try FamilyStopwatch()
          try loop(pool, count)
          return try stopwatch.stop(operations: count * size)
        }
      ],
      peers: [python.work(peer.name, peer.work)].compactMap(\.self),
      absent: python.absent,
      bars: [Bar(.rateRatio, .atLeast(bar), against: [python.name(peer.name)])],
      prepare: {
        try python.start()
        try workers.start()
      },
      cleanUp: {
        workers.stop()
        python.stop()
      }
    )
  }
}

/// A pool of two workers, which is there while it is measured.
private final class Workers {
  private var current: ProcessPool?

  var pool: ProcessPool {
    get throws {
      guard let current else { throw Failure("the pool is not there") }
      return current
    }
  }

  func start() throws { current = try ProcessPool(workers: 2, name: "measured") }

  func stop() {
    current?.close()
    current?.join()
    current = nil
  }
}

/// Starts pools of one worker; only until its first reply is measured, and not its end.
private final class StartWork: Contestant {
  let name: String

  init(_ name: String) {
    self.name = name
  }

  func measure(for seconds: Double) throws -> Sample {
    var sum = Sample(cpu: 0, wall: 0)
    var count = 0.0
    while sum.wall < seconds {
      let stopwatch = try FamilyStopwatch()
      let pool = try ProcessPool(workers: 1, name: "measured")
      let output = try pool.run(1) { $0 + 1 }
      let sample = try stopwatch.stop(operations: 1)
      pool.close()
      pool.join()
      guard output == 2 else { throw Failure("1 + 1 is 2") }
      sum.cpu += sample.cpu
      sum.wall += sample.wall
      count += 1
    }
    return Sample(cpu: sum.cpu / count, wall: sum.wall / count)
  }
}

/// Many bytes, which are there only while they are needed.
private final class LargeInput {
  private let size: Int
  private(set) var bytes: [UInt8] = []

  init(_ size: Int) {
    self.size = size
  }

  func make() { bytes = Array(repeating: 1, count: size) }
  func remove() { bytes = [] }
}

/// Python's pools of processes.
struct PythonPool {
  private let peer: PythonPeer?
  private let problem: String?
  private let title: String

  init(_ settings: Settings) {
    peer = settings.python.isEmpty ? nil : PythonPeer(settings.python)
    problem = settings.pythonProblem
    title = settings.pythonVersion
  }

  /// Why there is no Python.
  var absent: [Benchmark.Absent] {
    problem.map { [Benchmark.Absent(name: "Python's Pool", reason: $0)] } ?? []
  }

  func name(_ part: String) -> String { "\(title): \(part)" }

  /// A work of `Peers/pool.py`, which calls it `work`; `nil` if there is no Python.
  func work(_ name: String, _ work: String) -> (any Contestant)? {
    peer.map { PythonWork(self.name(name), work, of: $0) }
  }

  func start() throws { try peer?.start() }
  func stop() { peer?.stop() }
}
