@testable import InterlockChecker

/// A program that fails under some schedules.
struct KnownBug: Sendable, CustomStringConvertible {
  let program: ModelProgram
  /// How few preemptions a failing schedule has at least.
  let preemptions: Int
  let isFailure: @Sendable (ModelMachine.Outcome) -> Bool

  var description: String { program.name }

  func isFailing(_ machine: any Machine) -> Bool {
    (machine as? ModelMachine).map { isFailure($0.outcome) } ?? false
  }

  static func philosophers(_ count: Int) -> KnownBug {
    KnownBug(program: .philosophers(count), preemptions: 1) { $0.kind == .deadlock }
  }

  static func reorder(_ count: Int) -> KnownBug {
    KnownBug(program: .reorder(count), preemptions: 1) { $0.results.last == [1] }
  }

  static let lostWakeUp = KnownBug(program: .lostWakeUp, preemptions: 1) { $0.kind == .deadlock }

  static let lostUpdate = KnownBug(program: .loadStore(threads: 3), preemptions: 1) {
    $0.values[Thing.x] < 3
  }

  /// The bug of `reorder`, with threads that another one starts.
  static func spawnedReorder(_ count: Int) -> KnownBug {
    let setter: [Instruction] = [.write(Thing.x, 1), .write(Thing.y, -1)]
    let main: [Instruction] = (1...count).map { .spawn($0) } + (1...count).map { .join($0) }
    let threads = [main] + Array(repeating: setter, count: count - 1) + [.checker]
    return KnownBug(
      program: ModelProgram("reorder_\(count), spawned", threads, started: 1),
      preemptions: 1
    ) { $0.results.last == [1] }
  }

  static let shallow: [KnownBug] = [
    .reorder(3), .reorder(5), .philosophers(3), .lostWakeUp, .lostUpdate, .spawnedReorder(3),
  ]

  /// The schedule of the first failure that a sampler finds, and how many runs that took.
  func firstFailure(
    _ kind: SamplerKind,
    seed: UInt64,
    limit: Int
  ) -> (choices: [Choice], runs: Int)? {
    var search = SampledSearch(program, kind, seed: seed)
    while search.executions < limit, let execution = search.next() {
      if isFailing(execution.machine) { return (search.choices, search.executions) }
    }
    return nil
  }
}
