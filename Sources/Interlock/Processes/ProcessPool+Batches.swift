// Running a function for several inputs, so that one that is to blame takes no other with it.
extension ProcessPool {
  /// What came of each input of a batch.
  struct BatchOutcome<Output> {
    /// What the function returned, without the inputs that failed.
    var outputs: [Output] = []
    /// Where inputs failed, in their order.
    var failures: [(index: Int, error: ProcessError)] = []
    /// Whether the caller has given up.
    var isGivenUp = false

    mutating func append(_ other: BatchOutcome) {
      outputs += other.outputs
      failures += other.failures
      isGivenUp = isGivenUp || other.isGivenUp
    }

    /// What came of each input, in their order; the first one has the index 0.
    func results() -> [Result<Output, ProcessError>] {
      var results: [Result<Output, ProcessError>] = []
      results.reserveCapacity(outputs.count + failures.count)
      var outputs = outputs.makeIterator()
      var failures = failures[...]
      for index in 0..<self.outputs.count + self.failures.count {
        if failures.first?.index == index, let failure = failures.popFirst() {
          results.append(.failure(failure.error))
        } else if let output = outputs.next() {
          results.append(.success(output))
        }
      }
      return results
    }
  }

  /// Runs the function for all inputs; their indices are those of the whole.
  func perform<Input, Output>(
    _ inputs: ArraySlice<Input>,
    _ function: RemoteFunction<Input, Output>,
    _ terms: CallTerms,
    attempt: Int = 1
  ) -> BatchOutcome<Output> {
    var batch = BatchOutcome<Output>()
    var rest = inputs
    // Each round is for all that are left, or for those up to the one that is to blame.
    while !rest.isEmpty {
      do throws(CallFailure) {
        let outcome = try stock.withLink(terms) { link throws(CallFailure) in
          try function.call(rest, on: link, terms)
        }
        batch.append(finish(outcome, rest, function, terms, attempt: attempt))
        rest = []
      } catch {
        batch.append(recover(from: error, &rest, function, terms, attempt: attempt))
      }
    }
    return batch
  }

  /// Nothing is known of any of the inputs: finds out about the first ones, and takes those away.
  func recover<Input, Output>(
    from failure: CallFailure,
    _ inputs: inout ArraySlice<Input>,
    _ function: RemoteFunction<Input, Output>,
    _ terms: CallTerms,
    attempt: Int = 1
  ) -> BatchOutcome<Output> {
    let all = inputs
    switch failure.error.reason {
    case .crashed where all.count > 1, .timedOut where all.count > 1, .refused where all.count > 1:
      guard let blamed = failure.blamed, blamed < all.count else {
        // Nobody knows which one it is: it is in one of the halves.
        let half = all.prefix(all.count / 2)
        inputs = all.dropFirst(half.count)
        return perform(half, function, terms, attempt: attempt)
      }
      let before = all.prefix(blamed)
      inputs = all.dropFirst(blamed + 1)
      var batch = perform(before, function, terms, attempt: attempt)
      let one = all[before.endIndex...before.endIndex]
      batch.append(settle(failure, one, function, terms, attempt: attempt))
      return batch
    case .failed, .crashed, .timedOut, .refused, .cannotStart, .closed, .cancelled:
      inputs = []
      return settle(failure, all, function, terms, attempt: attempt)
    }
  }

  /// Tries again, or gives all inputs the same error.
  private func settle<Input, Output>(
    _ failure: CallFailure,
    _ inputs: ArraySlice<Input>,
    _ function: RemoteFunction<Input, Output>,
    _ terms: CallTerms,
    attempt: Int
  ) -> BatchOutcome<Output> {
    let error = failure.error.at(inputs.startIndex)
    if retrying.triesAgain(after: error, attempt: attempt) {
      return perform(inputs, function, terms, attempt: attempt + 1)
    }
    return BatchOutcome(
      failures: inputs.indices.map { ($0, failure.error.at($0)) },
      isGivenUp: failure.isGivenUp
    )
  }

  /// Puts outputs and failures together, and tries again what is to be tried again.
  func finish<Input, Output>(
    _ outcome: CallOutcome<Output>,
    _ inputs: ArraySlice<Input>,
    _ function: RemoteFunction<Input, Output>,
    _ terms: CallTerms,
    attempt: Int = 1
  ) -> BatchOutcome<Output> {
    if outcome.failures.isEmpty { return BatchOutcome(outputs: outcome.outputs) }
    var batch = BatchOutcome<Output>()
    var outputs = outcome.outputs[...]
    var next = 0
    for failure in outcome.failures {
      let successes = failure.offset - next
      batch.outputs += outputs.prefix(successes)
      outputs = outputs.dropFirst(successes)
      next = failure.offset + 1
      let index = inputs.startIndex + failure.offset
      let error = ProcessError(.failed(failure.error), inputIndex: index)
      if retrying.triesAgain(after: error, attempt: attempt) {
        batch.append(perform(inputs[index...index], function, terms, attempt: attempt + 1))
      } else {
        batch.failures.append((index, error))
      }
    }
    batch.outputs += outputs
    return batch
  }
}
