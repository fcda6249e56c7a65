import Glibc
import Testing

@testable import Interlock

/// What processes do with something that they share, again and again, until they die.
protocol Stormy: Codable, Sendable {
  /// Does something with it, whatever others do; does not wait for ever.
  ///
  /// - Throws: ``Harm`` if it is not what it should be.
  func use(_ dice: inout Dice) throws
}

/// What a worker in a storm needs.
struct StormVictim<Thing: Stormy>: Codable, Sendable {
  let thing: Thing
  let seed: UInt64
  /// Before which step it dies.
  let fatal: Int
}

/// A worker in a storm: it dies after a certain number of steps.
enum Storm<Thing: Stormy>: ProcessTask {
  static func run(_ victim: StormVictim<Thing>) throws -> Int {
    endWhenStuck()
    var dice = Seed(value: victim.seed).dice()
    return try SharedStep.count(dyingAt: victim.fatal) { () throws(any Error) in
      while true { try victim.thing.use(&dice) }
    }
  }
}

/// How many deaths a storm has: 50, or as many as `INTERLOCK_DEATHS` says.
enum Deaths {
  static let count: Int = {
    let text = unsafe getenv("INTERLOCK_DEATHS").map { unsafe String(cString: $0) }
    return text.flatMap { Int($0) } ?? 50
  }()
}

/// Lets processes use something and die in the middle of it, each replaced by another one.
///
/// - Parameters:
///   - thing: What they use.
///   - seed: Where the randomness begins.
///   - steps: Before which step a process dies.
///   - survivor: What a thread of this process does with it meanwhile, now and then.
/// - Throws: ``Harm``, if a process has found some, or lives too long.
func storm<Thing: Stormy>(
  over thing: Thing,
  _ seed: Seed,
  steps: Range<Int> = 1..<1500,
  survivor: @escaping @Sendable () throws -> Void = {}
) throws {
  let pool = try ProcessPool(workers: 3)
  defer { pool.close() }
  var dice = seed.dice(stream: 1)
  let tasks = try (0..<Deaths.count).map { _ in
    let victim = StormVictim(thing: thing, seed: dice.next(), fatal: dice.pick(steps))
    return try pool.submit(Storm<Thing>.self, victim)
  }
  try withCrew { crew in
    let isOver = Event()
    let thread = try crew.spawn {
      while !isOver.wait(for: .milliseconds(1)) { try survivor() }
    }
    defer { isOver.set() }
    for task in tasks {
      let error = #expect(throws: PoolTaskError<ProcessError>.self) { try task.join() }
      guard case .failed(let failure)? = error else { continue }
      try Harm.unless(failure.reason == .crashed(.killed(signal: SIGKILL)), "\(failure)")
    }
    isOver.set()
    try thread.result()
  }
}
