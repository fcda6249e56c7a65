import Glibc
import Testing

@testable import Interlock

private func twice(_ number: Int) -> Int { number * 2 }

private func fail(_ number: Int) throws -> Int { throw Stuck("number \(number)") }

/// What came of asking for a function.
private enum Verdict: Equatable {
  case right, wrong
  case refused
}

private func verdict<Output: Equatable>(
  _ expected: Output,
  _ body: () throws -> Output
) throws -> Verdict {
  do {
    return try body() == expected ? .right : .wrong
  } catch let error as ProcessError {
    guard case .refused = error.reason else { throw error }
    return .refused
  }
}

private func verdict(_ body: () throws -> Void) throws -> Verdict {
  try verdict(true) {
    try body()
    return true
  }
}

private struct Pair<First: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
  var first: First
  var second: Int
}

private struct Grain: Codable, Sendable, Hashable {
  var size = 7
  var name: String?

  func scaled() -> Int { size * 3 }
}

struct OpenPair<First: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
  var first: First
}

// Tasks of every kind.

private struct PrivateTask: ProcessTask {
  static func run(_ input: Int) -> Int { input + 1 }
}

private enum PrivateEnumTask: ProcessTask {
  static func run(_ input: Int) -> Int { input + 2 }
}

private final class PrivateClassTask: ProcessTask {
  static func run(_ input: Int) -> Int { input + 3 }
}

final class OpenClassTask: ProcessTask {
  static func run(_ input: Int) -> Int { input + 4 }
}

private struct PrivateGenericTask<Value: Codable & Sendable>: ProcessTask {
  static func run(_ input: Value) -> Value { input }
}

struct OpenGenericTask<Value: Codable & Sendable>: ProcessTask {
  static func run(_ input: Value) -> [Value] { [input, input] }
}

enum Outer<Value: Codable & Sendable> {
  struct Inner: ProcessTask {
    static func run(_ input: Value) -> [Value] { [input] }
  }
}

private enum Room {
  enum Cupboard {
    struct Drawer: ProcessTask {
      static func run(_ input: Grain) -> Grain { Grain(size: input.size + 1) }
    }
  }
}

/// Which functions run in workers is decided by how they are written.
///
/// The optimizer finds more literals that capture nothing: what is refused without it may run with it, and
/// then runs right. What runs without it runs with it.
@Suite struct `A function for a worker` {
  private let pool: ProcessPool

  init() throws { pool = try ProcessPool(workers: 1) }

  /// What comes of a function that captures nothing if somebody looks closely.
  #if DEBUG
  private let unseen = [Verdict.refused]
  #else
  private let unseen = [Verdict.refused, .right]
  #endif

  private static func thrice(_ number: Int) -> Int { number * 3 }

  @Test func `may be a literal that captures nothing`() throws {
    #expect(try verdict(8) { try pool.run(4) { twice($0) } } == .right)
    #expect(try verdict(12) { try pool.run(4) { Self.thrice($0) } } == .right)
    #expect(try verdict(4) { try pool.run(4) { (number: Int) -> Int in number } } == .right)
    #expect(try verdict("4") { try pool.run(4) { "\($0)" } } == .right)
    #expect(try verdict([1, 2]) { try pool.run([2, 1]) { $0.sorted() } } == .right)
    #expect(try verdict { try pool.run(4) { (number: Int) in _ = twice(number) } } == .right)
    #expect(try verdict(21) { try pool.run(Grain()) { $0.scaled() } } == .right)
    #expect(try verdict([nil, 3]) { try pool.map([2, 3]) { $0 == 2 ? nil : $0 } } == .right)
    #expect(try verdict(6) { try pool.submit(5) { $0 + 1 }.join() } == .right)
    #expect(try verdict(6) { try WorkerProcess(5) { $0 + 1 }.join() } == .right)
    // What the literal makes may capture what it likes.
    #expect(
      try verdict([5, 6]) { try pool.run(5) { base in [0, 1].map { $0 + base } } } == .right
    )
  }

  @Test func `may throw`() throws {
    let error = #expect(throws: ProcessError.self) { try pool.run(4) { try fail($0) } }
    guard case .failed? = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `may not capture anything`() throws {
    let offset = Int.random(in: 1...9)
    var counted = [1, 2]
    counted.append(offset)
    let list = counted
    let text = String(offset)
    let nothing: Void = ()
    let double = 0.5 * Double(offset)
    #expect(try verdict(0) { try pool.run(4) { $0 + offset } } == .refused)
    #expect(try verdict(0) { try pool.run(4) { $0 + list.count } } == .refused)
    #expect(try verdict("") { try pool.run(4) { "\($0)" + text } } == .refused)
    #expect(try verdict(0) { try pool.run(4) { Double($0) + double } } == .refused)
    #expect(try verdict { try pool.run(4) { (_: Int) in _ = usleep(UInt32(offset)) } } == .refused)
    #expect(try verdict([]) { try pool.map([4]) { $0 + offset } } == .refused)
    #expect(try verdict(0) { try pool.submit(4) { $0 + offset }.join() } == .refused)
    #expect(try verdict(0) { try WorkerProcess(4) { $0 + offset }.join() } == .refused)
    // Nothing is no capture.
    #expect(
      try verdict(4) {
        try pool.run(4) { number in
          _ = nothing
          return number
        }
      } != .wrong
    )
  }

  private func generic<Value: Codable & Sendable & Equatable>(
    _ value: Value
  ) throws -> [Verdict] {
    [
      try verdict(value) { try pool.run(value) { $0 } },
      try verdict(1) { try pool.run(value) { _ in 1 } },
      try verdict([value]) { try pool.run([value]) { $0 } },
      try verdict { try pool.run(value) { (_: Value) in } },
      try verdict([value]) { try pool.map([value]) { $0 } },
    ]
  }

  private func output<Value: FixedWidthInteger & Codable & Sendable>(
    _ type: Value.Type
  ) throws -> [Verdict] {
    [
      try verdict(Value(5)) { try pool.run(5) { Value($0) } },
      try verdict([Value(5)]) { try pool.map([5]) { Value($0) } },
      try verdict(5) { try pool.run(5) { Int(Value($0)) } },
    ]
  }

  @Test func `may not be in generic code`() throws {
    #expect(try generic(7).allSatisfy(unseen.contains))
    #expect(try generic("seven").allSatisfy(unseen.contains))
    #expect(try generic(OpenPair(first: 1)).allSatisfy(unseen.contains))
    #expect(try output(Int16.self).allSatisfy(unseen.contains))
    #expect(try output(UInt64.self).allSatisfy(unseen.contains))
  }

  @Test func `may not be the name of a function`() throws {
    #expect(unseen.contains(try verdict(8) { try pool.run(4, twice) }))
    // These two are literals to the compiler.
    #expect(try verdict(12) { try pool.run(4, Self.thrice) } == .right)
    #expect(try verdict("4") { try pool.run(4, String.init(describing:)) } == .right)
    #expect(unseen.contains(try verdict([8]) { try pool.map([4], twice) }))
    #expect(try verdict(21) { try pool.run(Grain()) { $0.scaled() } } == .right)
  }

  @Test func `may not be a variable`() throws {
    let stored: @Sendable (Int) -> Int = { $0 + 1 }
    let throwing: @Sendable (Int) throws -> Int = { $0 + 1 }
    let action: @Sendable (Int) throws -> Void = { _ in }
    #expect(unseen.contains(try verdict(5) { try pool.run(4, stored) }))
    #expect(unseen.contains(try verdict(5) { try pool.run(4, throwing) }))
    #expect(unseen.contains(try verdict { try pool.run(4, action) }))
    @Sendable func local(_ number: Int) -> Int { number + 1 }
    #expect(unseen.contains(try verdict(5) { try pool.run(4, local) }))
    #expect(try verdict(5) { try pool.run(4) { local($0) } } != .wrong)
  }

  @Test func `may not be a key path`() throws {
    #expect(unseen.contains(try verdict(7) { try pool.run(Grain(), \.size) }))
    #expect(unseen.contains(try verdict([7]) { try pool.map([Grain()], \.size) }))
    #expect(try verdict(7) { try pool.run(Grain()) { $0.size } } == .right)
  }

  @Test func `has types that another process can find`() throws {
    struct Local: Codable, Sendable, Hashable { var number = 1 }
    #expect(try verdict(Local()) { try pool.run(Local()) { $0 } } == .right)
    #expect(try verdict(Grain()) { try pool.run(Grain()) { $0 } } == .right)
    let open = OpenPair(first: 1)
    #expect(try verdict(open) { try pool.run(open) { $0 } } == .right)
    // Private and generic ones cannot be found, or then are found right.
    let pair = Pair(first: 1, second: 2)
    #expect(try verdict(pair) { try pool.run(pair) { $0 } } == .refused)
    // Those of the standard library are known.
    #expect(try verdict([Grain()]) { try pool.run([Grain()]) { $0 } } == .right)
    #expect(try verdict(Grain()) { try pool.run(Grain() as Grain?) { $0 } } == .right)
    let many: [Set<Local>: [Local?]] = [[Local()]: [nil, Local()]]
    #expect(try verdict(many) { try pool.run(many) { $0 } } == .right)
  }

  @Test func `may be a task of any kind that another process can find`() throws {
    struct LocalTask: ProcessTask {
      static func run(_ input: Int) -> Int { input + 5 }
    }
    #expect(try verdict(2) { try pool.run(PrivateTask.self, 1) } == .right)
    #expect(try verdict(3) { try pool.run(PrivateEnumTask.self, 1) } == .right)
    #expect(try verdict(5) { try pool.run(OpenClassTask.self, 1) } == .right)
    #expect(try verdict(6) { try pool.run(LocalTask.self, 1) } == .right)
    #expect(try verdict([1, 1]) { try pool.run(OpenGenericTask<Int>.self, 1) } == .right)
    #expect(try verdict(["a", "a"]) { try pool.run(OpenGenericTask<String>.self, "a") } == .right)
    #expect(try verdict([2]) { try pool.run(Outer<Int>.Inner.self, 2) } == .right)
    let grain = Grain(size: 8)
    #expect(try verdict(grain) { try pool.run(Room.Cupboard.Drawer.self, Grain()) } == .right)
    #expect(try verdict(4) { try pool.run(PrivateClassTask.self, 1) } == .refused)
    #expect(try verdict(4) { try pool.run(PrivateGenericTask<Int>.self, 4) } == .refused)
    let grains = [Grain(), Grain()]
    #expect(try verdict(grains) { try pool.run(OpenGenericTask<Grain>.self, Grain()) } == .refused)
  }

  private func asked<Value: Codable & Sendable & Equatable>(_ value: Value) throws -> Verdict {
    try verdict([value, value]) { try pool.run(OpenGenericTask<Value>.self, value) }
  }

  @Test func `may be a generic task that generic code asks for`() throws {
    #expect(try asked(1) == .right)
    #expect(try asked("one") == .right)
    #expect(try asked([1.5]) == .right)
  }

  @Test func `is the one that is meant, of several of the same type`() throws {
    for round in 0..<20 {
      #expect(try pool.run(round) { $0 + 1 } == round + 1)
      #expect(try pool.run(round) { $0 + 2 } == round + 2)
      #expect(try pool.run(round) { $0 - 1 } == round - 1)
      #expect(try pool.run(PrivateTask.self, round) == round + 1)
      #expect(try pool.run(PrivateEnumTask.self, round) == round + 2)
    }
  }

  @Test(arguments: ["Program/main.swift", "main/main.swift"])
  func `may not be in main`(file: String) throws {
    // The places of a file are known when the program is built.
    let error = #expect(throws: ProcessError.self) {
      switch file {
      case "Program/main.swift": try pool.run(1, file: "Program/main.swift") { $0 }
      default: try pool.map([1], file: "main/main.swift") { $0 }.count
      }
    }
    guard case .refused(let why)? = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(why.contains("@main"))
    #expect(try pool.run(1, file: "Program/domain.swift") { $0 } == 1)
  }

  @Test func `leaves the pool as good as it was when it is refused`() throws {
    let process = try pool.run(0) { _ in getpid() }
    for number in 0..<50 {
      #expect(try verdict(0) { try pool.run(1) { $0 + number } } == .refused)
    }
    #expect(try pool.run(0) { _ in getpid() } == process)
    #expect(pool.progress.startedProcesses == 1)
    pool.close()
    #expect(pool.join(for: TestTime.limit))
  }
}
