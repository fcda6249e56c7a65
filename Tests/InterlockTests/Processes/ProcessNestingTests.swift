import Glibc
import Testing

@testable import Interlock

@Suite struct `Pools in workers of pools` {
  @Test func `give their results through three levels`() throws {
    let outer = try ProcessPool(workers: 2)
    defer { outer.close() }
    let sums = try outer.map([10, 20, 30, 40], batch: 1) { tens in
      let middle = try ProcessPool(workers: 2)
      defer { middle.close() }
      return try middle.map([tens, tens + 1]) { number in
        let inner = try ProcessPool(workers: 2)
        defer { inner.close() }
        return try inner.map([number, number]) { $0 + 1 }.reduce(0, +)
      }
    }
    #expect(sums == [10, 20, 30, 40].map { [2 * $0 + 2, 2 * $0 + 4] })
  }

  @Test func `tell of a crash two levels down`() throws {
    let outer = try ProcessPool(workers: 1)
    defer { outer.close() }
    let error = #expect(throws: ProcessError.self) {
      try outer.run(3) { number in
        let middle = try ProcessPool(workers: 1)
        defer { middle.close() }
        return try middle.run(number) { number in
          let inner = try ProcessPool(workers: 1)
          defer { inner.close() }
          return try inner.map(0..<10) { (number: Int) in
            if number == 7 { abort() }
            return number
          }.count
        }
      }
    }
    guard case .failed(let remote)? = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(remote.message.contains("SIGABRT"))
    #expect(remote.message.contains("input 7"))
    #expect(remote.type == "Interlock.ProcessError")
    #expect(try outer.run(1) { $0 } == 1)
  }

  @Test func `end when a pool above them is cancelled`() throws {
    let marker = Marker()
    defer { marker.remove() }
    let outer = try ProcessPool(workers: 1)
    let task = try outer.submit(marker) { marker in
      let middle = try ProcessPool(workers: 1)
      try middle.run(marker) { marker in
        let inner = try ProcessPool(workers: 1)
        try inner.run(marker) { marker in
          marker.set()
          while true { pause() }
        }
      }
    }
    try eventually { marker.isSet }
    outer.close(cancelling: .everything)
    #expect(outer.join(for: TestTime.limit))
    #expect(task.isFinished)
  }

  private static let kept = Mutex<[ProcessPool]>([])

  @Test func `end when the process between is killed`() throws {
    let outer = try ProcessPool(workers: 1)
    defer { outer.close() }
    let processes = try outer.run(0) { _ in
      let middle = try ProcessPool(workers: 1)
      Self.kept.withLock { $0.append(middle) }
      let below = try middle.run(0) { _ in
        let inner = try ProcessPool(workers: 1)
        Self.kept.withLock { $0.append(inner) }
        let idle = try inner.run(0) { _ in getpid() }
        return [getpid(), idle]
      }
      kill(below[0], SIGKILL)
      return below
    }
    #expect(Set(processes).count == 2)
    for process in processes { try eventually { !isRunning(process) } }
    #expect(try outer.run(1) { $0 } == 1)
  }

  @Test func `leave nothing behind`() throws {
    let outer = try ProcessPool(workers: 1)
    defer { outer.close() }
    let isTraceless = try outer.run(0) { _ in
      try leavesNoTrace {
        let middle = try ProcessPool(workers: 2)
        let sums = try middle.map([1, 2, 3], batch: 1) { number in
          let inner = try ProcessPool(workers: 1)
          return try inner.run([number]) { $0.map { $0 * $0 } }
        }
        guard sums == [[1], [4], [9]] else { throw Stuck("the right result did not come") }
      }
    }
    #expect(isTraceless)
  }

  @Test func `come one after the other, two hundred times, and leave nothing behind`() throws {
    let outer = try ProcessPool(workers: 1)
    defer { outer.close() }
    let isTraceless = try outer.run(200) { rounds in
      try leavesNoTrace {
        for round in 0..<rounds {
          let pool = try ProcessPool(workers: 1)
          guard try pool.run(round, { $0 + 1 }) == round + 1 else {
            throw Stuck("the right result did not come")
          }
          // Some are closed and joined, some closed, some let go.
          if round % 3 > 0 { pool.close() }
          if round % 3 > 1, !pool.join(for: TestTime.limit) {
            throw Stuck("the end of a pool did not come")
          }
        }
      }
    }
    #expect(isTraceless)
  }
}
