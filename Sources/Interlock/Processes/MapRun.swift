/// One call of `map`, which several threads drive, each with a worker of its own.
final class MapRun<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
  private struct State {
    /// Outputs, and the index of the first input.
    var parts: [(start: Int, outputs: [Output])] = []
    var failure: ProcessError?
  }

  /// What is left to be done for a batch when the worker has been given back.
  private enum Rest {
    /// Everything: no worker has seen it.
    case all
    /// To see to the inputs that failed.
    case failures(CallOutcome<Output>)
    case failure(CallFailure)
  }

  private let inputs: [Input]
  private let function: RemoteFunction<Input, Output>
  private let pool: ProcessPool
  private let batches: ProcessBatches
  private let terms: CallTerms
  private let state = Guarded(State())

  init(
    _ inputs: [Input],
    _ function: RemoteFunction<Input, Output>,
    on pool: ProcessPool,
    _ batches: ProcessBatches
  ) {
    self.inputs = inputs
    self.function = function
    self.pool = pool
    self.batches = batches
    terms = CallTerms(limit: pool.taskLimit)
  }

  /// Takes batches until there are none.
  @Sendable func drive() {
    while let batch = nextBatch() {
      var rest: [(batch: Range<Int>, rest: Rest)] = []
      do throws(CallFailure) {
        rest = try pool.stock.withLink(terms) { link in use(link, from: batch) }
      } catch {
        rest = [(batch, .failure(error))]
      }
      // Now that the worker is back, these may need one.
      for (batch, rest) in rest {
        let inputs = inputs[batch]
        switch rest {
        case .all: note(pool.perform(inputs, function, terms), of: batch)
        case .failures(let outcome): note(pool.finish(outcome, inputs, function, terms), of: batch)
        case .failure(let error):
          var rest = inputs
          var outcome = pool.recover(from: error, &rest, function, terms)
          outcome.append(pool.perform(rest, function, terms))
          note(outcome, of: batch)
        }
      }
    }
  }

  private func nextBatch() -> Range<Int>? {
    state.withLock { $0.failure == nil } ? batches.next() : nil
  }

  /// Lets a worker do `first` and the batches that follow it, until somebody else wants the worker, or
  /// something goes wrong.
  ///
  /// While the worker does what is quick, the next batch is sent: otherwise it would wait for us.
  private func use(_ link: WorkerLink, from first: Range<Int>) -> [(Range<Int>, Rest)] {
    var rest: [(Range<Int>, Rest)] = []
    var next: Range<Int>? = first
    var open: [Range<Int>] = []
    var last = Deadline.now
    while true {
      while let batch = next, link.hasRoom {
        do throws(CallFailure) {
          try function.send(inputs[batch], on: link, terms, leavesRoom: batches.isQuick)
          open.append(batch)
        } catch {
          rest.append((batch, .failure(error)))
        }
        next = rest.isEmpty && !pool.stock.isWanted(link) ? nextBatch() : nil
      }
      guard let batch = open.first else { break }
      open.removeFirst()
      do throws(CallFailure) {
        let outcome = try function.receive(batch.count, on: link, terms)
        if outcome.failures.isEmpty {
          note(ProcessPool.BatchOutcome(outputs: outcome.outputs), of: batch)
        } else {
          rest.append((batch, .failures(outcome)))
        }
        let now = Deadline.now
        batches.note(batch.count, took: now - last)
        last = now
      } catch {
        rest.append((batch, link.hasMissedCall ? .all : .failure(error)))
        if !link.isAlive { break }
      }
    }
    // What was sent to a worker that has ended, or was to be.
    rest += (open + [next].compactMap { $0 }).map { ($0, .all) }
    return rest
  }

  private func note(_ outcome: ProcessPool.BatchOutcome<Output>, of batch: Range<Int>) {
    pool.counts.note(finished: batch.count, failed: outcome.failures.count)
    state.withLock { state in
      guard let failure = outcome.failures.first else {
        state.parts.append((batch.lowerBound, outcome.outputs))
        return
      }
      if let known = state.failure?.inputIndex, known < failure.index { return }
      state.failure = failure.error
    }
  }

  /// All outputs, when everybody has driven.
  func outputs() throws(ProcessError) -> [Output] {
    let (parts, failure) = state.withLock { ($0.parts, $0.failure) }
    if let failure { throw failure }
    if parts.count == 1 { return parts[0].outputs }
    var outputs: [Output] = []
    outputs.reserveCapacity(inputs.count)
    for part in parts.sorted(by: { $0.start < $1.start }) { outputs += part.outputs }
    return outputs
  }
}
