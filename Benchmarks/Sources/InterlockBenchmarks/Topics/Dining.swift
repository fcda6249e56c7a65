import Interlock
import InterlockPrograms

extension Benchmark {
  /// Whether everybody gets something to eat where 64 want the forks of their neighbours.
  static var philosophers: Benchmark {
    let unfair = "ordered, forks may be snatched"
    return Benchmark(
      name: "philosophers",
      operation: "a meal, at a table with \(Dinner.seats) seats",
      ours: [
        Dinner("ordered") { OrderedTable(seats: Dinner.seats) },
        Dinner("arbitrated") { ArbitratedTable(seats: Dinner.seats) },
      ],
      peers: [Dinner(unfair) { SnatchingTable(seats: Dinner.seats) }],
      bars: [Bar(.leastShare, .atLeast(0.5), against: [unfair])],
      rounds: 3
    )
  }
}

/// Philosophers who eat against the clock.
private final class Dinner: Contestant {
  static let seats = 64
  /// In less time there are so few meals that one more or less matters.
  private static let leastSeconds = 2.0

  let name: String
  private let table: () -> any DiningTable

  init(_ name: String, at table: @escaping () -> any DiningTable) {
    self.name = name
    self.table = table
  }

  func measure(for seconds: Double) throws -> Sample {
    let table = table()
    let stopwatch = Stopwatch()
    let end = Deadline.after(.seconds(max(seconds, Self.leastSeconds)))
    let report = try Philosophers(seats: Self.seats).run(at: table, until: end)
    var sample = stopwatch.stop(operations: report.meals.reduce(0, +))
    sample.leastShare = Double(report.meals.min() ?? 0) / report.mean
    return sample
  }
}

/// The ordered table with forks that whoever comes first may take before those who wait.
private final class SnatchingTable: DiningTable {
  private let forks: [Lock]

  init(seats: Int) {
    forks = (0..<seats).map { Lock(name: "fork \($0 + 1)") }
  }

  var seats: Int { forks.count }

  func withForks(of seat: Int, _ eat: () -> Void) {
    let (left, right) = (seat, (seat + 1) % seats)
    forks[min(left, right)].withLock {
      forks[max(left, right)].withLock {
        eat()
      }
    }
  }
}
