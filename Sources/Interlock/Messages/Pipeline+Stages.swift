// Adding stages.
extension Pipeline {
  /// Adds a stage that makes one result of each element.
  ///
  ///     .stage("parse", .parallel(workers: 2)) { try Report(parsing: $0) }
  ///
  /// - Parameters:
  ///   - name: What to call the stage; its threads are called so, too.
  ///   - mode: How many threads work in it, and in which order the results go on.
  ///   - body: Makes the result. What it throws ends the whole pipeline.
  /// - Returns: The pipeline with the stage at its end.
  /// - Precondition: The stage has a worker at least.
  public func stage<Result: Sendable>(
    _ name: String,
    _ mode: StageMode = .serial,
    _ body: @escaping @Sendable (Output) throws -> Result
  ) -> Pipeline<Result> {
    stage(name, mode, emitting: Result.self) { element, emit in try emit(body(element)) }
  }

  /// Adds a stage that makes any number of results of each element.
  ///
  ///     .stage("split", .ordered(workers: 2), emitting: Line.self) { text, emit in
  ///       for line in lines(of: text) { try emit(line) }
  ///     }
  ///
  /// Each result goes on when it is emitted. `emit` waits while the queue behind the stage is full. In
  /// an ordered stage it also waits when the element, before its turn, has emitted as many results as
  /// that queue has room for.
  ///
  /// - Parameters:
  ///   - name: What to call the stage; its threads are called so, too.
  ///   - mode: How many threads work in it, and in which order the results go on.
  ///   - type: What the results are.
  ///   - body: Makes the results, and emits them. `emit` throws a `CancellationError` if the pipeline
  ///     has ended: let it through. What else the body throws ends the whole pipeline.
  /// - Returns: The pipeline with the stage at its end.
  /// - Precondition: The stage has a worker at least.
  public func stage<Result: Sendable>(
    _ name: String,
    _ mode: StageMode = .serial,
    emitting type: Result.Type,
    _ body:
      @escaping @Sendable (
        _ element: Output,
        _ emit: (Result) throws(CancellationError) -> Void
      ) throws -> Void
  ) -> Pipeline<Result> {
    guard mode.workers > 0 else {
      misuse(
        "Pipeline.stage(\"\(name)\", .\(mode)): a stage without workers passes nothing on. Give it one "
          + "at least."
      )
    }
    return Pipeline<Result>(name: self.name, capacity: capacity) { [build, capacity] plan, taker in
      let inlet = build(&plan, name)
      let outlet = plan.makeQueue(of: type, for: taker)
      if case .ordered(let workers) = mode, workers > 1 {
        let line = PipelineLine<Result>(room: workers + capacity, patience: capacity, name: name)
        plan.append(
          OrderedStage(body: body, inlet: inlet, line: line, outlet: outlet),
          name: name,
          workers: workers
        )
      } else {
        plan.append(
          PlainStage(body: body, inlet: inlet, outlet: outlet),
          name: name,
          workers: mode.workers
        )
      }
      return outlet
    }
  }

  /// Adds a stage that passes on only some of the elements.
  ///
  /// - Parameters:
  ///   - name: What to call the stage; its threads are called so, too.
  ///   - mode: How many threads work in it, and in which order the elements go on.
  ///   - isIncluded: Whether an element goes on. What it throws ends the whole pipeline.
  /// - Returns: The pipeline with the stage at its end.
  /// - Precondition: The stage has a worker at least.
  public func filter(
    _ name: String,
    _ mode: StageMode = .serial,
    _ isIncluded: @escaping @Sendable (Output) throws -> Bool
  ) -> Pipeline {
    stage(name, mode, emitting: Output.self) { element, emit in
      if try isIncluded(element) { try emit(element) }
    }
  }
}
