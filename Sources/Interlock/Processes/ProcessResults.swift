/// What came of one input.
public struct ProcessResult<Output: Sendable>: Sendable {
  /// Which of the inputs it was, from 0.
  public let index: Int
  /// What the function returned, or what went wrong.
  public let result: Result<Output, ProcessError>
}

/// The results of a function for a sequence of inputs, as they come; `ProcessPool.results` makes it.
///
/// Each result is handed out once, to whoever asks for it first: iterate over it once, in one thread or
/// task.
public final class ProcessResults<Input: Codable & Sendable, Output: Codable & Sendable> {
  // Inputs go out in batches, each a task of the pool that puts what came of it into `finished`. The
  // number of those on their way and not handed out is `pending`, and never above `lookAhead`.
  private var inputs: any IteratorProtocol<Input>
  private let order: ProcessPool.ResultOrder
  private let lookAhead: Int
  private let function: RemoteFunction<Input, Output>
  private let pool: ProcessPool
  /// Until everything is done; batches that are on their way have it too.
  private var admission: Admission?
  private let batches: ProcessBatches
  private let finished = BlockingQueue<FinishedBatch<Output>>()
  private var tasks: [Int: PoolTask<Void, Never>] = [:]
  /// What came before its turn, by the index of the first input.
  private var early: [Int: FinishedBatch<Output>] = [:]
  private var ready: ArraySlice<Result<Output, ProcessError>> = []
  /// The index of the first of `ready`, or of what is to come next in order.
  private var nextIndex = 0
  private var taken = 0
  private var pending = 0
  private var isExhausted = false

  init<Inputs: Sequence>(
    _ inputs: Inputs,
    _ order: ProcessPool.ResultOrder,
    _ lookAhead: Int?,
    _ function: RemoteFunction<Input, Output>,
    _ pool: ProcessPool
  ) throws(ProcessError) where Inputs.Element == Input {
    guard lookAhead ?? 1 > 0 else {
      misuse("ProcessPool.results(lookAhead: \(lookAhead ?? 0)): it is 1 or more.")
    }
    admission = try Admission(to: pool.stock)
    self.inputs = inputs.makeIterator()
    self.order = order
    self.lookAhead = lookAhead ?? .max
    self.function = function
    self.pool = pool
    batches = ProcessBatches(workers: pool.workerCount)
  }

  deinit {
    for task in tasks.values { task.cancel() }
  }

  /// How many batches may be on their way, so that no worker waits for the thread that asks.
  private var batchLimit: Int { 2 * pool.workerCount + 1 }

  /// Sends out as many inputs as may be on their way.
  private func refill() {
    while !isExhausted, pending < lookAhead, tasks.count + early.count < batchLimit {
      // Small enough that every worker has something.
      let share = Swift.max(1, lookAhead / batchLimit)
      let batch = takeInputs(Swift.min(batches.nextSize, share, lookAhead - pending))
      guard !batch.isEmpty else { return }
      let start = taken
      taken += batch.count
      pending += batch.count
      send(batch, from: start)
    }
  }

  private func takeInputs(_ count: Int) -> [Input] {
    var batch: [Input] = []
    batch.reserveCapacity(count)
    while batch.count < count {
      guard let input = inputs.next() else {
        isExhausted = true
        break
      }
      batch.append(input)
    }
    return batch
  }

  private func send(_ batch: [Input], from start: Int) {
    let (pool, function, batches, finished) = (pool, function, batches, finished)
    let admission = admission
    pool.counts.note(submitted: batch.count)
    do throws(PoolError) {
      let task = try pool.threads.submit {
        defer { withExtendedLifetime(admission) {} }
        let begin = Deadline.now
        let outcome = pool.perform(
          batch[...],
          function,
          CallTerms(limit: pool.taskLimit, deadline: .never)
        )
        batches.note(batch.count, took: Deadline.now - begin)
        pool.counts.note(finished: batch.count, failed: outcome.failures.count)
        let results = outcome.results().enumerated().map { offset, result in
          result.mapError { $0.at(start + offset) }
        }
        // Nobody closes it.
        try? finished.put(FinishedBatch(start: start, results: results))
      }
      tasks[start] = task
      task.whenDone { outcome in
        guard case .failure = outcome else { return }
        try? finished.put(FinishedBatch(start: start, count: batch.count, failed: .cancelled))
      }
    } catch {
      // The pool was closed: these are told, and there are no others.
      isExhausted = true
      try? finished.put(FinishedBatch(start: start, count: batch.count, failed: .closed))
    }
  }

  /// The next result, if it is there.
  private func takeReady() -> ProcessResult<Output>? {
    guard let result = ready.popFirst() else { return nil }
    defer { nextIndex += 1 }
    pending -= 1
    return ProcessResult(index: nextIndex, result: result)
  }

  /// Puts the next batch, as the order says, where it is handed out from.
  private func accept(_ batch: FinishedBatch<Output>) {
    tasks[batch.start] = nil
    switch order {
    case .asCompleted:
      nextIndex = batch.start
      ready = batch.results[...]
    case .asGiven:
      early[batch.start] = batch
      ready = early.removeValue(forKey: nextIndex)?.results[...] ?? []
    }
  }

  /// Whether there is something to wait for; sends out what may be sent.
  private func prepare() -> Bool {
    if order == .asGiven, let batch = early.removeValue(forKey: nextIndex) {
      ready = batch.results[...]
    }
    refill()
    // The pool need not wait for this any more.
    if isExhausted, tasks.isEmpty { admission = nil }
    return pending > 0
  }
}

/// What came of a batch.
private struct FinishedBatch<Output: Sendable>: Sendable {
  /// The index of the first input.
  let start: Int
  let results: [Result<Output, ProcessError>]

  init(start: Int, results: [Result<Output, ProcessError>]) {
    self.start = start
    self.results = results
  }

  /// A batch that nobody has begun.
  init(start: Int, count: Int, failed reason: ProcessError.Reason) {
    self.start = start
    results = (start..<start + count).map { .failure(ProcessError(reason).at($0)) }
  }
}

extension ProcessResults: Sequence, IteratorProtocol {
  /// The next result, waiting for it; `nil` when there was one for each input.
  public func next() -> ProcessResult<Output>? {
    while true {
      if let result = takeReady() { return result }
      guard prepare() else { return nil }
      guard ready.isEmpty else { continue }
      // A thread of a pool lets another one take its place while it waits for a task.
      if ThreadRecord.current.isPoolWorker, !tasks.isEmpty { _ = tasks.values.waitForFirst() }
      if let batch = try? finished.take() { accept(batch) }
    }
  }
}

extension ProcessResults {
  /// The results for tasks of Swift's concurrency: waiting suspends, and blocks no thread.
  ///
  /// The sequence ends early if its task is cancelled.
  public var async: AsyncResults { AsyncResults(results: self) }

  /// The results as they come, for `for await`.
  public struct AsyncResults: AsyncSequence, AsyncIteratorProtocol {
    /// Nothing is thrown.
    public typealias Failure = Never

    let results: ProcessResults

    /// Begins, or goes on where another iteration has stopped.
    public func makeAsyncIterator() -> AsyncResults { self }

    /// The next result; `nil` when there was one for each input, or if the task is cancelled.
    public func next() async -> ProcessResult<Output>? {
      while true {
        if let result = results.takeReady() { return result }
        guard results.prepare() else { return nil }
        guard results.ready.isEmpty else { continue }
        guard let batch = try? await results.finished.take() else { return nil }
        results.accept(batch)
      }
    }
  }
}
