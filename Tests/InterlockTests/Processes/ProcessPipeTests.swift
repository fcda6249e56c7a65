import Glibc
import Testing

@testable import Interlock

/// A pipe that nobody reads from, and that takes nothing more.
private struct FullPipe {
  let reading: Int32
  let writing: Int32
  /// How much is in it.
  let size: Int

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw Stuck("a pipe did not come") }
    (reading, writing) = (ends[0], ends[1])
    let flags = fcntl(writing, F_GETFL)
    _ = fcntl(writing, F_SETFL, flags | O_NONBLOCK)
    let page = [UInt8](repeating: 46, count: 4096)
    var size = 0
    while case let count = unsafe write(writing, page, page.count), count > 0 { size += count }
    _ = fcntl(writing, F_SETFL, flags)
    self.size = size
  }

  /// Becomes standard output or standard error.
  func become(_ descriptor: Int32) {
    dup2(writing, descriptor)
    close(writing)
  }

  /// Reads everything until `count` bytes have come, or until nobody can write any more.
  func drain(_ count: Int) -> Int {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var total = 0
    while total < count {
      let count = unsafe read(reading, &buffer, min(buffer.count, count - total))
      if count <= 0 { break }
      total += count
    }
    return total
  }
}

/// Writes everything, waiting as long as it takes.
private func shout(_ count: Int, to descriptor: Int32) {
  let bytes = [UInt8](repeating: 33, count: count)
  var start = 0
  while start < count {
    let written = unsafe bytes.withUnsafeBytes { bytes in
      unsafe write(descriptor, bytes.baseAddress?.advanced(by: start), count - start)
    }
    if written < 0, errno != EINTR { return }
    start += max(0, written)
  }
}

private struct Loud: Codable, Sendable {
  let count: Int
  let descriptor: Int32
}

/// In workers, whose standard output and standard error are pipes that nobody reads.
@Suite struct `A pipe that takes nothing` {
  private let stage: ProcessPool

  init() throws { stage = try ProcessPool(workers: 1) }

  @Test func `does not stop those who write little to standard error`() throws {
    let isWhole = try stage.run(0) { _ in
      try FullPipe().become(2)
      let pool = try ProcessPool(workers: 2)
      let results = try pool.map(0..<40, batch: 1) { number in
        shout(1 << 10, to: 2)
        return number
      }
      pool.close()
      return pool.join(for: TestTime.limit) && results == Array(0..<40)
    }
    #expect(isWhole)
  }

  @Test(arguments: [STDOUT_FILENO, STDERR_FILENO])
  func `stops who writes much, and no other`(descriptor: Int32) throws {
    let others = try stage.run(descriptor) { descriptor in
      try FullPipe().become(descriptor)
      let pool = try ProcessPool(workers: 2)
      let loud = try pool.submit(Loud(count: 1 << 20, descriptor: descriptor)) {
        shout($0.count, to: $0.descriptor)
      }
      try eventually { loud.state == .running }
      let results = try (0..<100).map { try pool.run($0) { $0 + 1 } }
      let isStuck = !loud.isFinished
      pool.close(cancelling: .everything)
      return isStuck && pool.join(for: TestTime.limit) ? results : []
    }
    #expect(others == Array(1...100))
  }

  @Test(arguments: [STDOUT_FILENO, STDERR_FILENO])
  func `does not hide that a deadline has passed`(descriptor: Int32) throws {
    let isNil = try stage.run(descriptor) { descriptor in
      try FullPipe().become(descriptor)
      let pool = try ProcessPool(workers: 1)
      let result: Int? = try pool.run(
        Loud(count: 1 << 20, descriptor: descriptor),
        until: .after(TestTime.short)
      ) {
        shout($0.count, to: $0.descriptor)
        return 1
      }
      return try result == nil && pool.run(2) { $0 } == 2
    }
    #expect(isNil)
  }

  @Test(arguments: [STDOUT_FILENO, STDERR_FILENO])
  func `does not hide that a worker is dead`(descriptor: Int32) throws {
    let isKilled = try stage.run(descriptor) { descriptor in
      try FullPipe().become(descriptor)
      let process = try WorkerProcess(Loud(count: 1 << 20, descriptor: descriptor)) {
        shout($0.count, to: $0.descriptor)
        return 1
      }
      guard try process.join(until: .after(TestTime.short)) == nil else { return false }
      process.kill()
      do throws(PoolTaskError<ProcessError>) {
        _ = try process.join()
        return false
      } catch {
        guard case .failed(let failure) = error else { return false }
        return failure.reason == .crashed(.killed(signal: SIGKILL))
      }
    }
    #expect(isKilled)
  }

  @Test func `does not keep a worker's last words from an error`() throws {
    let words = try stage.run(0) { _ in
      try FullPipe().become(2)
      let pool = try ProcessPool(workers: 1)
      do throws(ProcessError) {
        try pool.run(0) { (_: Int) in
          StandardError.write("the end\n")
          exit(3)
        }
        return "nothing"
      } catch {
        return error.reason == .crashed(.exited(3)) ? error.errorOutput : "\(error)"
      }
    }
    #expect(words == "the end\n")
  }

  @Test(arguments: [STDOUT_FILENO, STDERR_FILENO])
  func `that takes again lets everything through`(descriptor: Int32) throws {
    let count = 1 << 20
    let total = try stage.run(Loud(count: count, descriptor: descriptor)) { loud in
      let pipe = try FullPipe()
      pipe.become(loud.descriptor)
      let pool = try ProcessPool(workers: 1)
      let task = try pool.submit(loud) { shout($0.count, to: $0.descriptor) }
      try eventually { task.state == .running }
      let drain = try spawn(name: "drain") { pipe.drain(pipe.size + loud.count) - pipe.size }
      try task.join()
      guard let total = drain.join(until: .after(TestTime.limit)) else {
        throw Stuck("what was written did not come")
      }
      return total
    }
    #expect(total == count)
  }

  @Test func `that becomes full under several writers stops none of those who watch them`() throws {
    let rounds = 20
    let finished = try stage.run(rounds) { rounds in
      let pool = try ProcessPool(workers: 4)
      for round in 0..<rounds {
        let pipe = try FullPipe()
        // Room for a few pieces, which all want at once.
        _ = pipe.drain(3 * 4096)
        pipe.become(2)
        let threads = try (0..<4).map { (number: Int) in
          try spawn(name: "caller \(number)") {
            (0..<10).count { _ in
              (try? pool.run(number) { number in
                shout(4096, to: 2)
                return number
              }) == number
            }
          }
        }
        for thread in threads {
          guard thread.join(until: .after(TestTime.limit)) == 10 else {
            throw Stuck("the calls of round \(round) did not end")
          }
        }
      }
      pool.close()
      return pool.join(for: TestTime.limit)
    }
    #expect(finished)
  }
}
