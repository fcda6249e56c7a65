import Interlock
import InterlockPrograms

extension Benchmark {
  /// What multiplying matrices costs.
  static func matrices(_ settings: Settings) -> [Benchmark] {
    [
      product(.f64, size: 1_000, asInstalled: 1 / 1.5, withAVX512: 1, settings),
      product(.f32, size: 1_000, asInstalled: 1 / 1.5, withAVX512: 1, settings),
      product(.f64, size: 2_000, withAVX512: 1 / 0.85, settings),
      product(.f32, size: 2_000, withAVX512: 1 / 0.85, settings),
      product(.i32, size: 1_000, asInstalled: 1 / 20, settings),
      filling, twoWorkers(.threads), twoWorkers(.processes), busyCPU,
    ]
  }

  /// One product, by one thread.
  private static func product(
    _ type: MatrixNumber,
    size: Int,
    asInstalled: Double? = nil,
    withAVX512: Double? = nil,
    _ settings: Settings
  ) -> Benchmark {
    let installed = NumPyPeer("as installed", [], settings)
    // Only floating-point numbers are for OpenBLAS.
    let best =
      withAVX512.map { _ in NumPyPeer("AVX-512", ["OPENBLAS_CORETYPE=SkylakeX"], settings) }
    let peers = [installed, best].compactMap(\.self)
    func bar(_ limit: Double?, _ peer: NumPyPeer?) -> Bar? {
      guard let limit, let peer else { return nil }
      return Bar(.cpuRatio, .atMost(limit), against: [peer.name])
    }
    let ours = ProductWork(type, size: size)
    return Benchmark(
      name: "matrix/\(type)-\(size)",
      operation: "multiply two matrices of \(size) × \(size) numbers of type \(type), one thread",
      ours: [ours],
      peers: peers.compactMap { $0.work("\(type) \(size)") },
      absent: peers.compactMap(\.absent),
      bars: [bar(asInstalled, installed), bar(withAVX512, best)].compactMap(\.self),
      prepare: {
        try ours.prepare()
        for peer in peers { try peer.start() }
      },
      cleanUp: {
        ours.cleanUp()
        for peer in peers { peer.stop() }
      }
    )
  }

  /// What filling the matrices takes, beside what multiplying them does.
  private static var filling: Benchmark {
    let size = 200
    func measure(_ count: Int) throws -> (all: Double, multiplying: Double) {
      let start = Deadline.now
      let report = try MatrixMultiplier(mode: .sequential)
        .multiplyAtRandom(size: size, rounds: count)
      let all = (Deadline.now - start) / .seconds(1)
      return (all / Double(count), report.duration / .seconds(1) / Double(count))
    }
    let share = 0.05
    return Benchmark(
      name: "matrix/fill",
      operation: "a round with random matrices of \(size) × \(size)",
      ours: [
        CountedWork(name: "all but multiplying") { count in
          let (all, multiplying) = try measure(count)
          return Sample(cpu: all - multiplying, wall: all - multiplying)
        }
      ],
      peers: [
        CountedWork(name: "multiplying") { count in
          let (_, multiplying) = try measure(count)
          return Sample(cpu: multiplying, wall: multiplying)
        }
      ],
      bars: [Bar(.wallRatio, .atMost(share / (1 - share)), against: ["multiplying"])]
    )
  }

  /// What a second worker gains.
  private static func twoWorkers(_ mode: MatrixMultiplier.Mode) -> Benchmark {
    Benchmark(
      name: "matrix/two-\(mode)",
      operation:
        "a round with random matrices of 1000 × 1000, on two CPUs that have nothing else to do",
      ours: [rounds(mode, workers: 2, size: 1_000)],
      peers: [rounds(.sequential, workers: 1, size: 1_000)],
      bars: [Bar(.rateRatio, .atLeast(1.8), against: ["sequential"])],
      beforeRound: { try waitForIdleCPUs(2) }
    )
  }

  /// What becomes of two threads that do not get two CPUs.
  private static var busyCPU: Benchmark {
    let nuisance = Nuisance()
    return Benchmark(
      name: "matrix/busy",
      operation: "a round with random matrices of 200 × 200, while another thread is busy",
      ours: [rounds(.threads, workers: 2, size: 200)],
      peers: [rounds(.sequential, workers: 1, size: 200)],
      bars: [Bar(.wallRatio, .atMost(2), against: ["sequential"])],
      prepare: nuisance.start,
      cleanUp: nuisance.stop
    )
  }

  private static func rounds(
    _ mode: MatrixMultiplier.Mode,
    workers: Int,
    size: Int
  ) -> CountedWork {
    CountedWork(mode.rawValue) { count in
      let report = try MatrixMultiplier(mode: mode, workers: workers)
        .multiplyAtRandom(size: size, rounds: count)
      guard report.rounds == count else { throw Failure("rounds are missing") }
    }
  }
}

/// Computes one product again and again.
private final class ProductWork: Contestant {
  let name = "Interlock"
  private let type: MatrixNumber
  private let size: Int
  private var factors: (Matrix, Matrix)?
  private lazy var work = CountedWork(name) { [unowned self] count in
    guard let (left, right) = factors else { throw Failure("the matrices are not there") }
    let report = try MatrixMultiplier(mode: .sequential).multiply(left, by: right, rounds: count)
    guard report.rounds == count else { throw Failure("rounds are missing") }
  }

  init(_ type: MatrixNumber, size: Int) {
    self.type = type
    self.size = size
  }

  /// Makes the matrices.
  func prepare() throws {
    func product(seed: UInt64) throws -> Matrix {
      try MatrixMultiplier().multiplyAtRandom(size: size, type: type, seed: seed).product
    }
    factors = (try product(seed: 1), try product(seed: 2))
  }

  func cleanUp() { factors = nil }

  func measure(for seconds: Double) throws -> Sample { try work.measure(for: seconds) }
}

/// A thread that keeps a CPU busy.
private final class Nuisance {
  private let isOver = Event()
  private var thread: ThreadHandle<Void, Never>?

  func start() throws {
    thread = try spawn(name: "nuisance") { [isOver] in while !isOver.isSet {} }
  }

  func stop() {
    isOver.set()
    thread?.join()
  }
}

/// NumPy, with one thread and some variables that tell it how to work.
private struct NumPyPeer {
  let name: String
  let absent: Benchmark.Absent?
  private let peer: PythonPeer?

  init(_ variant: String, _ variables: [String], _ settings: Settings) {
    name = "\(settings.numPyVersion), \(variant)"
    let hasAVX512 = (try? contents(of: "/proc/cpuinfo"))?.contains(" avx512dq ") ?? false
    let problem =
      settings.numPyProblem
      ?? (hasAVX512 || variables.isEmpty ? nil : "this machine has no AVX-512")
    absent = problem.map { [name] in Benchmark.Absent(name: name, reason: $0) }
    let words = ["/usr/bin/env", "OPENBLAS_NUM_THREADS=1"] + variables + settings.numPy
    peer = problem == nil ? PythonPeer(words) : nil
  }

  /// A work of `Peers/matrix.py`; `nil` if it cannot be done here.
  func work(_ work: String) -> (any Contestant)? { peer.map { PythonWork(name, work, of: $0) } }

  func start() throws { try peer?.start() }
  func stop() { peer?.stop() }
}
