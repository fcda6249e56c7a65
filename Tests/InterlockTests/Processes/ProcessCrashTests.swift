import Glibc
import Testing

@testable import Interlock

/// How a function can come to grief.
private enum Blow: String, Codable, CaseIterable, Sendable {
  case error, exit, trap, kill, abort

  struct Thrown: Error {}

  func strike() throws {
    switch self {
    case .error: throw Thrown()
    case .exit: Glibc.exit(3)
    case .trap: fatalError("struck")
    case .kill: Glibc.kill(getpid(), SIGKILL)
    case .abort: Glibc.abort()
    }
  }
}

/// When it does.
private enum Moment: String, Codable, CaseIterable, Sendable {
  case decoding, running, encoding
}

private struct Case: Codable, Hashable, Sendable, CustomTestStringConvertible {
  let blow: Blow
  let moment: Moment

  static let all = Blow.allCases.flatMap { blow in
    Moment.allCases.map { Case(blow: blow, moment: $0) }
  }

  var testDescription: String { "\(blow) while \(moment)" }

  func matches(_ reason: ProcessError.Reason) -> Bool {
    switch (blow, reason) {
    case (.error, .failed): moment == .running
    case (.error, .refused): moment != .running
    case (.exit, .crashed(.exited(3))): true
    case (.trap, .crashed(.killed(let signal))): signal == SIGILL || signal == SIGTRAP
    case (.kill, .crashed(.killed(SIGKILL))), (.abort, .crashed(.killed(SIGABRT))): true
    default: false
    }
  }
}

/// An input that strikes where it is read.
private struct Parcel: Codable, Sendable {
  let number: Int
  let bomb: Case?

  init(_ number: Int, _ bomb: Case? = nil) {
    self.number = number
    self.bomb = bomb
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    number = try values.decode(Int.self, forKey: .number)
    bomb = try values.decodeIfPresent(Case.self, forKey: .bomb)
    if let bomb, bomb.moment == .decoding { try bomb.blow.strike() }
  }
}

/// An output that strikes where it is written.
private struct Product: Codable, Sendable {
  let number: Int
  let bomb: Case?

  init(_ parcel: Parcel) throws {
    number = parcel.number
    bomb = parcel.bomb
    if let bomb, bomb.moment == .running { try bomb.blow.strike() }
  }

  func encode(to encoder: any Encoder) throws {
    if let bomb, bomb.moment == .encoding { try bomb.blow.strike() }
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(number, forKey: .number)
  }
}

/// Something that is not written.
private struct Unwritable: Codable, Sendable {
  struct Refusal: Error {}
  var refuses = true

  func encode(to encoder: any Encoder) throws {
    if refuses { throw Refusal() }
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(refuses, forKey: .refuses)
  }
}

@Suite struct `A worker that comes to grief` {
  private func failure(_ body: () throws -> Void) throws -> ProcessError {
    do {
      try body()
    } catch let error as ProcessError {
      return error
    } catch PoolTaskError<ProcessError>.failed(let error) {
      return error
    }
    throw Stuck("an error did not come")
  }

  @Test(arguments: Case.all)
  private func `is an error of one call, and the next one works`(_ bomb: Case) throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let parcel = Parcel(1, bomb)
    let ofRun = try failure { _ = try pool.run(parcel) { try Product($0) } }
    #expect(bomb.matches(ofRun.reason), "\(ofRun)")
    #expect(ofRun.inputIndex == nil)
    let task = try pool.submit(parcel) { try Product($0) }
    let ofTask = try failure { _ = try task.join() }
    #expect(bomb.matches(ofTask.reason), "\(ofTask)")
    #expect(try pool.run(Parcel(5)) { try Product($0) }.number == 5)
  }

  @Test(arguments: Case.all, [1, 2])
  private func `is an error of the one input that is to blame`(
    _ bomb: Case,
    _ workers: Int
  ) throws {
    let pool = try ProcessPool(workers: workers)
    defer { pool.close() }
    let parcels = (0..<60).map { Parcel($0, $0 == 23 ? bomb : nil) }
    let error = try failure { _ = try pool.map(parcels) { try Product($0) } }
    #expect(bomb.matches(error.reason), "\(error)")
    #expect(error.inputIndex == 23)
    let good = (0..<60).map { Parcel($0) }
    #expect(try pool.map(good) { try Product($0) }.map(\.number) == Array(0..<60))
  }

  @Test func `an input that cannot be written is named`() throws {
    let pool = try ProcessPool(workers: 2)
    defer { pool.close() }
    let inputs = (0..<40).map { Unwritable(refuses: $0 == 31) }
    let error = try failure { _ = try pool.map(inputs) { $0.refuses } }
    guard case .refused = error.reason else { throw error }
    #expect(error.inputIndex == 31)
    #expect(throws: ProcessError.self) { try pool.run(Unwritable()) { $0.refuses } }
    #expect(try pool.run(1) { $0 } == 1)
  }

  @Test func `a refusal leaves the process as it is`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let process = try pool.run(0) { _ in getpid() }
    let error = try failure { _ = try pool.run(0) { _ in Unwritable() } }
    guard case .refused = error.reason else { throw error }
    #expect(try pool.run(0) { _ in getpid() } == process)
  }

  @Test func `one that ends between two calls is replaced`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let process = try pool.run(0) { _ in getpid() }
    kill(process, SIGKILL)
    try eventually { !isRunning(process) }
    #expect(try pool.run(0) { _ in getpid() } != process)
    #expect(try pool.map(0..<10) { $0 } == Array(0..<10))
  }

  @Test func `one that is stopped is ended after the limit`() throws {
    let pool = try ProcessPool(workers: 1, taskLimit: TestTime.short)
    defer { pool.close() }
    let error = try failure {
      _ = try pool.run(0) { (_: Int) -> Int in
        kill(getpid(), SIGSTOP)
        // The signal may come to another thread first.
        while true { pause() }
      }
    }
    #expect(error.reason == .timedOut)
    #expect(try pool.run(1) { $0 } == 1)
  }

  @Test func `one input that hangs among many is found after its own limit`() throws {
    let pool = try ProcessPool(workers: 1, taskLimit: .milliseconds(500))
    defer { pool.close() }
    // So many that they go in large batches: the limit of one is not that of thousands.
    let start = Deadline.now
    let error = try failure {
      _ = try pool.map(0..<200_000) { (number: Int) -> Int in
        while number == 150_000 { pause() }
        return number
      }
    }
    #expect(error.reason == .timedOut)
    #expect(error.inputIndex == 150_000)
    #expect(Deadline.now - start < TestTime.limit)
  }

  @Test func `its last words come with the error`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    _ = try pool.run(0) { (_: Int) -> Int in
      StandardError.write("of another call\n")
      return 0
    }
    let error = try failure {
      _ = try pool.run(0) { (_: Int) -> Int in
        StandardError.write("last words\n")
        exit(4)
      }
    }
    #expect(error.errorOutput == "last words\n")
  }

  @Test func `much standard error does not block it`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    let kept = try pool.run(1 << 20) { (count: Int) -> Int in
      // What passes through ours is not for those who read what the tests say.
      dup2(unsafe open("/dev/null", O_WRONLY), 2)
      let inner = try ProcessPool(workers: 1)
      defer { inner.close() }
      do throws(ProcessError) {
        return try inner.run(count) { (count: Int) -> Int in
          StandardError.write(String(repeating: "much ", count: count / 5))
          exit(4)
        }
      } catch {
        return error.reason == .crashed(.exited(4)) ? error.errorOutput.utf8.count : -1
      }
    }
    #expect(kept == 1 << 14)
  }

  /// Lets `body` run in a process whose standard error is one end of a pipe.
  private static func withErrors(
    _ isRead: Bool,
    _ body: (ProcessPool) throws -> Bool
  ) throws -> Bool {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw Stuck("a pipe") }
    dup2(ends[1], 2)
    if !isRead { close(ends[0]) }
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    return try body(pool)
  }

  @Test func `does not take its parent along when nobody reads what it writes`() throws {
    let pool = try ProcessPool(workers: 1)
    let hasLived = try pool.run(100) { count in
      try Self.withErrors(false) { inner in
        for number in 0..<count {
          let echo = try inner.run(number) { (number: Int) -> Int in
            StandardError.write("words\n")
            return number
          }
          guard echo == number else { return false }
        }
        return true
      }
    }
    #expect(hasLived)
  }

  @Test func `is noticed while what it wrote cannot be passed on`() throws {
    let pool = try ProcessPool(workers: 1)
    let reason = try pool.run(1 << 20) { (count: Int) -> Bool in
      try Self.withErrors(true) { inner in
        let error = #expect(throws: ProcessError.self) {
          try inner.run(count) { (count: Int) -> Int in
            // More than goes into the pipe to its parent, the parent's memory, and the pipe behind it.
            guard fork() != 0 else {
              StandardError.write(String(repeating: "much ", count: count / 5))
              exit(0)
            }
            kill(getpid(), SIGKILL)
            return 0
          }
        }
        return error?.reason == .crashed(.killed(signal: SIGKILL))
      }
    }
    #expect(reason)
  }
}
