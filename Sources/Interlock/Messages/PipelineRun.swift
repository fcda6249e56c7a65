/// What a pipeline consists of, while it is put together for one run.
struct PipelinePlan {
  let name: String?
  let capacity: Int
  /// The source first.
  private(set) var stages: [any PipelineStage] = []
  private(set) var tallies: [StageTally] = []

  init(name: String?, capacity: Int) {
    self.name = name
    self.capacity = capacity
  }

  func makeQueue<Element: Sendable>(
    of type: Element.Type,
    for taker: String
  ) -> BlockingQueue<Element> {
    BlockingQueue(capacity: capacity, name: name.map { "\($0): \(taker)" } ?? taker)
  }

  mutating func append(_ stage: any PipelineStage, name: String, workers: Int = 1) {
    stages.append(stage)
    tallies.append(StageTally(name: name, workers: workers))
  }
}

/// One run of a pipeline: its threads, and how it ends.
///
/// A run *ends before its time* when something throws. Whoever is the first to say so, and nobody else,
///
/// 1. notes the error, so that whatever follows from the end is not taken for its cause,
/// 2. closes all queues at once, and ends the lines of the ordered stages: whoever waits there is refused,
/// 3. cancels the threads, for bodies that wait elsewhere.
///
/// From then on every put and take is refused, so each worker leaves its loop when its body returns.
/// Otherwise the source's thread closes its queue when nothing is left, and the last worker of a stage
/// that finds its inlet closed and empty closes the outlet. Either way all threads end if all bodies do.
final class PipelineRun: Sendable {
  /// How the caller's part is called.
  static let resultName = "results"

  private struct Failure {
    let error: any Error
    let stage: String?
  }

  /// The source first.
  let stages: [any PipelineStage]
  let tallies: [StageTally]
  /// What the caller was given.
  let results = WorkerTally()
  private let name: String?
  private let threads: ThreadScope
  private let failure = Guarded<Failure?>(nil)
  private let isEnded = Atomic(false)

  init(_ plan: PipelinePlan, threads: ThreadScope) {
    name = plan.name
    stages = plan.stages
    tallies = plan.tallies
    self.threads = threads
  }

  /// Whether the run has ended before its time.
  var hasEnded: Bool {
    // Ordering (P1): relaxed. It only saves work: what must stop is stopped by closed queues.
    isEnded.load(ordering: .relaxed)
  }

  /// Whose error ended the run.
  var failedStage: String? { failure.withLock { $0?.stage } }

  /// Starts all threads, the source last: nothing is pulled if there are not enough of them.
  func start() throws(ThreadError) {
    for (stage, tally) in zip(stages, tallies).reversed() {
      for (number, worker) in tally.workers.enumerated() {
        let threadName = tally.workers.count > 1 ? "\(tally.name)-\(number)" : tally.name
        try threads.spawn(name: threadName) { self.work(in: stage, tally, worker) }
      }
    }
  }

  /// Gives what comes out of the last queue to the caller's closure, until it is closed and empty.
  ///
  /// - Throws: `CancellationError` if the calling thread is cancelled.
  func handOut<Output: Sendable>(
    _ queue: BlockingQueue<Output>,
    to body: (Output) throws -> Void
  ) throws(CancellationError) {
    while !hasEnded {
      // A take that need not wait succeeds in a cancelled thread, too.
      try CurrentThread.checkCancellation()
      let output: Output
      do throws(QueueClosed<Output>) {
        guard let next = try queue.take(until: .never) else { continue }
        output = next
      } catch {
        return
      }
      results.noteTaken()
      do {
        try body(output)
      } catch {
        return end(with: error, in: Self.resultName)
      }
    }
  }

  /// Ends the run before its time, unless it has ended so already.
  func end(with error: any Error, in stage: String?) {
    let isFirst = Seam.attempt(.close, on: Subject("Pipeline", self)) {
      failure.withLock { failure in
        guard failure == nil else { return false }
        failure = Failure(error: error, stage: stage)
        return true
      }
    }
    guard isFirst else { return }
    // Ordering (P1): relaxed, see `hasEnded`.
    isEnded.store(true, ordering: .relaxed)
    for stage in stages { stage.closeAtOnce() }
    threads.cancelAll()
  }

  /// Throws what ended the run before its time.
  func checkEnd() throws {
    if let failure = failure.withLock({ $0 }) { throw failure.error }
  }

  /// The life of one thread.
  private func work(in stage: any PipelineStage, _ tally: StageTally, _ worker: WorkerTally) {
    do {
      try stage.work(in: self, worker)
    } catch {
      end(with: error, in: tally.name)
    }
    if tally.leave() { stage.close() }
  }
}

extension PipelineRun: Named {
  var nameForReports: String? { name }
}
