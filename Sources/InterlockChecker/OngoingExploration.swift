/// An exploration that goes on when it is told to, as far as it is told.
///
/// Use it to look for a second between other things, or to show what is known meanwhile. In the end it has
/// done what ``Exploration/run(_:)`` does in one go: the same executions, with the same result.
///
///     var search = Exploration(strategy: .exhaustive).begin {
///       let lock = Lock()
///       try withThreads { threads in
///         for _ in 0..<3 { try threads.spawn { for _ in 0..<4 { lock.withLock {} } } }
///       }
///     }
///     while !search.isFinished { print(try search.advance(executions: 1_000)) }
///
/// The budget of the ``Exploration`` is for all calls together; time in between does not count. It lives as
/// long as the process. A search that draws at random can go on elsewhere: the same seed, without the executions
/// that were made (``Exploration/skippedExecutions``). Others cannot be stored.
public struct OngoingExploration: ~Copyable {
  private var explorer: Explorer

  init(_ explorer: Explorer) {
    self.explorer = explorer
  }

  /// Whether there is nothing left to do: all was tried, the budget is used up, or something was found.
  public var isFinished: Bool { explorer.isFinished }

  /// How many executions there were, those included that had to be made again.
  public var executions: Int { explorer.executions }

  /// Goes on for so many executions, unless it ends before.
  ///
  /// - Parameter executions: How many more there may be.
  /// - Returns: What is covered now, of all calls together.
  /// - Throws: The simplest ``Counterexample`` that was found; each call after that throws it again.
  @discardableResult
  public mutating func advance(executions: Int = .max) throws(Counterexample) -> Coverage {
    try explorer.advance(executions)
  }
}
