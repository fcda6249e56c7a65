// Results as they come.
extension ProcessPool {
  /// In which order results come.
  public enum ResultOrder: Hashable, Sendable {
    /// That of the inputs.
    case asGiven
    /// That in which they are there.
    case asCompleted
  }

  /// What a function makes of each input, one result after the other, while others are worked on.
  ///
  /// Inputs are taken from their sequence when they are needed, in the thread that asks for results,
  /// and never more than `lookAhead` beyond the results that were handed out: a sequence may be of any
  /// length, and larger than memory. An input that fails has an error for a result, and the others go on.
  ///
  ///     for line in pool.results(of: lines, { parse($0) }) {
  ///       store(try line.result.get(), at: line.index)
  ///     }
  ///
  /// With `for await` over ``ProcessResults/async`` nobody blocks a thread. Work that nobody asks for any
  /// more is cancelled as far as it has not begun.
  ///
  /// - Parameters:
  ///   - inputs: What the function needs each time; it gets copies.
  ///   - order: In which order results come.
  ///   - lookAhead: How many inputs may be on their way; leave it out for as many as keep
  ///     the workers busy for some milliseconds.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: The results, once.
  /// - Throws: ``ProcessError`` if the function cannot run in a worker, or if the pool is closed.
  /// - Precondition: `lookAhead` is at least 1.
  public func results<Inputs: Sequence, Output: Codable & Sendable>(
    of inputs: Inputs,
    order: ResultOrder = .asGiven,
    lookAhead: Int? = nil,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Inputs.Element) throws -> Output
  ) throws(ProcessError) -> ProcessResults<Inputs.Element, Output>
  where Inputs.Element: Codable & Sendable {
    let function = try RemoteFunction(literal: body, FunctionPlace(file, line))
    return try ProcessResults(inputs, order, lookAhead, function, self)
  }

  /// What a function makes of each input, one result after the other, while others are worked on.
  ///
  /// - Parameters:
  ///   - task: The function.
  ///   - inputs: What it needs each time; it gets copies.
  ///   - order: In which order results come.
  ///   - lookAhead: How many inputs may be on their way; leave it out for as many as keep
  ///     the workers busy for some milliseconds.
  /// - Returns: The results, once.
  /// - Throws: ``ProcessError`` if the function cannot run in a worker, or if the pool is closed.
  /// - Precondition: `lookAhead` is at least 1.
  public func results<Task: ProcessTask, Inputs: Sequence>(
    _ task: Task.Type,
    of inputs: Inputs,
    order: ResultOrder = .asGiven,
    lookAhead: Int? = nil
  ) throws(ProcessError) -> ProcessResults<Task.Input, Task.Output>
  where Inputs.Element == Task.Input {
    try ProcessResults(inputs, order, lookAhead, try RemoteFunction(task), self)
  }

  /// What a function makes of each input of an asynchronous sequence, one result after the other, while
  /// others are worked on.
  ///
  /// Each input goes to a worker as soon as it comes, alone. A task of its own takes inputs from their
  /// sequence, never more than `lookAhead` beyond the results that were handed out, from the first time
  /// that somebody asks for a result until the results are let go.
  ///
  ///     for try await frame in try pool.results(of: camera.frames, { detect($0) }) {
  ///       show(try frame.result.get())
  ///     }
  ///
  /// - Parameters:
  ///   - inputs: What the function needs each time; it gets copies.
  ///   - order: In which order results come.
  ///   - lookAhead: How many inputs may be on their way; leave it out for two for each worker.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Returns: The results, once. They end with the error of the inputs, if those do.
  /// - Throws: ``ProcessError`` if the function cannot run in a worker, or if the pool is closed.
  /// - Precondition: `lookAhead` is at least 1.
  public func results<Inputs: AsyncSequence & Sendable, Output: Codable & Sendable>(
    of inputs: Inputs,
    order: ResultOrder = .asGiven,
    lookAhead: Int? = nil,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Inputs.Element) throws -> Output
  ) throws(ProcessError) -> ProcessResultStream<Inputs, Output>
  where Inputs.Element: Codable & Sendable {
    let function = try RemoteFunction(literal: body, FunctionPlace(file, line))
    return try ProcessResultStream(inputs, order, lookAhead ?? 2 * workerCount, function, self)
  }
}
