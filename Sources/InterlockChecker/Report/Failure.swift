import Interlock

/// What was found wrong in an execution.
enum Failure {
  /// The body, or something that it required, threw.
  case threw(any Error)
  /// The program would have ended.
  case crashed(Crash, thread: String)
  /// Two accesses to plain memory that nothing orders; for variables, from where each was done.
  case race(RaceJudge.Race, stacks: [CallStack?])
  /// No thread can go on.
  case deadlock([BlockedThread])
  /// A thread has ended, and still holds a lock.
  case leakedLock(thread: Int)
  /// Nobody has joined these threads.
  case unjoinedThreads([String])
  /// It did not end within the steps that were allowed.
  case tooLong(steps: Int)

  /// What tells it from other failures of the same program, whatever the schedule.
  var kind: String {
    switch self {
    case .threw(let error as any PlacedFailure): "threw \(type(of: error)) at \(error.place)"
    case .threw(let error): "threw \(type(of: error)): \(error)"
    case .crashed(let crash, _): "crashed \(crash.cause) \(crash.message ?? "")"
    case .race: "race"
    case .deadlock(let threads): "deadlock \(threads.map(\.action).sorted())"
    case .leakedLock(let thread): "leaked lock of thread \(thread)"
    case .unjoinedThreads(let names): "unjoined \(names)"
    case .tooLong: "too long"
    }
  }
}

/// A thread that can never go on.
struct BlockedThread: Sendable {
  let number: Int
  let name: String
  /// The call in which it waits; its object may be gone.
  let operation: Operation?
  /// The same in words.
  let action: String
  /// What it waits for: the object of the call, or the lock that it needs again after a notification.
  let resource: NamedSubject?
  /// The thread whose end it waits for.
  let joined: Int?
  /// Whether it sleeps in the middle of the call; if not, it stands before it.
  let isAsleep: Bool
}

extension Failure {
  /// What went wrong, in a sentence.
  ///
  /// - Parameter trace: What happened, if it was written down.
  /// - Returns: The sentence.
  func sentence(_ trace: ExecutionTrace?) -> String {
    switch self {
    case .threw(let error): "\(error)"
    case .crashed(let crash, let thread) where crash.isStuck: Self.sentence(crash, thread)
    case .crashed(let crash, let thread): "thread \"\(thread)\" ends the program: \(crash)"
    case .race(let race, let stacks): Self.sentence(race, stacks, trace)
    case .deadlock(let threads): DeadlockReport(threads, trace ?? ExecutionTrace()).summary
    case .leakedLock(let thread): Self.sentence(ofLeaksBy: thread, trace ?? ExecutionTrace())
    case .unjoinedThreads(let names):
      "nobody joins \(names.map { "\"\($0)\"" }.joined(separator: ", "))"
    case .tooLong(let steps):
      "after \(steps) steps there is no end in sight: some threads may go on like this for ever"
    }
  }

  private static func sentence(_ stuck: Crash, _ thread: String) -> String {
    let place = stuck.stack.place.map { ", called in \($0)" } ?? ""
    return stuck.cause == .blocked
      ? "\"\(thread)\" blocks in something that the checker does not see\(place); use Interlock's own locks, "
        + "queues and threads, and wait for nothing outside of the program"
      : "\"\(thread)\" computes on and on without an operation of Interlock's\(place); let it end, or "
        + "raise Exploration.stepDuration"
  }

  private static func sentence(
    _ race: RaceJudge.Race,
    _ stacks: [CallStack?],
    _ trace: ExecutionTrace?
  ) -> String {
    func side(_ access: RaceJudge.Access, _ stack: CallStack?) -> String {
      let name = trace?.names[access.thread] ?? "thread \(access.thread)"
      let what = access.isWrite ? "writes" : "reads"
      let place = stack?.placeOfUse.map { " in \($0)" } ?? ""
      return "\"\(name)\" \(what) it\(place)"
    }
    func step(_ access: RaceJudge.Access) -> CallStack? {
      guard let trace, trace.steps.indices.contains(access.step) else { return nil }
      return trace.steps[access.step].stack
    }
    let isVariable = race.second.place != nil
    let first = side(race.first, isVariable ? stacks.first ?? nil : step(race.first))
    let second = side(race.second, isVariable ? stacks.last ?? nil : step(race.second))
    return "a data race on a \(isVariable ? "variable" : "PlainCell"): \(first), and \(second), "
      + "and nothing orders the two"
  }

  private static func sentence(ofLeaksBy thread: Int, _ trace: ExecutionTrace) -> String {
    let locks = trace.holds.filter { $0.thread == thread }.map { hold in
      "\(hold.lock)\(trace.place(of: hold.step, after: "since"))"
    }
    let names = locks.isEmpty ? "a lock" : locks.joined(separator: " and ")
    return "leaked lock: \(trace.name(thread)) has ended and still holds \(names)"
  }
}
