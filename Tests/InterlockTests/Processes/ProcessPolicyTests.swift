import Glibc
import Testing

@testable import Interlock

@Suite struct `A pool of processes as it was asked to be` {
  private enum Prepared {
    static let word = Mutex("nothing")
  }

  @Test func `prepares each process before it works`() throws {
    let pool = try ProcessPool(
      workers: 2,
      recycling: .init(afterInputs: 3),
      initializingWith: "ready"
    ) { word in
      Prepared.word.withLock { $0 = word }
    }
    let words = try pool.map(0..<20, batch: 1) { _ in Prepared.word.withLock { $0 } }
    #expect(Set(words) == ["ready"])
    #expect(Prepared.word.withLock { $0 } == "nothing")
  }

  @Test func `says that it cannot prepare a process`() throws {
    let pool = try ProcessPool(workers: 1, initializingWith: 7) { (number: Int) in
      throw Stuck("number \(number)")
    }
    let error = #expect(throws: ProcessError.self) { try pool.run(1) { $0 } }
    guard case .cannotStart(let why)? = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(why.contains("number 7"))
    pool.close()
    let isOver = pool.join(for: TestTime.limit)
    #expect(isOver)
  }

  @Test func `replaces processes that have worked enough`() throws {
    let pool = try ProcessPool(workers: 1, recycling: .init(afterInputs: 4))
    let processes = try (0..<12).map { try pool.run($0) { _ in getpid() } }
    #expect(Set(processes).count == 3)
    #expect(processes[0] == processes[3])
    #expect(pool.progress.startedProcesses == 3)
    #expect(pool.progress.crashedProcesses == 0)
  }

  private static let kept = Mutex<[[UInt8]]>([])

  @Test func `replaces processes that have too much memory`() throws {
    let pool = try ProcessPool(workers: 1, recycling: .init(beyondMemory: 512 << 20))
    let first = try pool.run(0) { _ in getpid() }
    #expect(try pool.run(0) { _ in getpid() } == first)
    _ = try pool.run(600 << 20) { count in
      Self.kept.withLock { $0.append([UInt8](repeating: 1, count: count)) }
    }
    #expect(try pool.run(0) { _ in getpid() } != first)
  }

  @Test func `tries again what crashed`() throws {
    let marker = Marker()
    defer { marker.remove() }
    let pool = try ProcessPool(workers: 2, retrying: .crashes(attempts: 2))
    let markers = (0..<100).map { $0 == 40 ? marker : nil }
    let were = try pool.map(markers) { marker in
      // The first time it is not set.
      guard let marker else { return false }
      if !marker.isSet {
        marker.set()
        kill(getpid(), SIGKILL)
      }
      return true
    }
    #expect(were == (0..<100).map { $0 == 40 })
    #expect(pool.progress.crashedProcesses == 1)
  }

  @Test func `tries again no more often than was said`() throws {
    let asked = Mutex<[ProcessError]>([])
    let pool = try ProcessPool(
      workers: 1,
      retrying: .init(attempts: 3) { error in
        asked.withLock { $0.append(error) }
        return true
      }
    )
    let error = #expect(throws: ProcessError.self) {
      try pool.map(0..<10) { (number: Int) -> Int in
        if number == 6 { throw Stuck("six") }
        return number
      }
    }
    #expect(error?.inputIndex == 6)
    #expect(asked.withLock { $0.map(\.inputIndex) } == [6, 6])
  }

  @Test func `counts what it was given`() throws {
    let pool = try ProcessPool(workers: 2)
    _ = try pool.map(0..<50) { $0 }
    _ = try? pool.run(1) { (_: Int) -> Int in throw Stuck("no") }
    _ = try pool.submit(1) { $0 }.join()
    let progress = pool.progress
    #expect(progress.submitted == 52)
    #expect(progress.finished == 52)
    #expect(progress.failed == 1)
    #expect(1...2 ~= progress.startedProcesses)
  }

  @Test func `grows and shrinks`() throws {
    let pool = try ProcessPool(workers: 1)
    func processes() throws -> Int {
      // All at once, so that each needs a process of its own.
      let tasks = try (0..<pool.workerCount).map { _ in
        try pool.submit(pool.workerCount) { (_: Int) -> Int32 in
          usleep(1)
          return getpid()
        }
      }
      return Set(try tasks.map { try $0.join() }).count
    }
    #expect(try processes() == 1)
    try pool.resize(to: 4)
    #expect(pool.workerCount == 4)
    #expect(try 1...4 ~= processes())
    try pool.resize(to: 1)
    try eventually { pool.processCount <= 1 }
    #expect(try processes() == 1)
    #expect(try pool.map(0..<100) { $0 } == Array(0..<100))
  }

  @Test func `gives up at a deadline, and ends the worker`() throws {
    let pool = try ProcessPool(workers: 1)
    let first = try pool.run(0) { _ in getpid() }
    let nothing = try pool.run(0, until: .after(TestTime.short)) { (_: Int) -> Int in
      while true { pause() }
    }
    #expect(nothing == nil)
    #expect(!isRunning(first))
    #expect(try pool.run(5, until: .after(TestTime.limit)) { $0 } == 5)
  }

  @Test func `ends what runs when its task is cancelled`() throws {
    let pool = try ProcessPool(workers: 1)
    let first = try pool.run(0) { _ in getpid() }
    let task = try pool.submit(0) { (_: Int) -> Int in while true { pause() } }
    let next = try pool.submit(3) { $0 }
    try eventually { task.state == .running }
    task.cancel()
    let error = #expect(throws: PoolTaskError<ProcessError>.self) { try task.join() }
    guard case .failed(let failure)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(failure.reason == .cancelled)
    #expect(try next.join() == 3)
    #expect(!isRunning(first))
  }

  @Test func `ends everything when it is closed so`() throws {
    let pool = try ProcessPool(workers: 2)
    try withCrew { crew in
      let threads = try crew.spawn(count: 2) { _ -> ProcessError.Reason? in
        do throws(ProcessError) {
          try pool.run(0) { (_: Int) in while true { pause() } }
          return nil
        } catch {
          return error.reason
        }
      }
      try eventually { pool.processCount == 2 }
      let waiting = try pool.submit(1) { $0 }
      pool.close(cancelling: .everything)
      let isOver = pool.join(for: TestTime.limit)
      #expect(isOver)
      #expect(throws: PoolTaskError<ProcessError>.self) { try waiting.join() }
      for thread in threads { #expect(try thread.result() == .cancelled) }
    }
  }

  @Test func `is not joined before its work is done`() throws {
    let pool = try ProcessPool(workers: 1)
    let marker = Marker()
    defer { marker.remove() }
    let task = try pool.submit(marker) { marker in
      while !marker.isSet { usleep(100) }
    }
    pool.close()
    #expect(!pool.join(until: .after(TestTime.short)))
    marker.set()
    pool.join()
    #expect(task.isFinished)
    #expect(pool.processCount == 0)
  }

  @Test func `runs functions that return nothing`() throws {
    let pool = try ProcessPool(workers: 2)
    try pool.run("word") { (word: String) in _ = word.count }
    try pool.submit(1) { (number: Int) in _ = number }.join()
    try pool.forEach(0..<1000) { _ = $0 }
    let error = #expect(throws: ProcessError.self) {
      try pool.forEach(0..<1000) { number in
        if number == 321 { throw Stuck("here") }
      }
    }
    #expect(error?.inputIndex == 321)
  }

  @Test func `hands inputs out in the batches that were asked for`() throws {
    let pool = try ProcessPool(workers: 3)
    for batch in [1, 7, 100, 1000] {
      #expect(try pool.map(0..<500, batch: batch) { $0 + 1 } == Array(1...500))
    }
    #expect(try pool.map([Int](), batch: 3) { $0 } == [])
  }

  @Test func `gives each input of a batch its own time`() throws {
    // Together they take longer than one may take.
    let pool = try ProcessPool(workers: 1, taskLimit: .seconds(1))
    let results = try pool.map([UInt32](repeating: 400_000, count: 3), batch: 3) { usleep($0) }
    #expect(results == [0, 0, 0])
  }
}
