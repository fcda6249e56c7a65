import Interlock

/// Two robots share two tools, and each needs both.
///
/// Red reaches for the left tool first, and blue for the right one. How they get them is the lesson:
/// the siblings of ``DeadlockingBench`` differ in nothing else.
///
///     let report = try Robots(rounds: 1_000).run(.ordered)
///     print(report.rounds)  // [1000, 1000]
public struct Robots: Hashable, Sendable {
  /// How the robots get their tools.
  public enum Mode: String, CaseIterable, Sendable {
    /// One tool after the other, as each likes: they end up waiting for each other.
    case deadlocking
    /// One tool after the other, both robots in the same order.
    case ordered
    /// Both tools at once, from an arbitrator.
    case arbitrated
  }

  /// What came of it.
  public struct Report: Hashable, Sendable {
    /// Whether they finished.
    public let ending: Ending
    /// How many rounds each robot has worked, in the order of ``Robots/names``.
    public let rounds: [Int]
  }

  /// What the robots are called.
  public static let names = ["red", "blue"]

  /// How often each robot works with both tools.
  public var rounds: Int

  /// Creates robots that will work so many rounds each.
  public init(rounds: Int = 10_000) {
    self.rounds = rounds
  }

  /// Lets the robots work.
  ///
  /// - Parameter mode: How they get their tools.
  /// - Returns: How it ended.
  /// - Throws: `ThreadError` if the system gives the process no other thread.
  public func run(_ mode: Mode) throws -> Report {
    switch mode {
    case .deadlocking: try run(at: DeadlockingBench())
    case .ordered: try run(at: OrderedBench())
    case .arbitrated: try run(at: ArbitratedBench())
    }
  }

  /// Lets the robots work at a bench of your own.
  ///
  /// - Parameter bench: Where they work.
  /// - Returns: How it ended.
  /// - Throws: `ThreadError` if the system gives the process no other thread, and what the bench
  ///   throws besides `Deadlock`.
  public func run(at bench: some Bench) throws -> Report {
    let done = Mutex([0, 0], name: "rounds")
    let ending = try Ending.ofThreads(
      named: Self.names,
      working: { @Sendable robot, _ in
        let (first, second) = robot == 0 ? (Tool.left, Tool.right) : (.right, .left)
        for _ in 0..<rounds where !CurrentThread.isCancelled {
          try bench.withTools(first, second) {
            done.withLock { $0[robot] += 1 }
          }
        }
      }
    )
    return Report(ending: ending, rounds: done.withLock { $0 })
  }
}
