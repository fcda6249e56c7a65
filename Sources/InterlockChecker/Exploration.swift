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
    /// All that matter, if the budget allows; else those that are left are drawn at random in several ways.
    case automatic(seed: UInt64)
    /// All that matter, each once.
    case exhaustive
    /// All in which a running thread is interrupted at most so often.
    case bounded(preemptions: Int)
    /// Some, in which each step is drawn among the threads that can go on.
    case random(seed: UInt64)
    /// Some, in which threads have priorities that change in a few places: one place less than `depth`, which
    /// is 1, 2 or 3. Finds what needs few steps in the right order, among many that do not matter
    /// (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010).
    case priorityChange(depth: Int, seed: UInt64)
    /// Some, in which steps that do not touch the same things are drawn in no order (Yuan, Yang, Gu, CAV 2018).
    case partialOrder(seed: UInt64)
    /// Some, in which threads with more left to do go on more often, so that all orders are about as likely
    /// (Zhao and others, ASPLOS 2025).
    case uniform(seed: UInt64)
    /// The same, but only steps that touch one thing count, which is drawn anew for each execution.
    case selectivelyUniform(seed: UInt64)
    /// The one that a counterexample has named.
    case replay(String)

    /// ``automatic(seed:)`` with the usual seed.
    public static var automatic: Strategy { .automatic(seed: 1) }
  }

  /// Which schedules to try.
  public var strategy: Strategy
  /// How many executions there may be.
  public var executions: Int
  /// How many executions to leave out, if the strategy draws at random and only that; 0 at first.
  ///
  /// To go on in another process with a search that was stopped there, leave out what it has made: its seed
  /// then gives random numbers that were not drawn before. What strategies learn from one execution for the next
  /// begins anew. Other strategies leave out nothing.
  public var skippedExecutions = 0
  /// How long it may take.
  public var duration: Duration
  /// How many steps an execution may have; one that has more is taken for one that never ends.
  public var stepLimit: Int
  /// How much CPU time a step may take; one that takes more is taken for one that never ends.
  public var stepDuration = Duration.seconds(20)
  /// How long a thread may sleep in something that is not Interlock's.
  package var sleepLimit = Duration.seconds(5)
  /// Whether a data race is a failure by itself; if not, only what comes of it is.
  public var reportsRaces = true
  /// Is told how far the exploration has come, by the thread that explores, at most four times a second.
  public var progress: (@Sendable (Progress) -> Void)?
  /// Whether it is a failure if a thread is never joined.
  ///
  /// The toolkit allows that: a thread whose handle goes away runs on. Turn it on for bodies that must wait
  /// for all that they start. Who only looks with `tryJoin()` has not joined.
  public var reportsUnjoinedThreads = false

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
  /// threads do to each other goes through Interlock; other ways to block, such as locks of the system, end the
  /// exploration (``Counterexample/Kind/stuck``). It does the same under the same schedule: it asks neither the clock of the
  /// system nor for random numbers.
  ///
  /// It ends early when the calling thread is cancelled (``/Interlock/ThreadHandle/cancel()``): then it has
  /// covered what it has.
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
    return try explorer.advance(.max)
  }

  /// Prepares to run `body` again and again, a number of executions at a time.
  ///
  /// - Parameter body: The first thread of each execution, as for ``run(_:)``.
  /// - Returns: What can be told to go on.
  public func begin(_ body: @escaping @Sendable () throws -> Void) -> OngoingExploration {
    OngoingExploration(Explorer(self, body))
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
