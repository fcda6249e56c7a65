import Interlock
import InterlockChecker
import Testing

/// A bug that the literature knows, beside the program that is right.
struct BugPair: Sendable, CustomTestStringConvertible {
  let name: String
  /// What the checker must say of the bug.
  let kind: Counterexample.Kind
  /// What its sentence must speak of.
  let word: String
  /// How many steps an execution may have.
  let stepLimit: Int
  /// What is known of the twin when all that is to be tried was tried.
  let verdict: Coverage.Verdict
  let bug: @Sendable () throws -> Void
  let twin: @Sendable () throws -> Void

  init(
    _ name: String,
    _ kind: Counterexample.Kind,
    _ word: String,
    stepLimit: Int = 10_000,
    verdict: Coverage.Verdict = .proved,
    bug: @escaping @Sendable () throws -> Void,
    twin: @escaping @Sendable () throws -> Void
  ) {
    self.name = name
    self.kind = kind
    self.word = word
    self.stepLimit = stepLimit
    self.verdict = verdict
    self.bug = bug
    self.twin = twin
  }

  var testDescription: String { name }

  /// What is found in the bug.
  func counterexample(
    _ strategy: Exploration.Strategy = .automatic
  ) -> Counterexample? {
    do throws(Counterexample) {
      try Exploration(strategy: strategy, stepLimit: stepLimit).run(bug)
      return nil
    } catch {
      return error
    }
  }
}

extension BugPair {
  /// All of them.
  static let all: [BugPair] =
    updates + deadlocks + readersAndWriters + conditions + notifications + monitors + publications
    + lockFree
    + meetings + waitGroups + semaphores + queues + ends
}

/// Runs bodies at the same time, each in a thread of its own, until all have ended.
func together(_ bodies: @Sendable () throws -> Void...) throws {
  try withThreads { scope in
    for body in bodies { try scope.spawn(body) }
  }
}

/// Runs a body in several threads at the same time, until all have ended.
func together(_ count: Int, _ body: @escaping @Sendable () throws -> Void) throws {
  try withThreads { scope in
    for _ in 0..<count { try scope.spawn(body) }
  }
}

/// Something that a body fails with.
struct Mishap: Error {}
