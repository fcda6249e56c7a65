// One at a time.
extension ProcessPool {
  /// Runs a function in a worker process, and waits for its result.
  ///
  /// The calling thread talks with the worker itself.
  ///
  /// - Parameters:
  ///   - input: What the function needs; it gets a copy.
  ///   - file: Where the closure is written; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: A copy of what the function returned.
  /// - Throws: ``ProcessError``, with what went wrong.
  public func run<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ input: Input,
    file: StaticString = #fileID,
    _ body: @escaping @Sendable (Input) throws -> Output
  ) throws(ProcessError) -> Output {
    try one(input, try RemoteFunction(literal: body, file))
  }

  /// Runs a function in a worker process, and waits for its result.
  ///
  /// - Parameters:
  ///   - task: The function.
  ///   - input: What it needs; it gets a copy.
  /// - Returns: A copy of what the function returned.
  /// - Throws: ``ProcessError``, with what went wrong.
  public func run<Task: ProcessTask>(
    _ task: Task.Type,
    _ input: Task.Input
  ) throws(ProcessError) -> Task.Output {
    try one(input, try RemoteFunction(task))
  }

  /// Lets a worker process run a function.
  ///
  /// - Parameters:
  ///   - input: What the function needs; it gets a copy.
  ///   - file: Where the closure is written; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: A handle to join it with.
  /// - Throws: ``ProcessError`` if the function cannot run in a worker, or if the pool is closed.
  public func submit<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ input: Input,
    file: StaticString = #fileID,
    _ body: @escaping @Sendable (Input) throws -> Output
  ) throws(ProcessError) -> PoolTask<Output, ProcessError> {
    try submit(input, try RemoteFunction(literal: body, file))
  }

  /// Lets a worker process run a function.
  ///
  /// - Parameters:
  ///   - task: The function.
  ///   - input: What it needs; it gets a copy.
  /// - Returns: A handle to join it with.
  /// - Throws: ``ProcessError`` if the function cannot run in a worker, or if the pool is closed.
  public func submit<Task: ProcessTask>(
    _ task: Task.Type,
    _ input: Task.Input
  ) throws(ProcessError) -> PoolTask<Task.Output, ProcessError> {
    try submit(input, try RemoteFunction(task))
  }

  private func submit<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ input: Input,
    _ function: RemoteFunction<Input, Output>
  ) throws(ProcessError) -> PoolTask<Output, ProcessError> {
    do throws(PoolError) {
      return try threads.submit { () throws(ProcessError) in try self.one(input, function) }
    } catch {
      throw ProcessError(.closed)
    }
  }

  private func one<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ input: Input,
    _ function: RemoteFunction<Input, Output>
  ) throws(ProcessError) -> Output {
    try stock.withLink { link throws(ProcessError) in
      try function.call([input], on: link, taskLimit)[0].get()
    }
  }
}

// Many at once.
extension ProcessPool {
  /// What a function makes of each input, in the order of the inputs.
  ///
  /// Inputs go to the workers in batches whose size follows from how long the function takes. If a
  /// worker crashes in the middle of a batch, or takes too long, or if something in it cannot be read
  /// or written, each input of the batch is tried again alone, so that only the one that is to blame
  /// fails; the function may then have run twice for some of the others.
  ///
  /// - Parameters:
  ///   - inputs: What the function needs each time; it gets copies.
  ///   - file: Where the closure is written; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: Copies of what the function returned.
  /// - Throws: ``ProcessError`` of the first input, in their order, of those that failed.
  public func map<Inputs: Collection, Output: Codable & Sendable>(
    _ inputs: Inputs,
    file: StaticString = #fileID,
    _ body: @escaping @Sendable (Inputs.Element) throws -> Output
  ) throws(ProcessError) -> [Output] where Inputs.Element: Codable & Sendable {
    try all(Array(inputs), try RemoteFunction(literal: body, file))
  }

  /// What a function makes of each input, in the order of the inputs.
  ///
  /// - Parameters:
  ///   - task: The function.
  ///   - inputs: What it needs each time; it gets copies.
  /// - Returns: Copies of what the function returned.
  /// - Throws: ``ProcessError`` of the first input, in their order, of those that failed.
  public func map<Task: ProcessTask, Inputs: Collection>(
    _ task: Task.Type,
    _ inputs: Inputs
  ) throws(ProcessError) -> [Task.Output] where Inputs.Element == Task.Input {
    try all(Array(inputs), try RemoteFunction(task))
  }

  private func all<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ inputs: [Input],
    _ function: RemoteFunction<Input, Output>
  ) throws(ProcessError) -> [Output] {
    let batches = ProcessBatches(count: inputs.count, workers: workerCount)
    let results = Guarded<[Int: [Output]]>([:])
    let failure = Guarded<ProcessError?>(nil)
    let drive: @Sendable () -> Void = {
      while failure.withLock({ $0 == nil }), let batch = batches.next() {
        let start = Deadline.now
        do throws(ProcessError) {
          let outputs = try self.results(of: batch, inputs, function)
          results.withLock { $0[batch.lowerBound] = outputs }
        } catch {
          failure.withLock { known in
            if let index = known?.inputIndex, index < error.inputIndex ?? .max { return }
            known = error
          }
        }
        batches.note(batch.count, took: Deadline.now - start)
      }
    }
    var drivers: [PoolTask<Void, Never>] = []
    for _ in 1..<max(1, min(workerCount, inputs.count)) {
      if let driver = try? threads.submit(drive) { drivers.append(driver) }
    }
    drive()
    for driver in drivers { driver.wait() }
    if let failure = failure.withLock({ $0 }) { throw failure }
    let parts = results.withLock { $0 }
    var outputs: [Output] = []
    outputs.reserveCapacity(inputs.count)
    for start in parts.keys.sorted() { outputs += parts[start] ?? [] }
    return outputs
  }

  private func results<Input: Codable & Sendable, Output: Codable & Sendable>(
    of batch: Range<Int>,
    _ inputs: [Input],
    _ function: RemoteFunction<Input, Output>
  ) throws(ProcessError) -> [Output] {
    let results: [Result<Output, ProcessError>]
    do throws(ProcessError) {
      results = try stock.withLink { link throws(ProcessError) in
        try function.call(Array(inputs[batch]), on: link, taskLimit)
      }
    } catch {
      switch error.reason {
      // Which one is to blame is not known.
      case .crashed where batch.count > 1, .timedOut where batch.count > 1,
        .refused where batch.count > 1:
        var outputs: [Output] = []
        for index in batch {
          outputs += try self.results(of: index..<index + 1, inputs, function)
        }
        return outputs
      default: throw error.at(batch.lowerBound)
      }
    }
    var outputs: [Output] = []
    outputs.reserveCapacity(results.count)
    for (offset, result) in results.enumerated() {
      switch result {
      case .success(let output): outputs.append(output)
      case .failure(let error): throw error.at(batch.lowerBound + offset)
      }
    }
    return outputs
  }
}
