import Glibc
import Testing

@testable import Interlock

/// Who does something with what is shared.
enum Place: String, CaseIterable, Sendable {
  case thread = "in a thread"
  case process = "in another process"
}

extension Place: CustomTestStringConvertible {
  var testDescription: String { rawValue }
}

/// A way to an obstacle, and how to go it.
struct Walk: Codable, Sendable {
  enum Form: String, Codable, Sendable {
    /// Waits as long as it takes.
    case plain
    /// Waits for long, and may give up.
    case patient
    /// Gives up soon.
    case brief
    /// Looks, and does not wait.
    case late
  }

  let obstacle: SharedObstacle
  let form: Form
  let stage: Stage
  /// Written before the obstacle is opened, by nothing that would order it.
  let message: SharedArray<Int>

  init(_ obstacle: SharedObstacle, _ form: Form) throws {
    self.obstacle = obstacle
    self.form = form
    stage = try Stage()
    message = try SharedArray(repeating: 0, count: 1)
  }

  /// What has come of it.
  struct Outcome: Codable, Equatable, Sendable {
    var hasPassed: Bool
    /// Whether it has not given up before it was time.
    var isInTime = true
    /// What the message was then.
    var message = 0
  }

  /// Goes to the obstacle, on the calling thread.
  func run() throws -> Outcome {
    stage.enter()
    switch form {
    case .plain:
      try obstacle.pass()
      return Outcome(hasPassed: true, message: message[0])
    case .patient:
      let hasPassed = try obstacle.pass(until: .after(TestTime.long))
      return Outcome(hasPassed: hasPassed, message: message[0])
    case .brief:
      let deadline = Deadline.after(TestTime.short)
      let hasPassed = try obstacle.pass(until: deadline)
      let late = Deadline.now - deadline
      return Outcome(hasPassed: hasPassed, isInTime: .zero <= late && late < TestTime.slack)
    case .late: return Outcome(hasPassed: try obstacle.pass(until: .now + .seconds(-1)))
    }
  }

  /// Goes on a thread of its own, which is cancelled when somebody says so.
  func runUntilCancelled() throws -> Outcome {
    let walker = try spawn { try run() }
    try stage.pause()
    walker.cancel()
    stage.noteDone()
    return try walker.join()
  }
}

/// A thread, of this process or of another one, that goes to an obstacle.
final class Walker {
  let walk: Walk
  private let process: Int32
  private let outcome: () throws -> Walk.Outcome
  private let hasFinished: () -> Bool

  /// Starts it.
  init(_ place: Place, _ walk: Walk, isCancelled: Bool = false) throws {
    self.walk = walk
    switch place {
    case .thread:
      let thread = try spawn { () throws(any Error) in
        isCancelled ? try walk.runUntilCancelled() : try walk.run()
      }
      process = getpid()
      hasFinished = { thread.isFinished }
      outcome = {
        guard let outcome = try thread.join(until: .after(TestTime.limit)) else {
          throw Stuck("a walker did not finish")
        }
        return outcome
      }
    case .process:
      let worker =
        isCancelled
        ? try WorkerProcess(walk) { try $0.runUntilCancelled() }
        : try WorkerProcess(walk) { try $0.run() }
      process = worker.processID
      hasFinished = { !worker.isRunning }
      outcome = {
        guard let outcome = try worker.join(for: TestTime.limit) else {
          throw Stuck("a walker did not finish")
        }
        return outcome
      }
    }
  }

  /// Whether it waits.
  var isAsleep: Bool {
    let thread = walk.stage.thread
    return thread != 0 && InterlockTests.isAsleep(process: process, thread: thread)
  }

  var isFinished: Bool { hasFinished() }

  func waitUntilAsleep() throws { try eventually { isAsleep } }

  /// What has come of it.
  func result() throws -> Walk.Outcome { try outcome() }
}
