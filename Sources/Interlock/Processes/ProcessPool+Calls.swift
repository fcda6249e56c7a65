// One at a time.
extension ProcessPool {
  /// Runs a function in a worker process, and waits for its result.
  ///
  /// The calling thread talks with the worker itself.
  ///
  /// - Parameters:
  ///   - input: What the function needs; it gets a copy.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: A copy of what the function returned.
  /// - Throws: ``ProcessError``, with what went wrong.
  public func run<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ input: Input,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Input) throws -> Output
  ) throws(ProcessError) -> Output {
    try wholly(one(input, try RemoteFunction(literal: body, FunctionPlace(file, line)), nil))
  }

  /// Runs a function that returns nothing in a worker process, and waits until it has returned.
  ///
  /// - Parameters:
  ///   - input: What the function needs; it gets a copy.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Throws: ``ProcessError``, with what went wrong.
  public func run<Input: Codable & Sendable>(
    _ input: Input,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Input) throws -> Void
  ) throws(ProcessError) {
    _ = try wholly(one(input, try RemoteFunction(action: body, FunctionPlace(file, line)), nil))
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
    try wholly(one(input, try RemoteFunction(task), nil))
  }

  /// Runs a function in a worker process, and waits for its result, or gives up and ends the worker.
  ///
  /// - Parameters:
  ///   - input: What the function needs; it gets a copy.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: A copy of what the function returned; `nil` if the deadline passed or the calling thread
  ///   or task was cancelled.
  /// - Throws: ``ProcessError``, with what went wrong.
  public func run<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ input: Input,
    until deadline: Deadline,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Input) throws -> Output
  ) throws(ProcessError) -> Output? {
    try one(input, try RemoteFunction(literal: body, FunctionPlace(file, line)), deadline)
  }

  /// Runs a function in a worker process, and waits for its result, or gives up and ends the worker.
  ///
  /// - Parameters:
  ///   - task: The function.
  ///   - input: What it needs; it gets a copy.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: A copy of what the function returned; `nil` if the deadline passed or the calling thread
  ///   or task was cancelled.
  /// - Throws: ``ProcessError``, with what went wrong.
  public func run<Task: ProcessTask>(
    _ task: Task.Type,
    _ input: Task.Input,
    until deadline: Deadline
  ) throws(ProcessError) -> Task.Output? {
    try one(input, try RemoteFunction(task), deadline)
  }

  private func wholly<Output>(_ output: Output?) throws(ProcessError) -> Output {
    guard let output else { fatalError("a call without a deadline does not give up") }
    return output
  }

  /// `nil` if the caller gave up.
  private func one<Input, Output>(
    _ input: Input,
    _ function: RemoteFunction<Input, Output>,
    _ deadline: Deadline?
  ) throws(ProcessError) -> Output? {
    try stock.enter()
    defer { stock.leave() }
    return try admitted(input, function, deadline)
  }

  private func admitted<Input, Output>(
    _ input: Input,
    _ function: RemoteFunction<Input, Output>,
    _ deadline: Deadline?
  ) throws(ProcessError) -> Output? {
    counts.note(submitted: 1)
    let terms = CallTerms(limit: taskLimit, deadline: deadline)
    let outcome = perform([input], function, terms)
    counts.note(finished: 1, failed: outcome.failures.count)
    guard let failure = outcome.failures.first else { return outcome.outputs[0] }
    if outcome.isGivenUp { return nil }
    throw failure.error.withoutIndex
  }
}

// Tasks.
extension ProcessPool {
  /// Lets a worker process run a function.
  ///
  /// - Parameters:
  ///   - input: What the function needs; it gets a copy.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: A handle to join it with. Cancelling it ends the worker that runs it.
  /// - Throws: ``ProcessError`` if the function cannot run in a worker, or if the pool is closed.
  @discardableResult
  public func submit<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ input: Input,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Input) throws -> Output
  ) throws(ProcessError) -> PoolTask<Output, ProcessError> {
    try submit(input, try RemoteFunction(literal: body, FunctionPlace(file, line))) { $0 }
  }

  /// Lets a worker process run a function that returns nothing.
  ///
  /// - Parameters:
  ///   - input: What the function needs; it gets a copy.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: A handle to join it with. Cancelling it ends the worker that runs it.
  /// - Throws: ``ProcessError`` if the function cannot run in a worker, or if the pool is closed.
  @discardableResult
  public func submit<Input: Codable & Sendable>(
    _ input: Input,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Input) throws -> Void
  ) throws(ProcessError) -> PoolTask<Void, ProcessError> {
    try submit(input, try RemoteFunction(action: body, FunctionPlace(file, line))) { _ in }
  }

  /// Lets a worker process run a function.
  ///
  /// - Parameters:
  ///   - task: The function.
  ///   - input: What it needs; it gets a copy.
  /// - Returns: A handle to join it with. Cancelling it ends the worker that runs it.
  /// - Throws: ``ProcessError`` if the function cannot run in a worker, or if the pool is closed.
  @discardableResult
  public func submit<Task: ProcessTask>(
    _ task: Task.Type,
    _ input: Task.Input
  ) throws(ProcessError) -> PoolTask<Task.Output, ProcessError> {
    try submit(input, try RemoteFunction(task)) { $0 }
  }

  private func submit<Input: Sendable, Output, Success: Sendable>(
    _ input: Input,
    _ function: RemoteFunction<Input, Output>,
    _ convert: @escaping @Sendable (Output) -> Success
  ) throws(ProcessError) -> PoolTask<Success, ProcessError> {
    try stock.enter()
    do throws(PoolError) {
      let task = try threads.submit { () throws(ProcessError) in
        guard let output = try self.admitted(input, function, .never) else {
          throw ProcessError(.cancelled)
        }
        return convert(output)
      }
      task.whenDone { [stock] _ in stock.leave() }
      return task
    } catch {
      stock.leave()
      throw ProcessError(.closed)
    }
  }
}
