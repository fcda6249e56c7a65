// Running.
extension Pipeline {
  /// Runs the pipeline, and calls `body` with each result, on the calling thread.
  ///
  /// - Parameters:
  ///   - progress: Where others can see how far it is.
  ///   - body: What to do with a result. What it throws ends the whole pipeline.
  /// - Throws: What the source, a stage or `body` throws first; `CancellationError` if the calling
  ///   thread is cancelled; ``ThreadError`` if the system gives the process no other thread.
  public func run(
    reportingTo progress: PipelineProgress? = nil,
    _ body: (Output) throws -> Void
  ) throws {
    try CurrentThread.checkCancellation()
    var plan = PipelinePlan(name: name, capacity: capacity)
    let results = build(&plan, PipelineRun.resultName)
    let run = try withThreads { threads in
      let run = PipelineRun(plan, threads: threads)
      progress?.follow(run)
      do {
        try run.start()
        try run.handOut(results, to: body)
      } catch {
        // Before the scope joins its threads, which would wait for each other.
        run.end(with: error, in: nil)
      }
      return run
    }
    progress?.leave(run)
    try run.checkEnd()
  }

  /// Runs the pipeline, and returns its results in the order in which they came.
  ///
  /// - Parameter progress: Where others can see how far it is.
  /// - Returns: All results.
  /// - Throws: As ``run(reportingTo:_:)`` does; then the results are lost.
  public func collect(reportingTo progress: PipelineProgress? = nil) throws -> [Output] {
    var results: [Output] = []
    try run(reportingTo: progress) { results.append($0) }
    return results
  }

  /// Runs the pipeline, and puts its results together, on the calling thread.
  ///
  ///     let distribution = try winds.reduce(into: Distribution()) { $0.count($1) }
  ///
  /// - Parameters:
  ///   - initialResult: What to begin with.
  ///   - progress: Where others can see how far it is.
  ///   - update: Puts a result to those that came before. What it throws ends the whole pipeline.
  /// - Returns: What `update` made of `initialResult`.
  /// - Throws: As ``run(reportingTo:_:)`` does.
  public func reduce<Result>(
    into initialResult: consuming Result,
    reportingTo progress: PipelineProgress? = nil,
    _ update: (inout Result, Output) throws -> Void
  ) throws -> Result {
    var result = initialResult
    try run(reportingTo: progress) { try update(&result, $0) }
    return result
  }
}
