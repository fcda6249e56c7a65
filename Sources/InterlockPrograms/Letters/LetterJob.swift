import Glibc
import Interlock

/// What is to be counted, and how: the same for all threads of a run.
struct LetterJob: Sendable {
  let inputs: [String]
  let workers: Int
  let progress: LetterProgress
  let webLimits: WebResource.Limits
  let usesProxy: Bool
  /// What `-` stands for.
  var standardInput = STDIN_FILENO
  private let report: @Sendable (InputFailure) -> Void

  init(
    _ inputs: [String],
    for counter: LetterCounter,
    progress: LetterProgress = LetterProgress(),
    report: @escaping @Sendable (InputFailure) -> Void = { _ in }
  ) {
    self.inputs = inputs
    self.progress = progress
    self.report = report
    workers = counter.workers
    webLimits = counter.webLimits
    usesProxy = counter.usesProxy
  }

  /// How many bytes a worker reads at a time: as many as stay in its CPU's own cache, but not more
  /// than 4 MiB for all workers together.
  var bufferSize: Int { min(max(4 << 20 / workers, 4 << 10), 256 << 10) }

  /// Whether the threads of this job should end: somebody wants it, or one of them failed to start
  /// and the others were cancelled.
  var shouldStop: Bool {
    if CurrentThread.isCancelled { progress.stop() }
    return progress.isStopped
  }

  /// Says that an input cannot be read.
  func fail(_ failure: InputFailure) {
    progress.addError()
    report(failure)
  }
}
