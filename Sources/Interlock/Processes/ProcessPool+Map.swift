// Many at once.
extension ProcessPool {
  /// What a function makes of each input, in the order of the inputs.
  ///
  /// Inputs go to the workers in batches whose size follows from how long the function takes. If a
  /// worker crashes in the middle of a batch, or takes too long, the error names the input that it was
  /// at, and the others of the batch are done again; the function may then have run twice for them.
  ///
  /// - Parameters:
  ///   - inputs: What the function needs each time; it gets copies.
  ///   - batch: How many inputs go to a worker at once; leave it out to let the pool find out.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: Copies of what the function returned.
  /// - Throws: ``ProcessError`` of the first input, in their order, of those that failed.
  /// - Precondition: `batch` is at least 1.
  public func map<Inputs: Collection, Output: Codable & Sendable>(
    _ inputs: Inputs,
    batch: Int? = nil,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Inputs.Element) throws -> Output
  ) throws(ProcessError) -> [Output] where Inputs.Element: Codable & Sendable {
    try all(Array(inputs), batch, try RemoteFunction(literal: body, FunctionPlace(file, line)))
  }

  /// What a function makes of each input, in the order of the inputs.
  ///
  /// - Parameters:
  ///   - task: The function.
  ///   - inputs: What it needs each time; it gets copies.
  ///   - batch: How many inputs go to a worker at once; leave it out to let the pool find out.
  /// - Returns: Copies of what the function returned.
  /// - Throws: ``ProcessError`` of the first input, in their order, of those that failed.
  /// - Precondition: `batch` is at least 1.
  public func map<Task: ProcessTask, Inputs: Collection>(
    _ task: Task.Type,
    _ inputs: Inputs,
    batch: Int? = nil
  ) throws(ProcessError) -> [Task.Output] where Inputs.Element == Task.Input {
    try all(Array(inputs), batch, try RemoteFunction(task))
  }

  /// Runs a function that returns nothing for each input, and waits until all are done.
  ///
  /// - Parameters:
  ///   - inputs: What the function needs each time; it gets copies.
  ///   - batch: How many inputs go to a worker at once; leave it out to let the pool find out.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Throws: ``ProcessError`` of the first input, in their order, of those that failed.
  /// - Precondition: `batch` is at least 1.
  public func forEach<Inputs: Collection>(
    _ inputs: Inputs,
    batch: Int? = nil,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Inputs.Element) throws -> Void
  ) throws(ProcessError) where Inputs.Element: Codable & Sendable {
    _ = try all(Array(inputs), batch, try RemoteFunction(action: body, FunctionPlace(file, line)))
  }

  private func all<Input, Output>(
    _ inputs: [Input],
    _ batch: Int?,
    _ function: RemoteFunction<Input, Output>
  ) throws(ProcessError) -> [Output] {
    try stock.enter()
    defer { stock.leave() }
    counts.note(submitted: inputs.count)
    let workers = min(workerCount, inputs.count)
    let run = MapRun(
      inputs,
      function,
      on: self,
      ProcessBatches(size: batch, count: inputs.count, workers: workers)
    )
    var drivers: [PoolTask<Void, Never>] = []
    for _ in 1..<max(1, workers) {
      // A pool that is closed meanwhile leaves the work to the calling thread.
      if let driver = try? threads.submit(run.drive) { drivers.append(driver) }
    }
    run.drive()
    // One that nobody has begun, because there is other work, is not needed any more.
    for driver in drivers where !driver.cancel() { driver.wait() }
    return try run.outputs()
  }
}
