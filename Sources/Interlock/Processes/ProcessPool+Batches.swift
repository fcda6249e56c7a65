// Running a function for several inputs, so that one that is to blame takes no other with it.
extension ProcessPool {
  /// What came of each input of a batch.
  struct BatchOutcome<Output> {
    /// What the function returned, without the inputs that failed.
    var outputs: [Output] = []
    /// Where inputs failed, in their order.
    var failures: [(index: Int, error: ProcessError)] = []
    /// Whether the caller's deadline has passed.
    var isLate = false

    mutating func append(_ other: BatchOutcome) {
      outputs += other.outputs
      failures += other.failures
      isLate = isLate || other.isLate
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
    if inputs.isEmpty { return BatchOutcome() }
    do throws(CallFailure) {
      let outcome = try stock.withLink(terms) { link throws(CallFailure) in
        try function.call(inputs, on: link, terms)
      }
      return finish(outcome, inputs, function, terms, attempt: attempt)
    } catch {
      return recover(from: error, inputs, function, terms, attempt: attempt)
    }
  }

  /// Nothing is known of any of the inputs.
  func recover<Input, Output>(
    from failure: CallFailure,
    _ inputs: ArraySlice<Input>,
    _ function: RemoteFunction<Input, Output>,
    _ terms: CallTerms,
    attempt: Int = 1
  ) -> BatchOutcome<Output> {
    guard let first = inputs.indices.first else { return BatchOutcome() }
    switch failure.error.reason {
    case .crashed where inputs.count > 1, .timedOut where inputs.count > 1,
      .refused where inputs.count > 1:
      return blame(failure, inputs, function, terms, attempt)
    case .failed, .crashed, .timedOut, .refused, .cannotStart, .closed, .cancelled:
      let isAgain = retrying.triesAgain(after: failure.error.at(first), attempt: attempt)
      if isAgain { return perform(inputs, function, terms, attempt: attempt + 1) }
      return BatchOutcome(
        failures: inputs.indices.map { ($0, failure.error.at($0)) },
        isLate: failure.isLate
      )
    }
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

  /// A worker ended in the middle of a batch, or something in it cannot be read or written.
  private func blame<Input, Output>(
    _ failure: CallFailure,
    _ inputs: ArraySlice<Input>,
    _ function: RemoteFunction<Input, Output>,
    _ terms: CallTerms,
    _ attempt: Int
  ) -> BatchOutcome<Output> {
    guard let blamed = failure.blamed, inputs.indices.contains(inputs.startIndex + blamed) else {
      // Nobody knows which one it is: it is in one of the halves.
      let middle = inputs.startIndex + inputs.count / 2
      var batch = perform(inputs[..<middle], function, terms, attempt: attempt)
      batch.append(perform(inputs[middle...], function, terms, attempt: attempt))
      return batch
    }
    let index = inputs.startIndex + blamed
    let error = failure.error.at(index)
    var batch = perform(inputs[..<index], function, terms, attempt: attempt)
    if retrying.triesAgain(after: error, attempt: attempt) {
      batch.append(perform(inputs[index...index], function, terms, attempt: attempt + 1))
    } else {
      batch.failures.append((index, error))
    }
    batch.append(perform(inputs[(index + 1)...], function, terms, attempt: attempt))
    return batch
  }
}
