import Interlock

/// What is to be searched, and how: the same for all threads of a run.
struct SearchJob: Sendable {
  let roots: [String]
  let pattern: NamePattern
  let workers: Int
  let staysOnFileSystem: Bool
  let isPrompt: Bool
  let budget: DescriptorBudget
  let progress: SearchProgress
  let report: @Sendable (InputFailure) -> Void
  let found: @Sendable (PathList) -> Void

  /// Whether the threads of this job should end: somebody wants it, or one of them failed to start
  /// and the others were cancelled.
  var shouldStop: Bool {
    if CurrentThread.isCancelled { progress.stop() }
    return progress.isStopped
  }

  /// Says that a folder cannot be read.
  func fail(_ failure: InputFailure) {
    progress.addError()
    report(failure)
  }

  /// Runs `body` with what one worker needs, and hands over what it has found.
  func withSearcher<Failure: Error>(_ body: (Searcher) throws(Failure) -> Void) throws(Failure) {
    let searcher = Searcher(for: self)
    defer { searcher.handOver() }
    try body(searcher)
  }
}
