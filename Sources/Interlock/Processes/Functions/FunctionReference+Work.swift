// Running a function in a worker.
extension FunctionReference {
  /// Reads an array of inputs, and writes a `WorkerReply` and an array of outputs.
  func work(on reader: inout WireReader, _ isBatch: Bool, into encoder: ValueEncoder) throws {
    switch target {
    case .task(let reference):
      guard let task = try reference.type as? any ProcessTask.Type else {
        throw MessageError("\(try reference.type) is no ProcessTask")
      }
      try run(task, on: &reader, isBatch, into: encoder)
    case .literal(let code, let input, let output):
      guard let input = try input.type as? any Codable.Type,
        let output = try output.type as? any Codable.Type
      else {
        throw MessageError("the input or the output of the function is not Codable")
      }
      try run(code, input, output, on: &reader, isBatch, into: encoder)
    }
  }

  private func run<Task: ProcessTask>(
    _ task: Task.Type,
    on reader: inout WireReader,
    _ isBatch: Bool,
    into encoder: ValueEncoder
  ) throws {
    try apply(Task.run, on: &reader, isBatch, into: encoder)
  }

  private func run<Input: Codable, Output: Codable>(
    _ code: CodeReference,
    _ input: Input.Type,
    _ output: Output.Type,
    on reader: inout WireReader,
    _ isBatch: Bool,
    into encoder: ValueEncoder
  ) throws {
    let closure = try LiteralFunction<Input, Output>.closure(at: code)
    try apply(closure, on: &reader, isBatch, into: encoder)
  }

  private func apply<Input: Codable, Output: Codable>(
    _ function: (Input) throws -> Output,
    on reader: inout WireReader,
    _ isBatch: Bool,
    into encoder: ValueEncoder
  ) throws {
    let inputs = try ValueDecoder.decode([Input].self, from: &reader)
    var outputs: [Output] = []
    outputs.reserveCapacity(inputs.count)
    var failures: [ItemFailure] = []
    for (offset, input) in inputs.enumerated() {
      do {
        outputs.append(try function(input))
      } catch {
        failures.append(ItemFailure(offset: offset, error: RemoteError(error)))
        if !isBatch { break }
      }
    }
    try encoder.encode(WorkerReply.done(failures: failures))
    try encoder.encode(outputs)
  }
}
