import CInterlock
import Glibc
import Testing

@testable import Interlock

private struct Parcel: Codable, Sendable, Equatable {
  var words: [String]
  var numbers: [Double]
}

/// In a worker, so that nobody else's memory and limits are counted or changed.
@Suite struct `Large messages` {
  private static func residentMemory() -> Int { Int(interlock_process_memory(getpid())) }

  private static func limitFiles(to size: Int) throws {
    var limit = rlimit(rlim_cur: rlim_t(size), rlim_max: rlim_t(size))
    guard unsafe setrlimit(.init(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
      throw Stuck("a limit did not come")
    }
  }

  /// Around what fits into a pipe, into the memory that is there from the start, and into twice that.
  private static let sizes = [1 << 16, 1 << 20, 2 << 20, 8 << 20].flatMap { size in
    (-40...40).filter { abs($0) < 3 || abs($0) % 8 == 0 }.map { size + $0 }
  }

  @Test func `come whole whatever their size is`() throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    for size in Self.sizes {
      let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size)
      #expect(try pool.run(bytes) { $0 } == bytes)
      #expect(try pool.run(size) { [UInt8](repeating: 5, count: $0) }.count == size)
    }
  }

  @Test func `come whole if they are many pieces`() throws {
    let pool = try ProcessPool(workers: 2)
    defer { pool.close() }
    let parcel = Parcel(
      words: (0..<6000).map { "word number \($0)" },
      numbers: (0..<20_000).map { Double($0) }
    )
    let sent = [Parcel](repeating: parcel, count: 6)
    #expect(try pool.run(parcel) { $0 } == parcel)
    #expect(try pool.run([parcel.words]) { $0 } == [parcel.words])
    let turned = try pool.map(sent.map(\.numbers), batch: 2) { Array($0.reversed()) }
    #expect(turned.allSatisfy { $0 == parcel.numbers.reversed() })
    for result in try pool.results(of: sent.map(\.words), { $0 }) {
      #expect(try result.result.get() == parcel.words)
    }
    #expect(try WorkerProcess(parcel) { $0 }.join() == parcel)
  }

  @Test func `take no more memory when they are many`() throws {
    let stage = try ProcessPool(workers: 1)
    defer { stage.close() }
    // More than two gigabytes in sum.
    let growth = try stage.run(48 << 20) { size in
      let pool = try ProcessPool(workers: 1)
      defer { pool.close() }
      let bytes = [UInt8](repeating: 3, count: size)
      var first: [Int] = []
      for round in 0..<24 {
        guard try pool.run(bytes, { $0 }).count == size else { throw Stuck("all did not come") }
        if round == 3 {
          first = [Self.residentMemory(), try pool.run(0) { _ in Self.residentMemory() }]
        }
      }
      let last = [Self.residentMemory(), try pool.run(0) { _ in Self.residentMemory() }]
      return zip(last, first).map { $0 - $1 }
    }
    // Less than one of the messages, here and there.
    #expect(growth.allSatisfy { $0 < 40 << 20 }, "\(growth)")
  }

  @Test func `are given back when small ones follow`() throws {
    let stage = try ProcessPool(workers: 1)
    defer { stage.close() }
    let kept = try stage.run(64 << 20) { size in
      let pool = try ProcessPool(workers: 1)
      defer { pool.close() }
      _ = try pool.run(0) { $0 }
      let before = Self.residentMemory()
      _ = try pool.run([UInt8](repeating: 3, count: size)) { $0 }.count
      for _ in 0..<100 { _ = try pool.run(0) { $0 } }
      return Self.residentMemory() - before
    }
    #expect(kept < 32 << 20)
  }

  @Test func `are refused when there is no room for them, and the next one fits`() throws {
    let stage = try ProcessPool(workers: 1)
    defer { stage.close() }
    let refused = try stage.run(0) { _ in
      // Memory that is shared may be no larger than a file.
      try Self.limitFiles(to: 64 << 20)
      let pool = try ProcessPool(workers: 1)
      let process = try pool.run(0) { _ in getpid() }
      var refused: [String] = []
      func note(_ what: String, _ body: () throws -> Int) throws {
        do {
          refused.append("\(what) gave \(try body())")
        } catch let error as ProcessError {
          guard case .refused(let why) = error.reason, why.contains("bytes") else { throw error }
          refused.append("\(what) \(error.inputIndex ?? -1)")
        }
        guard try pool.run(5, { $0 }) == 5 else { throw Stuck("the next one did not come") }
      }
      let large = [UInt8](repeating: 1, count: 48 << 20)
      try note("input") { try pool.run(large) { $0.count } }
      try note("output") { try pool.run(48 << 20) { [UInt8](repeating: 1, count: $0) }.count }
      try note("inputs") { try pool.map([[], [], large, []], batch: 4) { $0.count }.count }
      try note("outputs") {
        try pool.map([1, 2, 3, 48 << 20], batch: 4) { [UInt8](repeating: 1, count: $0) }.count
      }
      try note("pieces") {
        try pool.run(large.count) { (count: Int) in (0..<count / 16).map { "\($0) and more" } }
          .count
      }
      guard try pool.run(0, { _ in getpid() }) == process else { return ["another process"] }
      return refused
    }
    #expect(refused == ["input -1", "output -1", "inputs 2", "outputs 3", "pieces -1"])
  }

  @Test func `are as many as fit, when they fit one by one`() throws {
    let stage = try ProcessPool(workers: 1)
    defer { stage.close() }
    let counts = try stage.run(0) { _ in
      try Self.limitFiles(to: 64 << 20)
      let pool = try ProcessPool(workers: 2)
      // Together too large for a message, each way.
      let inputs = (0..<8).map { [UInt8](repeating: UInt8($0), count: 1 << 20) }
      return try pool.map(inputs, batch: 8) { $0 + [1] }.map(\.count)
    }
    #expect(counts == [Int](repeating: (1 << 20) + 1, count: 8))
  }
}
