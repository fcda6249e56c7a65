import Glibc
import Testing

@testable import Interlock

@Suite struct `A pool of processes` {
  private struct Failure: Error {
    let number: Int
  }

  private struct Hidden: ProcessTask {
    static func run(_ input: Int) throws -> Int32 { input == 0 ? getppid() : getpid() }
  }

  @Test func `runs a closure in another process`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    #expect(try pool.run(20) { $0 + 1 } == 21)
    #expect(try pool.run(0) { _ in getppid() } == getpid())
    #expect(try pool.run(Hidden.self, 0) == getpid())
    #expect(try pool.run(Hidden.self, 1) != getpid())
  }

  @Test func `keeps the order of many inputs`() throws {
    let pool = try ProcessPool(workers: 2)
    defer { pool.close() }
    #expect(try pool.map(0..<10_000) { $0 * 2 } == (0..<10_000).map { $0 * 2 })
    #expect(try pool.map([Int]()) { $0 } == [])
  }

  @Test func `tells what a function threw, and where`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let error = try #require(throws: ProcessError.self) {
      try pool.run(3) { (number: Int) -> Int in throw Failure(number: number) }
    }
    guard case .failed(let remote) = error.reason else {
      Issue.record("\(error)")
      return
    }
    #expect(remote.message == "Failure(number: 3)")
    #expect(remote.type.hasSuffix("Failure"))
    #expect(remote.place.hasPrefix("InterlockTests/ProcessPoolTests.swift:"))
    #expect(remote.process != getpid())
  }

  @Test func `tells how a worker ended, and heals`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    func reason(_ body: () throws -> Int) throws -> ProcessError.Reason {
      try #require(throws: ProcessError.self) { try body() }.reason
    }
    #expect(
      try reason {
        try pool.run(0) { _ in
          kill(getpid(), SIGKILL)
          return 0
        }
      }
        == .crashed(.killed(signal: SIGKILL))
    )
    #expect(try reason { try pool.run(0) { (_: Int) -> Int in exit(7) } } == .crashed(.exited(7)))
    #expect(try pool.run(1) { $0 } == 1)
  }

  @Test func `names the one input that is to blame`() throws {
    let pool = try ProcessPool(workers: 2)
    defer { pool.close() }
    let error = try #require(throws: ProcessError.self) {
      try pool.map(0..<200) { (number: Int) -> Int in
        if number == 57 { kill(getpid(), SIGKILL) }
        return number
      }
    }
    #expect(error.inputIndex == 57)
    #expect(error.reason == .crashed(.killed(signal: SIGKILL)))
  }

  @Test func `ends a function that takes too long`() throws {
    let pool = try ProcessPool(workers: 1, taskLimit: .milliseconds(50))
    defer { pool.close() }
    let error = try #require(throws: ProcessError.self) {
      try pool.run(0) { (number: Int) -> Int in
        while true { pause() }
      }
    }
    #expect(error.reason == .timedOut)
    #expect(try pool.run(1) { $0 } == 1)
  }

  @Test func `refuses closures that capture something`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let captured = Holder(7)
    let error = try #require(throws: ProcessError.self) {
      try pool.run(0) { number in number + captured.value }
    }
    guard case .refused(let why) = error.reason else {
      Issue.record("\(error)")
      return
    }
    #expect(why.contains("captures nothing"))
  }

  @Test func `passes large arrays through shared memory`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let numbers = (0..<1_000_000).map(Double.init)
    #expect(try pool.run(numbers) { $0.map { $0 + 1 } } == numbers.map { $0 + 1 })
    #expect(try pool.run(numbers) { $0.reduce(0, +) } == numbers.reduce(0, +))
  }

  @Test func `takes nothing when it is closed`() throws {
    let pool = try ProcessPool(workers: 1)
    pool.close()
    #expect(throws: ProcessError.self) { try pool.run(1) { $0 } }
    #expect(throws: ProcessError.self) { try pool.submit(1) { $0 } }
  }

  private final class Holder: Sendable {
    let value: Int
    init(_ value: Int) { self.value = value }
  }
}
