import Glibc
import Testing

@testable import Interlock

@Suite struct `A pool of processes under load` {
  @Test func `serves more threads than it has workers`() throws {
    let pool = try ProcessPool(workers: 2)
    defer { pool.close() }
    try withCrew { crew in
      let threads = try crew.spawn(count: 32) { number in
        try (0..<20).map { try pool.run(number * 100 + $0) { $0 + 1 } }
      }
      for (number, thread) in threads.enumerated() {
        #expect(try thread.result() == (0..<20).map { number * 100 + $0 + 1 })
      }
    }
    #expect(try Set(pool.map(0..<200) { _ in getpid() }).count <= 2)
  }

  @Test func `is one of many`() throws {
    try withCrew { crew in
      let threads = try crew.spawn(count: 8) { _ in
        for _ in 0..<10 {
          let (first, second) = (try ProcessPool(workers: 1), try ProcessPool(workers: 1))
          defer {
            first.close()
            second.close()
          }
          let one = try first.run(1) { _ in getpid() }
          let other = try second.run(2) { _ in getpid() }
          guard one != other else { throw Stuck("a process of its own did not come") }
        }
      }
      for thread in threads { try thread.result() }
    }
  }

  @Test func `runs what was not cancelled`() throws {
    let pool = try ProcessPool(workers: 1)
    let tasks = try (0..<50).map { try pool.submit($0) { $0 } }
    for task in tasks.dropFirst(10) { task.cancel() }
    pool.close()
    for (number, task) in tasks.enumerated() {
      do {
        #expect(try task.join() == number)
      } catch {
        #expect(number >= 10)
        #expect(error == .cancelled)
      }
    }
  }

  @Test func `finishes what it has when it is closed`() throws {
    let pool = try ProcessPool(workers: 2)
    let tasks = try (0..<20).map { try pool.submit($0) { $0 + 1 } }
    pool.close()
    for (number, task) in tasks.enumerated() { #expect(try task.join() == number + 1) }
    let error = #expect(throws: ProcessError.self) { try pool.map(0..<3) { $0 } }
    #expect(error?.reason == .closed)
  }

  @Test func `is closed while other threads use it`() throws {
    let pool = try ProcessPool(workers: 2)
    try withCrew { crew in
      let began = Event()
      let threads = try crew.spawn(count: 6) { number in
        while true {
          do {
            let result = try pool.run(number) { $0 }
            guard result == number else { throw Stuck("the right result did not come") }
            began.set()
          } catch let error as ProcessError {
            guard error.reason == .closed else { throw error }
            return
          }
        }
      }
      began.wait()
      pool.close()
      for thread in threads { try thread.result() }
    }
  }

  @Test func `carries what is large`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let numbers = [Double](repeating: 1.5, count: 200 << 17)
    let doubled = try pool.run(numbers) { $0.map { $0 * 2 } }
    #expect(doubled.count == numbers.count)
    #expect(doubled.allSatisfy { $0 == 3 })
    let words = (0..<30_000).map { "word number \($0)" }
    #expect(try pool.run(words) { $0.map { $0 + "!" } } == words.map { $0 + "!" })
    let long = String(repeating: "long ", count: 100_000)
    #expect(try pool.run(long) { $0 + $0 } == long + long)
    #expect(try pool.run(1) { $0 } == 1)
  }

  @MainActor private static var mainValue = 41

  @Test func `has a main actor in its workers`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let value = try pool.run(1) { number in
      let isDone = Event()
      let result = Mutex(0)
      Task {
        let value = await MainActor.run {
          Self.mainValue += number
          return Self.mainValue
        }
        result.withLock { $0 = value }
        isDone.set()
      }
      guard isDone.wait(for: TestTime.limit) else { return 0 }
      return result.withLock { $0 }
    }
    #expect(value == 42)
  }

  private static func twice(_ number: Int) -> Int { number * 2 }

  @Test func `says what to write instead of what it cannot run`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let offset = Int.random(in: 1...9)
    let refused = #expect(throws: ProcessError.self) { try pool.run(1) { $0 + offset } }
    guard case .refused(let why)? = refused?.reason else {
      Issue.record("\(String(describing: refused))")
      return
    }
    #expect(why.contains("{ work($0) }"))
    let main = #expect(throws: ProcessError.self) {
      try pool.run(1, file: "Program/main.swift") { $0 }
    }
    guard case .refused? = main?.reason else {
      Issue.record("\(String(describing: main))")
      return
    }
    #expect(try pool.run(4) { Self.twice($0) } == 8)
  }
}
