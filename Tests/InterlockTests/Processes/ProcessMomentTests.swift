import Glibc
import Testing

@testable import Interlock

/// How a pool is asked for results.
private enum Way: String, Codable, CaseIterable, Sendable {
  case run, runUntil, submit, map, oneByOne, inOrder, asCompleted, process
}

/// When something goes wrong with one input: with its worker, which is killed, or in whoever writes
/// inputs and reads outputs.
private enum Moment: String, Codable, CaseIterable, Sendable {
  case killedWhileInputIsWritten, killedWithInputRead
  case killedWhileOutputIsWritten, killedWithOutputWritten
  case errorWhileInputIsWritten, errorWhileOutputIsRead
}

private struct Story: Codable, Hashable, Sendable, CustomTestStringConvertible {
  let way: Way
  let moment: Moment
  /// Whether the worker has worked before.
  let isWarm: Bool

  static let all = Way.allCases.flatMap { way in
    Moment.allCases.map { Story(way: way, moment: $0, isWarm: true) }
      + [Story(way: way, moment: .killedWhileInputIsWritten, isWarm: false)]
  }

  var testDescription: String { "\(way), \(moment), \(isWarm ? "warm" : "new")" }
}

private struct Fault: Error {}

/// All processes that this one has started and not waited for.
private func children() -> [Int32] {
  names(in: "/proc/self/task").flatMap { thread in
    text(of: "/proc/self/task/\(thread)/children").split(separator: " ").compactMap { Int32($0) }
  }
}

/// Kills the workers of this process, once.
private enum Assassin {
  private static let hasStruck = Atomic(false)

  static func strike() throws {
    guard !hasStruck.exchange(true, ordering: .sequentiallyConsistent) else { return }
    let victims = children()
    guard !victims.isEmpty else { throw Stuck("somebody to kill did not come") }
    for victim in victims { kill(victim, SIGKILL) }
    try eventually { !victims.contains(where: isRunning) }
  }
}

/// Longer than what is written without asking for memory.
private let bulk = [UInt8](repeating: 9, count: 3 << 20)

/// An input: written by who asks, read by the worker.
private struct Freight: Codable, Sendable {
  let number: Int
  let moment: Moment?

  private enum CodingKeys: String, CodingKey { case number, moment, before, after }

  init(_ number: Int, _ moment: Moment?) {
    self.number = number
    self.moment = moment
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(number, forKey: .number)
    try values.encode(moment, forKey: .moment)
    if let moment {
      try values.encode(bulk, forKey: .before)
      if moment == .killedWhileInputIsWritten { try Assassin.strike() }
      if moment == .errorWhileInputIsWritten { throw Fault() }
      try values.encode(bulk, forKey: .after)
    }
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    number = try values.decode(Int.self, forKey: .number)
    moment = try values.decode(Moment?.self, forKey: .moment)
    guard moment != nil else { return }
    for key in [CodingKeys.before, .after] {
      guard try values.decode([UInt8].self, forKey: key) == bulk else { throw Fault() }
    }
    if moment == .killedWithInputRead { kill(getpid(), SIGKILL) }
  }
}

/// An output: written by the worker, read by who asks.
private struct Yield: Codable, Sendable {
  let number: Int
  let moment: Moment?

  private enum CodingKeys: String, CodingKey { case number, moment, before, after }

  init(_ freight: Freight) {
    number = freight.number
    moment = freight.moment
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(number, forKey: .number)
    try values.encode(moment, forKey: .moment)
    if let moment {
      try values.encode(bulk, forKey: .before)
      if moment == .killedWhileOutputIsWritten { kill(getpid(), SIGKILL) }
      try values.encode(bulk, forKey: .after)
    }
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    number = try values.decode(Int.self, forKey: .number)
    moment = try values.decode(Moment?.self, forKey: .moment)
    guard let moment else { return }
    if moment == .killedWithOutputWritten { try Assassin.strike() }
    if moment == .errorWhileOutputIsRead { throw Fault() }
    for key in [CodingKeys.before, .after] {
      guard try values.decode([UInt8].self, forKey: key) == bulk else { throw Fault() }
    }
  }
}

/// What came of an input.
private enum Ending: Codable, Equatable {
  case right
  case killed(inputIndex: Int?)
  case refused(inputIndex: Int?)
  case other(String)

  init(_ number: Int, _ body: () throws -> Yield?) {
    do {
      let found = try body()?.number
      self = found == number ? .right : .other("\(found ?? -1) instead of \(number)")
    } catch let error as ProcessError {
      self.init(error)
    } catch PoolTaskError<ProcessError>.failed(let error) {
      self.init(error)
    } catch {
      self = .other("\(error)")
    }
  }

  private init(_ error: ProcessError) {
    switch error.reason {
    case .crashed(.killed(SIGKILL)): self = .killed(inputIndex: error.inputIndex)
    case .refused: self = .refused(inputIndex: error.inputIndex)
    default: self = .other("\(error)")
    }
  }
}

private struct Endings: Codable, Sendable {
  let all: [Ending]
}

extension Way {
  /// Whether several inputs are asked for at once.
  var isOfMany: Bool { [.map, .oneByOne, .inOrder, .asCompleted].contains(self) }

  /// What comes of one input that something happens to, and of others around it.
  func endings(_ moment: Moment, in pool: ProcessPool) throws -> [Ending] {
    let alone = Freight(3, moment)
    let many = (0..<6).map { Freight($0, $0 == 3 ? moment : nil) }
    switch self {
    case .run: return [Ending(3) { try pool.run(alone) { Yield($0) } }]
    case .runUntil:
      return [Ending(3) { try pool.run(alone, until: .after(TestTime.long)) { Yield($0) } }]
    case .submit: return [Ending(3) { try pool.submit(alone) { Yield($0) }.join() }]
    case .process: return [Ending(3) { try WorkerProcess(alone) { Yield($0) }.join() }]
    case .map: return [Ending(3) { try pool.map(many, batch: 6) { Yield($0) }[3] }]
    case .oneByOne: return [Ending(3) { try pool.map(many, batch: 1) { Yield($0) }[3] }]
    case .inOrder, .asCompleted:
      let order: ProcessPool.ResultOrder = self == .inOrder ? .asGiven : .asCompleted
      var endings = [Ending](repeating: .other("none"), count: many.count)
      for result in try pool.results(of: many, order: order, { Yield($0) }) {
        endings[result.index] = Ending(result.index) { try result.result.get() }
      }
      return endings
    }
  }
}

extension Story {
  /// What may have come of the input.
  func allows(_ ending: Ending) -> Bool {
    let index = way.isOfMany ? 3 : nil
    switch moment {
    // A worker that had nothing to do is replaced, and a new one is said to have crashed.
    case .killedWhileInputIsWritten:
      return ending == .right
        || (!isWarm || way == .process) && ending == .killed(inputIndex: index)
    case .killedWithInputRead, .killedWhileOutputIsWritten:
      return ending == .killed(inputIndex: index)
    case .killedWithOutputWritten: return ending == .right
    case .errorWhileInputIsWritten, .errorWhileOutputIsRead:
      return ending == .refused(inputIndex: index)
    }
  }

  /// Runs in a worker, whose only children are the workers of this story.
  func play() throws -> Endings {
    let pool = try ProcessPool(workers: 1)
    if isWarm { _ = try pool.run(0) { $0 } }
    let endings = try way.endings(moment, in: pool)
    // It goes on as if nothing had happened.
    guard try pool.map(0..<100, { $0 + 1 }) == Array(1...100) else { throw Fault() }
    pool.close()
    guard pool.join(for: TestTime.limit) else { throw Stuck("the end of the pool did not come") }
    try eventually { children().isEmpty }
    return Endings(all: endings)
  }
}

/// How a process comes to grief that has workers.
private enum Blow: String, Codable, CaseIterable, Sendable {
  case exit, trap, kill, abort

  func strike() {
    switch self {
    case .exit: Glibc.exit(3)
    case .trap: fatalError("struck")
    case .kill: Glibc.kill(getpid(), SIGKILL)
    case .abort: Glibc.abort()
    }
  }

  func matches(_ reason: ProcessError.Reason?) -> Bool {
    switch (self, reason) {
    case (.exit, .crashed(.exited(3))): true
    case (.trap, .crashed(.killed(let signal))): signal == SIGILL || signal == SIGTRAP
    case (.kill, .crashed(.killed(SIGKILL))), (.abort, .crashed(.killed(SIGABRT))): true
    default: false
    }
  }
}

/// Strikes who writes it, or who reads it back.
private struct Bomb: Codable, Sendable {
  enum Place: String, Codable, CaseIterable, Sendable { case input, output }

  let blow: Blow
  let place: Place
  var isInput = true

  private enum CodingKeys: CodingKey { case blow, place, isInput }

  func encode(to encoder: any Encoder) throws {
    if isInput, place == .input { blow.strike() }
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(blow, forKey: .blow)
    try values.encode(place, forKey: .place)
    try values.encode(isInput, forKey: .isInput)
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    blow = try values.decode(Blow.self, forKey: .blow)
    place = try values.decode(Place.self, forKey: .place)
    isInput = try values.decode(Bool.self, forKey: .isInput)
    if !isInput, place == .output { blow.strike() }
  }

  init(_ blow: Blow, _ place: Place) {
    self.blow = blow
    self.place = place
  }

  var answer: Bomb {
    var answer = self
    answer.isInput = false
    return answer
  }
}

@Suite struct `At every moment of a call` {
  @Test(arguments: Story.all)
  private func `what happens to one input is told, and to no other`(_ story: Story) throws {
    let stage = try ProcessPool(workers: 1)
    defer { stage.close() }
    let endings = try stage.run(story) { try $0.play() }.all
    if endings.count > 1 {
      for (index, ending) in endings.enumerated() where index != 3 {
        #expect(ending == .right, "input \(index)")
      }
    }
    let ending = endings[endings.count > 1 ? 3 : 0]
    #expect(story.allows(ending), "\(ending)")
  }

  private static let kept = Mutex<ProcessPool?>(nil)

  @Test(arguments: Blow.allCases, Bomb.Place.allCases)
  private func `who asks may die, and its workers die with it`(
    _ blow: Blow,
    _ place: Bomb.Place
  ) throws {
    let stage = try ProcessPool(workers: 1)
    defer { stage.close() }
    let processes = try stage.run(0) { _ in
      let pool = try ProcessPool(workers: 2)
      Self.kept.withLock { $0 = pool }
      let busy = try pool.submit(0) { (_: Int) in while true { pause() } }
      try eventually { busy.state == .running && pool.processCount == 1 }
      return [getpid(), try pool.run(0) { _ in getpid() }] + children()
    }
    #expect(Set(processes).count == 3)
    // The bomb is made there: whoever writes it is struck.
    let error = #expect(throws: ProcessError.self) {
      try stage.run([blow.rawValue, place.rawValue]) { words in
        guard let pool = Self.kept.withLock({ $0 }), let blow = Blow(rawValue: words[0]),
          let place = Bomb.Place(rawValue: words[1])
        else { throw Fault() }
        _ = try pool.run(Bomb(blow, place)) { $0.answer }
        return 0
      }
    }
    #expect(blow.matches(error?.reason), "\(String(describing: error))")
    for process in processes { try eventually { !isRunning(process) } }
    #expect(try stage.run(1) { $0 } == 1)
  }
}
