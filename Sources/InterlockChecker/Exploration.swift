public import Interlock

/// How to look for schedules under which a body goes wrong.
///
/// The defaults are right for most tests: all schedules that matter if they are few enough, and many of
/// different kinds otherwise, for at most some seconds.
///
///     var exploration = Exploration()
///     exploration.strategy = .bounded(preemptions: 2)
///     try exploration.run {
///       let account = Mutex(100)
///       try withThreads { threads in
///         for _ in 1...2 { try threads.spawn { account.withLock { $0 -= 10 } } }
///       }
///       try require(account.withLock { $0 } == 80)
///     }
public struct Exploration: Sendable {
  /// Which schedules to try.
  public enum Strategy: Sendable, Hashable {
    /// All that matter, if the budget allows; else those that are left are drawn at random.
    case automatic
    /// All that matter, each once.
    case exhaustive
    /// All in which a running thread is interrupted at most so often.
    case bounded(preemptions: Int)
    /// Some, drawn at random in several ways.
    case random(seed: UInt64)
    /// The one that a counterexample has named.
    case replay(String)
  }

  /// Which schedules to try.
  public var strategy: Strategy
  /// How many executions there may be.
  public var executions: Int
  /// How long it may take.
  public var duration: Duration
  /// How many steps an execution may have; one that has more is taken for one that never ends.
  public var stepLimit: Int
  /// Whether a data race is a failure by itself; if not, only what comes of it is.
  public var reportsRaces = true

  /// Says how to look.
  public init(
    strategy: Strategy = .automatic,
    executions: Int = 100_000,
    duration: Duration = .seconds(20),
    stepLimit: Int = 10_000
  ) {
    self.strategy = strategy
    self.executions = executions
    self.duration = duration
    self.stepLimit = stepLimit
  }

  /// Runs `body` again and again, under different schedules.
  ///
  /// The body is run from the beginning each time, so it makes everything anew that it changes. What its
  /// threads do to each other goes through Interlock; other ways to block, such as locks of the system,
  /// would stop the exploration. It does the same under the same schedule: it asks neither the clock of the
  /// system nor for random numbers.
  ///
  /// - Parameter body: The first thread of each execution. It fails by throwing; ``require(_:_:fileID:line:)``
  ///   does.
  /// - Returns: What was covered, if nothing was found.
  /// - Throws: The simplest ``Counterexample`` that was found.
  @discardableResult
  public func run(
    _ body: @escaping @Sendable () throws -> Void
  ) throws(Counterexample) -> Coverage {
    var explorer = Explorer(self, body)
    return try explorer.run()
  }
}

/// Runs `body` under all schedules that matter, or as many as the budget allows.
///
///     try explore {
///       let account = Mutex(100)
///       try withThreads { threads in
///         for _ in 1...2 { try threads.spawn { account.withLock { $0 -= 10 } } }
///       }
///       try require(account.withLock { $0 } == 80)
///     }
///
/// See ``Exploration/run(_:)``.
///
/// - Parameters:
///   - strategy: Which schedules to try.
///   - body: The first thread of each execution.
/// - Returns: What was covered, if nothing was found.
/// - Throws: The simplest ``Counterexample`` that was found.
@discardableResult
public func explore(
  strategy: Exploration.Strategy = .automatic,
  _ body: @escaping @Sendable () throws -> Void
) throws(Counterexample) -> Coverage {
  try Exploration(strategy: strategy).run(body)
}

/// What an exploration has covered that found nothing wrong; never more than that.
public struct Coverage: Sendable, Hashable {
  /// What is known now.
  public enum Verdict: Sendable, Hashable {
    /// No schedule goes wrong: all that differ in anything that the threads see were tried.
    case proved
    /// None with so few preemptions goes wrong.
    case bounded(preemptions: Int)
    /// None of those that were tried went wrong, which says nothing about others.
    case sampled
  }

  /// What is known now.
  public let verdict: Verdict
  /// How many executions there were.
  public let executions: Int
}

extension Coverage: CustomStringConvertible {
  /// What is known, in a sentence.
  public var description: String {
    switch verdict {
    case .proved: "proved: correct in all \(executions) executions that differ"
    case .bounded(let preemptions):
      "bounded: correct in all \(executions) executions with at most \(preemptions) preemptions"
    case .sampled: "sampled: correct in \(executions) executions, which is no proof"
    }
  }
}

/// A schedule under which a body goes wrong.
public struct Counterexample: Error, Sendable {
  /// What kind of failure it is.
  public enum Kind: String, Sendable, Hashable {
    /// The body threw, or something that it required was not so.
    case failure
    /// The program would have ended.
    case crash
    /// Two threads touched the same plain memory, and nothing orders them.
    case race
    /// No thread can go on.
    case deadlock
    /// It may go on for ever.
    case livelock
    /// The body did something else under the same schedule.
    case nondeterminism
    /// The schedule that should be replayed is none.
    case unusableSchedule
  }

  /// What one thread does, without another in between.
  public struct Step: Sendable, Hashable {
    /// The name of the thread.
    public let thread: String
    /// What it does, as its author wrote it.
    public let action: String
    /// What comes of it; empty if there is nothing to say.
    public let result: String
    /// Where, if that is known.
    public let place: CodePlace?
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// What went wrong, in a sentence.
  public let summary: String
  /// The schedule, for ``Exploration/Strategy/replay(_:)``.
  public let schedule: String
  /// How many executions it took to find it.
  public let executions: Int
  /// What happened, step by step.
  public let steps: [Step]
  /// The same as a table: a column for each thread, a row for each step.
  public let table: String
}

extension Counterexample: CustomStringConvertible {
  /// All of it, for a terminal.
  public var description: String {
    """
    \(summary)

    \(table)

    Found in execution \(executions). To see it again: explore(strategy: .replay("\(schedule)")) { … }
    """
  }
}

/// What a body requires was not so.
public struct RequirementFailure: Error, Sendable, CustomStringConvertible {
  /// What was required, and where.
  public let description: String
}

/// Fails the execution if something is not so.
///
/// - Parameters:
///   - condition: What must be so.
///   - message: What to say if it is not.
///   - fileID: Where that is required; the caller's place.
///   - line: The line in that file.
/// - Throws: ``RequirementFailure`` if it is not so.
public func require(
  _ condition: @autoclosure () throws -> Bool,
  _ message: @autoclosure () -> String = "a requirement does not hold",
  fileID: StaticString = #fileID,
  line: UInt = #line
) throws {
  guard try !condition() else { return }
  throw RequirementFailure(description: "\(message()) (\(fileID):\(line))")
}
