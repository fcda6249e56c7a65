import Glibc
import Testing

@testable import Interlock

private struct Nothing: Error {}

private struct Echo: ProcessTask {
  static func run(_ input: [String: [Int?]]) -> [String: [Int?]] { input }
}

private struct Sums: ProcessTask {
  static func run(_ input: [Int]) throws -> Int {
    guard input.first != 3 else { throw Nothing() }
    return input.reduce(0, &+)
  }
}

/// What processes tell each other about calls, damaged on the way.
@Suite struct `Messages that no process wrote` {
  /// What `body` makes of a reader of these bytes.
  private func reading<Result>(
    _ bytes: [UInt8],
    _ body: (inout WireReader) throws -> Result
  ) throws -> Result {
    try unsafe bytes.withUnsafeBytes { bytes in
      var reader = unsafe WireReader(bytes)
      return try body(&reader)
    }
  }

  private func written(_ body: (ValueEncoder) throws -> Void) throws -> [UInt8] {
    let encoder = ValueEncoder()
    try body(encoder)
    return unsafe encoder.writer.withBytes { unsafe Array($0) }
  }

  /// Damaged copies: cut, changed, with something cut out or put in.
  private func damaged(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var copy = bytes
    for _ in 0..<dice.pick(1..<4) where !copy.isEmpty {
      let place = dice.pick(0..<copy.count)
      switch dice.pick(0..<8) {
      case 0: copy.removeSubrange(place...)
      case 1: copy.remove(at: place)
      case 2: copy.insert(UInt8(dice.pick(0..<17)), at: place)
      case 3: copy[place] = UInt8(dice.pick(0..<256))
      case 4: copy[place] ^= 1 << UInt8(dice.pick(0..<8))
      default: copy[place] = UInt8(dice.pick(0..<17))
      }
    }
    return copy
  }

  private func call(_ definition: FunctionReference?) throws -> [UInt8] {
    try written {
      try WorkerCall(nextLane: 0, number: 0, definition: definition, isLast: true).encode(into: $0)
    }
  }

  @Test func `say the same when they are whole`() throws {
    let reference = FunctionReference.task(try TypeReference(Sums.self))
    let found = try reading(call(reference)) { try WorkerCall(from: &$0) }
    #expect(found.definition == reference)
    #expect(found.isLast)
    let short = try reading(call(nil)) { try WorkerCall(from: &$0) }
    #expect(short.definition == nil)
  }

  @Test(arguments: Seed.all)
  func `are calls`(seed: Seed) throws {
    var dice = seed.dice(stream: 3)
    let place = try #require(CodeReference(LiteralFunction<Int, Int> { $0 }.words.code))
    let references: [FunctionReference] = [
      .task(try TypeReference(Sums.self)),
      .task(try TypeReference(Order.self)),
      .literal(place, input: try TypeReference(Order.self), output: .described(place)),
      .action(place, input: .named("Si")),
    ]
    for reference in references {
      let bytes = try call(reference)
      for count in 0..<bytes.count {
        #expect(throws: (any Error).self) {
          try reading(Array(bytes[..<count])) { try WorkerCall(from: &$0) }
        }
      }
      for _ in 0..<2000 {
        let damage = damaged(bytes, &dice)
        // Whatever comes of it can be told again.
        guard let found = try? reading(damage, { try WorkerCall(from: &$0) }) else { continue }
        #expect(throws: Never.self) { try written { try found.encode(into: $0) } }
      }
    }
  }

  @Test(arguments: Seed.all)
  func `are replies`(seed: Seed) throws {
    var dice = seed.dice(stream: 4)
    let failures = [1, 3].map { ItemFailure(offset: $0, error: RemoteError(Nothing())) }
    let numbers = try written {
      try WorkerReply.encode([7, 8, 9], failures, areRaw: true, into: $0)
    }
    let words = try written {
      try WorkerReply.encode(["a", "bb", "ccc"], failures, areRaw: false, into: $0)
    }
    let refusal = try written { try WorkerReply.refuse("no", into: $0) }
    func check<Output: Decodable>(_ type: Output.Type, _ bytes: [UInt8], areRaw: Bool) throws {
      let outcome = try reading(bytes) {
        try WorkerReply.decode(type, count: 5, areRaw: areRaw, from: &$0)
      }
      // Nothing is taken for an outcome in which an input is missing or comes twice.
      let offsets = outcome.failures.map(\.offset)
      #expect(outcome.outputs.count + offsets.count == 5)
      #expect(offsets == Set(offsets).sorted())
      #expect(offsets.allSatisfy { 0..<5 ~= $0 })
    }
    try check(Int.self, numbers, areRaw: true)
    try check(String.self, words, areRaw: false)
    for bytes in [numbers, words, refusal] {
      for count in 0..<bytes.count {
        let part = Array(bytes[..<count])
        #expect(throws: (any Error).self) { try check(Int.self, part, areRaw: true) }
        #expect(throws: (any Error).self) { try check(String.self, part, areRaw: false) }
      }
      for _ in 0..<5000 {
        let damage = damaged(bytes, &dice)
        try? check(Int.self, damage, areRaw: true)
        try? check(String.self, damage, areRaw: false)
        try? check(Order.self, damage, areRaw: false)
      }
    }
  }

  @Test func `have failures in the wrong order, or of inputs that there are not`() throws {
    func outcome(_ offsets: [Int], _ outputs: Int) throws -> CallOutcome<Int> {
      let failures = offsets.map { ItemFailure(offset: $0, error: RemoteError(Nothing())) }
      let bytes = try written {
        try WorkerReply.encode(
          [Int](repeating: 1, count: outputs),
          failures,
          areRaw: true,
          into: $0
        )
      }
      return try reading(bytes) {
        try WorkerReply.decode(Int.self, count: 4, areRaw: true, from: &$0)
      }
    }
    #expect(try outcome([0, 3], 2).failures.map(\.offset) == [0, 3])
    for offsets in [[1, 0], [1, 1], [-1, 2], [2, 4], [.min, 1], [1, .max]] {
      #expect(throws: MessageError.self) { try outcome(offsets, 2) }
    }
    #expect(throws: MessageError.self) { try outcome([0], 2) }
    #expect(throws: MessageError.self) { try outcome([0], 4) }
    #expect(throws: MessageError.self) { try outcome([], 3) }
  }

  @Test(arguments: Seed.all)
  func `are inputs of functions`(seed: Seed) throws {
    var dice = seed.dice(stream: 5)
    let (mailbox, memory) = try Mailbox.make()
    defer { close(memory) }
    let tables = try written { try $0.encode([["a": [1, nil], "b": []], [:], ["c": [3]]]) }
    let lists = try written { try $0.encode([[1, 2], [3], []]) }
    for (task, bytes) in [(try TypeReference(Echo.self), tables), (try .init(Sums.self), lists)] {
      let function = try FunctionReference.task(task).resolve()
      func work(_ bytes: [UInt8]) throws {
        let reply = ValueEncoder()
        try reading(bytes) { try function.work(on: &$0, into: reply, noting: mailbox.lanes[0]) }
      }
      try work(bytes)
      for count in 0..<bytes.count {
        #expect(throws: (any Error).self) { try work(Array(bytes[..<count])) }
      }
      for _ in 0..<2000 { try? work(damaged(bytes, &dice)) }
    }
  }

  @Test func `name functions that there are not`() throws {
    let place = try #require(CodeReference(LiteralFunction<Int, Int> { $0 }.words.code))
    let int = try TypeReference(Int.self)
    let otherBuild = CodeReference(offset: place.offset, build: place.build.reversed())
    let noBuild = CodeReference(offset: place.offset, build: [])
    for wrong in [otherBuild, noBuild] {
      #expect(throws: MessageError.self) {
        try FunctionReference.literal(wrong, input: int, output: int).resolve()
      }
      #expect(throws: MessageError.self) {
        try FunctionReference.action(wrong, input: int).resolve()
      }
      #expect(throws: MessageError.self) { try FunctionReference.task(.described(wrong)).resolve() }
    }
    // Outside the file, wherever that is.
    for offset in [UInt.max, .max / 2, .max << 40, .max >> 20, 1 << 47] {
      let far = CodeReference(offset: offset, build: place.build)
      #expect(throws: MessageError.self) {
        try FunctionReference.literal(far, input: int, output: int).resolve()
      }
    }
    // Types that are none, or none that can be sent, or no tasks.
    let names = ["", "Si", "SaySiG", "SS", "14InterlockTests5OrderV"]
    for name in names {
      #expect(throws: MessageError.self) { try FunctionReference.task(.named(name)).resolve() }
    }
    for name in ["", "x", "yyc", "Bi64_"] {
      #expect(throws: MessageError.self) {
        try FunctionReference.literal(place, input: .named(name), output: int).resolve()
      }
    }
  }

  @Test(arguments: Seed.all)
  func `name types that there are not`(seed: Seed) throws {
    var dice = seed.dice(stream: 6)
    // In a worker, which has to survive it.
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    var names = ["$", "$s", "$sSi", "Si$", "$$$", "SaySiG$", "4main3FooVyAA3BarVG"]
    for _ in 0..<500 {
      let letters = (0..<dice.pick(1..<12)).map { _ in UInt8(dice.pick(33..<127)) }
      names.append(String(decoding: letters, as: UTF8.self))
    }
    let found = try pool.map(names) { name in
      do throws(MessageError) {
        _ = try FunctionReference.task(.named(name)).resolve()
        return "a function is named \(name)"
      } catch {
        return ""
      }
    }
    #expect(found.filter { !$0.isEmpty } == [])
  }

  @Test func `are in no mailbox`() throws {
    func isRefused(_ descriptor: Int32) -> Bool {
      (try? Mailbox.open(descriptor, channel: -1)) == nil
    }
    #expect(isRefused(-1))
    for path in ["/dev/null", "/proc/self/exe", "/tmp"] {
      let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
      #expect(isRefused(descriptor))
      close(descriptor)
    }
    let (mailbox, memory) = try Mailbox.make()
    defer { close(memory) }
    #expect(!isRefused(memory))
    withExtendedLifetime(mailbox) {}
  }
}
