import CPeers
import Interlock

extension Benchmark {
  /// How fast a pool of two workers sorts.
  static func parallelSort(_ settings: Settings) -> Benchmark {
    let input = SortInput(count: settings.isQuick ? 1_000_000 : 10_000_000)
    return Benchmark(
      name: "parallel/sort",
      operation: "sort \(input.count) random numbers",
      ours: [SortWork("ThreadPool.sort, 2 workers", input) { try sort(&$0, workers: 2) }],
      peers: [
        SortWork("Array.sort", input) { $0.sort() },
        SortWork("ThreadPool.sort, 1 worker", input) { try sort(&$0, workers: 1) },
        SortWork("std::sort", input) { numbers in
          // SAFETY: the call sorts as many numbers as the array has, and keeps nothing.
          unsafe numbers.withUnsafeMutableBufferPointer { numbers in
            unsafe standard_sort_peer_sort(numbers.baseAddress, numbers.count)
          }
        },
      ],
      bars: [Bar(.rateRatio, .atLeast(1.8), against: ["Array.sort"])],
      rounds: settings.isQuick ? 3 : 7,
      prepare: input.generate,
      beforeRound: { try waitForIdleCPUs(2) },
      cleanUp: input.remove
    )
  }
}

/// Sorts in a pool of its own; starting it is as good as nothing beside the work.
private func sort(_ numbers: inout [Int], workers: Int) throws {
  let pool = try ThreadPool(workers: workers)
  pool.sort(&numbers)
  pool.close()
  pool.join()
}

/// The numbers to be sorted; they are there only while they are needed.
private final class SortInput {
  let count: Int
  private(set) var numbers: [Int] = []
  private(set) var sum = 0

  init(count: Int) {
    self.count = count
  }

  func generate() {
    var random = SplitMix64(state: 1)
    numbers = (0..<count).map { _ in Int(truncatingIfNeeded: random.next()) }
    sum = numbers.reduce(0, &+)
  }

  func remove() { numbers = [] }
}

/// Sorts a copy; the copying is not measured.
private final class SortWork: Contestant {
  let name: String
  private let input: SortInput
  private let sort: (inout [Int]) throws -> Void

  init(_ name: String, _ input: SortInput, sort: @escaping (inout [Int]) throws -> Void) {
    self.name = name
    self.input = input
    self.sort = sort
  }

  func measure(for seconds: Double) throws -> Sample {
    var numbers = input.numbers
    // This makes the copy.
    numbers.reserveCapacity(numbers.count)
    let stopwatch = Stopwatch()
    try sort(&numbers)
    let sample = stopwatch.stop(operations: 1)
    // The fast wrong one would win.
    let isSorted = zip(numbers, numbers.dropFirst()).allSatisfy { $0 <= $1 }
    guard isSorted, numbers.count == input.count, numbers.reduce(0, &+) == input.sum else {
      throw Failure("\(name) does not sort")
    }
    return sample
  }
}

/// The random numbers of Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
/// (2014).
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
