/// The results of a function for an asynchronous sequence of inputs, as they come; `ProcessPool.results`
/// makes it.
///
/// Each result is handed out once: iterate over it once. Letting go of the iterator, or cancelling the
/// task that iterates, ends the work.
public struct ProcessResultStream<
  Inputs: AsyncSequence & Sendable,
  Output: Codable & Sendable
>: Sendable where Inputs.Element: Codable & Sendable {
  private let pump: ResultPump<Inputs, Output>

  init(
    _ inputs: Inputs,
    _ order: ProcessPool.ResultOrder,
    _ lookAhead: Int,
    _ function: RemoteFunction<Inputs.Element, Output>,
    _ pool: ProcessPool
  ) throws(ProcessError) {
    guard lookAhead > 0 else {
      misuse("ProcessPool.results(lookAhead: \(lookAhead)): it is 1 or more.")
    }
    pump = try ResultPump(inputs, order, lookAhead, function, pool)
  }
}

extension ProcessResultStream: AsyncSequence {
  /// What the inputs throw.
  public typealias Failure = any Error

  /// Begins to take inputs.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pump) }

  /// Waits for one result after the other, without blocking a thread.
  public final class AsyncIterator: AsyncIteratorProtocol {
    private let pump: ResultPump<Inputs, Output>
    /// What came before its turn.
    private var early: [Int: ProcessResult<Output>] = [:]
    private var nextIndex = 0

    fileprivate init(_ pump: ResultPump<Inputs, Output>) {
      self.pump = pump
      pump.start()
    }

    deinit {
      pump.stop()
    }

    /// The next result; `nil` when there was one for each input, or if the task is cancelled.
    ///
    /// - Throws: What the inputs ended with, when there was a result for each that came before.
    public func next() async throws -> ProcessResult<Output>? {
      while true {
        if let result = early.removeValue(forKey: nextIndex) { return handOut(result) }
        let result: ProcessResult<Output>?
        do {
          result = try await pump.finished.take()
        } catch {
          if let failure = pump.failure { throw failure }
          return nil
        }
        guard let result else { return nil }
        if pump.order == .asCompleted { return handOut(result) }
        early[result.index] = result
      }
    }

    private func handOut(_ result: ProcessResult<Output>) -> ProcessResult<Output> {
      nextIndex += 1
      // There is one for each input on its way.
      _ = try? pump.room.tryTake()
      return result
    }
  }
}

/// What goes from the inputs to whoever asks for results.
///
/// `room` has the index of each input that is on its way and was not handed out; putting one waits as
/// long as there are as many as the look-ahead says. `finished` has what came of inputs; it is closed
/// when the inputs have ended and there is something of each.
private final class ResultPump<
  Inputs: AsyncSequence & Sendable,
  Output: Codable & Sendable
>: Sendable where Inputs.Element: Codable & Sendable {
  private struct State {
    var task: Task<Void, Never>?
    var hasBegun = false
    var running = 0
    var isExhausted = false
    /// What the inputs ended with.
    var failure: (any Error)?

    var isOver: Bool { isExhausted && running == 0 }
    /// Until everything is done: so long the pool waits for this.
    var admission: Admission?
  }

  let order: ProcessPool.ResultOrder
  let room: BlockingQueue<Int>
  let finished = BlockingQueue<ProcessResult<Output>>()
  private let inputs: Inputs
  private let function: RemoteFunction<Inputs.Element, Output>
  private let pool: ProcessPool
  private let state: Guarded<State>

  init(
    _ inputs: Inputs,
    _ order: ProcessPool.ResultOrder,
    _ lookAhead: Int,
    _ function: RemoteFunction<Inputs.Element, Output>,
    _ pool: ProcessPool
  ) throws(ProcessError) {
    state = Guarded(State(admission: try Admission(to: pool.stock)))
    self.inputs = inputs
    self.order = order
    self.function = function
    self.pool = pool
    room = BlockingQueue(capacity: lookAhead)
  }

  var failure: (any Error)? { state.withLock { $0.failure } }

  /// Begins to take inputs, the first time.
  func start() {
    let isFirst = state.withLock { state in
      defer { state.hasBegun = true }
      return !state.hasBegun
    }
    guard isFirst else { return }
    let task = Task { await self.run() }
    state.withLock { $0.task = task }
  }

  /// Takes no more inputs.
  func stop() {
    room.close()
    state.withLock { $0.task }?.cancel()
  }

  private func run() async {
    var failure: (any Error)?
    do {
      var inputs = inputs.makeAsyncIterator()
      var index = 0
      while await hasRoom(for: index), let input = try await inputs.next() {
        send(input, index)
        index += 1
      }
    } catch {
      failure = error
    }
    change { state in
      state.isExhausted = true
      state.failure = failure
    }
  }

  /// Waits for room.
  ///
  /// - Returns: `false` if the room is closed, or the task cancelled: nobody wants the results.
  private func hasRoom(for index: Int) async -> Bool {
    do throws(QueueClosed<Int>) {
      return try await room.put(index) == nil
    } catch {
      return false
    }
  }

  private func send(_ input: Inputs.Element, _ index: Int) {
    state.withLock { $0.running += 1 }
    pool.counts.note(submitted: 1)
    do throws(PoolError) {
      let task = try pool.threads.submit {
        let terms = CallTerms(limit: self.pool.taskLimit, deadline: .never)
        let outcome = self.pool.perform([input], self.function, terms)
        self.pool.counts.note(finished: 1, failed: outcome.failures.count)
        self.finish(outcome.results()[0], index)
      }
      task.whenDone { outcome in
        if case .failure = outcome { self.finish(.failure(ProcessError(.cancelled)), index) }
      }
    } catch {
      finish(.failure(ProcessError(.closed)), index)
    }
  }

  private func finish(_ result: Result<Output, ProcessError>, _ index: Int) {
    // It is closed after the last one.
    try? finished.put(ProcessResult(index: index, result: result.mapError { $0.at(index) }))
    change { $0.running -= 1 }
  }

  private func change(_ body: (inout State) -> Void) {
    let isOver = state.withLock { state in
      body(&state)
      return state.isOver
    }
    guard isOver else { return }
    finished.close()
    let admission = state.withLock { $0.admission.take() }
    withExtendedLifetime(admission) {}
  }
}
