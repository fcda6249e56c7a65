import Glibc
import Testing

@testable import Interlock

/// One death in the middle of an act, as those see it who survive.
final class Trial<Act: FatalAct> {
  let thing: Act.Thing
  let stage: Stage
  private let act: Act
  private let fatal: Int
  private let crew: Crew
  private var worker: WorkerProcess<Int>?
  private(set) var fate: Fate?

  fileprivate init(_ act: Act, _ thing: Act.Thing, dyingAt fatal: Int, _ crew: Crew) throws {
    self.act = act
    self.thing = thing
    self.fatal = fatal
    self.crew = crew
    stage = try Stage()
  }

  /// Starts a thread of a survivor, and waits until it sleeps.
  func wait<Success: Sendable>(
    _ body: @escaping @Sendable () throws -> Success
  ) throws -> SharedSleeper<Success> {
    try SharedSleeper(crew, body)
  }

  /// Starts the worker that is to die.
  func begin() throws {
    let victim = Victim(act: act, thing: thing, stage: stage, fatal: fatal)
    worker = try WorkerProcess(Dying<Act>.self, victim)
  }

  /// Waits until the victim's thread sleeps, or the victim has ended.
  func waitUntilAsleep() throws {
    try waitUntilEnded { worker in
      stage.thread != 0 && isAsleep(process: worker.processID, thread: stage.thread)
    }
  }

  /// Waits until the victim waits for `goOn`, or has ended.
  func waitUntilPaused() throws { try waitUntilEnded { _ in stage.isPaused } }

  private func waitUntilEnded(or condition: (WorkerProcess<Int>) -> Bool) throws {
    guard let worker else { throw Harm(description: "the victim was not started") }
    try eventually { !worker.isRunning || condition(worker) }
  }

  /// Waits until the victim has ended, and all its threads with it.
  @discardableResult
  func end() throws -> Fate {
    guard let worker else { throw Harm(description: "the victim was not started") }
    do throws(PoolTaskError<ProcessError>) {
      guard let count = try worker.join(for: TestTime.limit) else {
        worker.kill()
        throw .failed(ProcessError(.timedOut))
      }
      fate = .survived(count)
      return .survived(count)
    } catch {
      guard case .failed(let failure) = error, failure.reason == .crashed(.killed(signal: SIGKILL))
      else { throw error }
      try eventually { !worker.isRunning }
      fate = .died
      return .died
    }
  }

  /// The same, from the beginning.
  @discardableResult
  func run() throws -> Fate {
    try begin()
    return try end()
  }
}

/// Lets a worker die before each step of an act, each time with a new thing.
///
/// - Parameters:
///   - act: What it dies of.
///   - make: Makes the thing.
///   - body: Lets the worker begin and end, does what the act waits for, and proves that the thing is
///     what it should be.
/// - Throws: What it throws if the worker is to live; what it throws after a death is an issue.
func dieAtEachStep<Act: FatalAct>(
  of act: Act,
  with make: @autoclosure () throws -> Act.Thing,
  _ body: (Act.Thing, Trial<Act>) throws -> Void
) throws {
  func attempt(_ fatal: Int) throws -> Fate? {
    try withCrew { crew in
      let trial = try Trial(act, try make(), dyingAt: fatal, crew)
      try body(trial.thing, trial)
      return trial.fate
    }
  }
  guard case .survived(let count) = try attempt(0) else {
    throw Harm(description: "it has died, or did not end")
  }
  for fatal in 1...count {
    do {
      // Where it waits, its steps are not as many each time.
      if case .survived(let count) = try attempt(fatal) {
        try Harm.unless(count < fatal, "it has lived through \(count) steps")
      }
    } catch {
      Issue.record("\(act.rawValue), dying before step \(fatal) of \(count): \(error)")
    }
  }
}
