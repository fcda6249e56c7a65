// What a pool tells about itself. The answers may be old when they arrive.
extension ThreadPool {
  /// How far a pool has come with the tasks that were submitted to it.
  public struct Progress: Hashable, Sendable {
    /// How many tasks the pool took.
    public let submitted: Int
    /// How many of them wait to be run.
    public let waiting: Int
    /// How many run.
    public let running: Int
    /// How many have returned or thrown.
    public let finished: Int
    /// How many of the finished ones have thrown.
    public let failed: Int
    /// How many were cancelled before they ran.
    public let cancelled: Int
  }

  /// How far the pool has come with its tasks.
  ///
  /// Loops are not counted. A task that is joined or waited for is counted as finished.
  public var progress: Progress {
    let sums = core.ask { rules in
      var sums = PoolSums()
      for worker in rules.members { worker.counts.add(to: &sums) }
      core.outside.add(to: &sums)
      return sums
    }
    let finished = sums.succeeded + sums.failed
    return Progress(
      submitted: sums.submitted,
      waiting: max(0, sums.submitted - sums.begun - sums.cancelled),
      running: max(0, sums.begun - finished),
      finished: finished,
      failed: sums.failed,
      cancelled: sums.cancelled
    )
  }

  /// How many tasks wait to be run.
  public var waitingCount: Int { progress.waiting }

  /// How many tasks run, those included that wait for others.
  public var runningCount: Int { progress.running }

  /// How many tasks have returned or thrown.
  public var finishedCount: Int { progress.finished }

  /// How many threads are to be at work.
  public var workerCount: Int { core.ask { $0.wanted } }

  /// How many threads the pool has: its workers, and those that have taken the place of others.
  public var threadCount: Int { core.ask { $0.members.count } }
}
