import Glibc
import Testing

@testable import Interlock

@Suite struct `A process for one function` {
  @Test func `gives its result, and has ended then`() throws {
    let process = try WorkerProcess(20) { $0 + getpid() - getpid() + 1 }
    #expect(try process.join() == 21)
    #expect(process.exit == .exited(0))
    #expect(!process.isRunning)
    #expect(!isRunning(process.processID))
    #expect(try process.tryJoin() == 21)
  }

  @Test func `is another process`() throws {
    let process = try WorkerProcess(0) { _ in getpid() }
    #expect(try process.join() == process.processID)
    #expect(process.processID != getpid())
  }

  private struct Doubling: ProcessTask {
    static func run(_ input: [Int]) -> [Int] { input.map { $0 * 2 } }
  }

  @Test func `runs a task by its name`() throws {
    #expect(try WorkerProcess(Doubling.self, [1, 2]).join() == [2, 4])
  }

  @Test func `may return nothing`() throws {
    let process = try WorkerProcess("nothing") { (word: String) in _ = word.count }
    try process.join()
  }

  private struct Refusal: Error {}

  @Test func `throws what its function throws`() throws {
    let process = try WorkerProcess(1) { (_: Int) -> Int in throw Refusal() }
    let error = #expect(throws: PoolTaskError<ProcessError>.self) { try process.join() }
    guard case .failed(let failure)? = error, case .failed(let remote) = failure.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(remote.type.hasSuffix("Refusal"))
    #expect(remote.process == process.processID)
    #expect(process.exit == .exited(0))
  }

  private static func reason(
    of process: WorkerProcess<Int>
  ) -> ProcessError.Reason? {
    do throws(PoolTaskError<ProcessError>) {
      _ = try process.join()
      return nil
    } catch {
      guard case .failed(let failure) = error else { return nil }
      return failure.reason
    }
  }

  @Test func `can be ended while it is busy`() throws {
    for end in [WorkerProcess.terminate, WorkerProcess<Int>.kill] {
      let process = try WorkerProcess(0) { (_: Int) -> Int in while true { pause() } }
      #expect(try process.join(until: .now) == nil)
      #expect(process.isRunning)
      end(process)()
      guard case .crashed(.killed(let signal)) = Self.reason(of: process) else {
        Issue.record("it did not crash")
        continue
      }
      #expect([SIGTERM, SIGKILL].contains(signal))
      #expect(process.exit == .killed(signal: signal))
    }
  }

  @Test func `is ended when its task is cancelled`() throws {
    let process = try WorkerProcess(0) { (_: Int) -> Int in while true { pause() } }
    try eventually { process.task.state == .running }
    process.task.cancel()
    #expect(Self.reason(of: process) == .cancelled)
    #expect(!isRunning(process.processID))
  }

  @Test func `can be waited for among others`() throws {
    let slow = try WorkerProcess(0) { (_: Int) -> Int in while true { pause() } }
    let quick = try WorkerProcess(1) { $0 }
    #expect([slow.task, quick.task].waitForFirst() === quick.task)
    slow.kill()
    #expect([slow.task, quick.task].waitForFirstFailure() === slow.task)
  }

  @Test func `gives its value to a task`() async throws {
    let process = try WorkerProcess([1.5, 2.5]) { $0.reduce(0, +) }
    #expect(try await process.value == 4)
  }

  @Test func `goes on when its handle is let go`() throws {
    let marker = Marker()
    defer { marker.remove() }
    _ = try WorkerProcess(marker) { $0.set() }
    try eventually { marker.isSet }
  }

  @Test func `is refused with words that say what to write`() throws {
    let offset = Int.random(in: 1...9)
    let error = #expect(throws: ProcessError.self) { try WorkerProcess(1) { $0 + offset } }
    guard case .refused? = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `many at once leave nothing behind`() throws {
    let pool = try ProcessPool(workers: 1)
    let isTraceless = try pool.run(40) { count in
      _ = try WorkerProcess(0) { $0 }.join()
      try eventually { !Belongings().hasChildren }
      let before = Belongings()
      let processes = try (0..<count).map { try WorkerProcess($0) { $0 * $0 } }
      for (number, process) in processes.enumerated() {
        guard try process.join() == number * number else { return false }
      }
      try eventually { Belongings().areWithin(before) }
      return true
    }
    #expect(isTraceless)
  }
}
