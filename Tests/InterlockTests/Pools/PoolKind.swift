import Interlock
import Testing

/// The pools on which the contract is tested.
struct PoolKind: Sendable, CustomTestStringConvertible {
  let workers: Int
  let limit: Int?

  static let all = [1, 2, 8].flatMap { workers in
    [nil, 3].map { PoolKind(workers: workers, limit: $0) }
  }

  var testDescription: String {
    "\(workers) workers, \(limit.map { "limit \($0)" } ?? "no limit")"
  }

  /// Runs `body` with such a pool; afterwards the pool's threads are gone.
  func withPool(
    _ whenFull: ThreadPool.FullPolicy = .wait,
    _ body: (ThreadPool) throws -> Void
  ) throws {
    let pool = try ThreadPool(workers: workers, name: "test", limit: limit, whenFull: whenFull)
    do {
      try body(pool)
    } catch {
      pool.close(cancelling: .everything)
      throw error
    }
    pool.close()
    if !pool.join(for: TestTime.limit) { throw Stuck("the pool did not end") }
    #expect(pool.threadCount == 0)
  }
}

/// Runs `body` with a pool; afterwards the pool's threads are gone.
func withPool(workers: Int, _ body: (ThreadPool) throws -> Void) throws {
  try PoolKind(workers: workers, limit: nil).withPool { try body($0) }
}

extension PoolTask {
  /// Joins the task: what it returned, or ``Stuck``.
  func result() throws -> Success {
    guard let success = try join(until: .after(TestTime.limit)) else {
      throw Stuck("the task \(name ?? "without a name") was not over")
    }
    return success
  }
}

struct Refusal: Error, Hashable {
  let number: Int
}

/// A number of threads that want to be known to run at the same time, or not to.
final class Headcount: Sendable {
  private let inside = Atomic(0)
  private let most = Atomic(0)

  var greatest: Int { most.load(ordering: .relaxed) }

  func withOneMore<Result>(_ body: () throws -> Result) rethrows -> Result {
    let now = inside.wrappingAdd(1, ordering: .relaxed).newValue
    most.max(now, ordering: .relaxed)
    defer { inside.wrappingSubtract(1, ordering: .relaxed) }
    return try body()
  }
}
