import CPeers
import Dispatch
import Interlock

extension Benchmark {
  /// What an empty task costs that a thread outside the pool submits.
  static var submitFromOutside: Benchmark {
    let pool = ThreadPool.shared
    return Benchmark(
      name: "pool/submit-from-outside",
      operation: "submit one of 200,000 empty tasks from a thread outside, and wait for all",
      ours: [
        CountedWork("ThreadPool, join", count: 200_000) { count in
          let tasks = try (0..<count).map { _ in try pool.submit {} }
          for task in tasks { try task.join() }
        },
        CountedWork("ThreadPool, WaitGroup", count: 200_000) { count in
          let group = WaitGroup(count: count)
          for _ in 0..<count { _ = try pool.submit { group.done() } }
          group.wait()
        },
      ],
      peers: [
        CountedWork(dispatch, count: 200_000) { count in
          let group = DispatchGroup()
          for _ in 0..<count { DispatchQueue.global().async(group: group) {} }
          group.wait()
        }
      ],
      bars: submitBars
    )
  }

  /// What an empty task costs that another task of the pool submits.
  static var submitFromInside: Benchmark {
    let pool = ThreadPool.shared
    return Benchmark(
      name: "pool/submit-from-inside",
      operation: "submit one of 200,000 tasks, each of which submits two more, and wait for all",
      ours: [
        CountedWork("ThreadPool, join", count: 200_000) { count in
          try pool.submit { branchAndJoin(count, on: pool) }.join()
        },
        CountedWork("ThreadPool, WaitGroup", count: 200_000) { count in
          let group = WaitGroup(count: 1)
          _ = try pool.submit { branch(count, on: pool, group) }
          group.wait()
        },
      ],
      peers: [
        CountedWork(dispatch, count: 200_000) { count in
          let group = DispatchGroup()
          DispatchQueue.global().async(group: group) { branch(count, group) }
          group.wait()
        }
      ],
      bars: submitBars
    )
  }

  private static var submitBars: [Bar] {
    [
      Bar(.rateRatio, .atLeast(1), against: [dispatch]),
      Bar(.cpuRatio, .atMost(1), against: [dispatch]),
    ]
  }
}

private let dispatch = "Dispatch: async, group"

/// How many tasks of a tree of `count` tasks are below the first one, on its left and on its right.
private func branches(of count: Int) -> [Int] {
  let left = count / 2
  return [left, count - 1 - left].filter { $0 > 0 }
}

private func branchAndJoin(_ count: Int, on pool: ThreadPool) {
  do {
    let tasks = try branches(of: count).map { size in
      try pool.submit { branchAndJoin(size, on: pool) }
    }
    for task in tasks { try task.join() }
  } catch {
    fatalError("nobody closes this pool: \(error)")
  }
}

private func branch(_ count: Int, on pool: ThreadPool, _ group: WaitGroup) {
  do {
    for size in branches(of: count) {
      group.add()
      _ = try pool.submit { branch(size, on: pool, group) }
    }
  } catch {
    fatalError("nobody closes this pool: \(error)")
  }
  group.done()
}

private func branch(_ count: Int, _ group: DispatchGroup) {
  for size in branches(of: count) {
    DispatchQueue.global().async(group: group) { branch(size, group) }
  }
}
