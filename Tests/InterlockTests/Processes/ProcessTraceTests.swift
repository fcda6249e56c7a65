import Glibc
import Testing

@testable import Interlock

/// Counted in workers: in the process of the tests other tests are at work.
@Suite struct `Pools of processes leave nothing behind` {
  @Test func `when they are closed`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let isTraceless = try pool.run(50) { rounds in
      try leavesNoTrace {
        for _ in 0..<rounds {
          let pool = try ProcessPool(workers: 2)
          _ = try pool.map(0..<4) { [Int](repeating: $0, count: 20_000) }
          pool.close()
          pool.close()
        }
      }
    }
    #expect(isTraceless)
  }

  @Test func `after crashes`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let isTraceless = try pool.run(20) { rounds in
      try leavesNoTrace {
        let pool = try ProcessPool(workers: 2)
        for _ in 0..<rounds {
          let crash = try? pool.run([Int](repeating: 1, count: 20_000)) { (all: [Int]) -> Int in
            kill(getpid(), SIGKILL)
            return all.count
          }
          guard crash == nil else { throw Stuck("a crash did not come") }
        }
        pool.close()
      }
    }
    #expect(isTraceless)
  }

  @Test func `when nobody closes them`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let isTraceless = try pool.run(10) { rounds in
      try leavesNoTrace {
        for _ in 0..<rounds {
          let pool = try ProcessPool(workers: 2)
          let task = try pool.submit(1) { $0 }
          _ = try pool.run(1) { $0 }
          _ = try task.join()
          // Nobody joins this one.
          _ = try pool.submit(1) { $0 }
        }
      }
    }
    #expect(isTraceless)
  }

  @Test func `when their program is killed`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let processes = try pool.run(0) { _ in
      let inner = try ProcessPool(workers: 2)
      Self.kept.withLock { $0.append(inner) }
      let isThere = try ProcessPool(workers: 1)
      let idle = try inner.run(0) { _ in getpid() }
      // The one that was idle is taken first: the second call needs another one.
      _ = try inner.submit(0) { (_: Int) -> Int in while true { pause() } }
      isThere.close()
      var busy = idle
      try eventually {
        let all = Self.children()
        busy = all.first { $0 != idle } ?? idle
        guard busy == idle else { return true }
        return try inner.run(0) { _ in getpid() } != idle
      }
      return [getpid()] + Self.children()
    }
    #expect(processes.count == 3)
    #expect(throws: ProcessError.self) {
      try pool.run(0) { (_: Int) -> Int in
        kill(getpid(), SIGKILL)
        return 0
      }
    }
    for process in processes { try eventually { !isRunning(process) } }
  }

  private static let kept = Mutex<[ProcessPool]>([])

  private static func children() -> [Int32] {
    names(in: "/proc/self/task").flatMap { thread in
      text(of: "/proc/self/task/\(thread)/children").split(separator: " ").compactMap { Int32($0) }
    }
  }

  @Test func `in their workers, which have nothing of ours`() throws {
    // Not closed on exec, and with numbers that nobody else has.
    let ours = (0..<5).map { _ in fcntl(1, F_DUPFD, 100) }
    defer { for descriptor in ours { close(descriptor) } }
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    // The channel, what wakes the main queue, and the folder that is being read.
    let descriptors = try pool.run(0) { _ in names(in: "/proc/self/fd").compactMap { Int($0) } }
    #expect(Set(descriptors) == [0, 1, 2, 3, 4, 5])
    let isUnset = try pool.run(0) { _ in unsafe getenv("INTERLOCK_WORKER") == nil }
    #expect(isUnset)
  }
}
