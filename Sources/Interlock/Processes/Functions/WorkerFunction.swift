/// A function that a worker runs for inputs that are in messages.
class WorkerFunction {
  /// Reads an array of inputs, and writes what came of them.
  ///
  /// - Throws: What is wrong with the message, or with an output.
  func work(
    on reader: inout WireReader,
    into reply: ValueEncoder,
    noting lane: Lane
  ) throws {}
}

extension FunctionReference {
  /// The function in this process.
  func resolve() throws(MessageError) -> WorkerFunction {
    switch self {
    case .task(let reference):
      guard let task = try reference.type as? any ProcessTask.Type else {
        throw MessageError("\(try reference.type) is no ProcessTask")
      }
      return Self.function(task)
    case .literal(let code, let input, let output):
      return try Self.function(code, try input.codableType, try output.codableType)
    case .action(let code, let input):
      return try Self.action(code, try input.codableType)
    }
  }

  private static func function<Task: ProcessTask>(_ task: Task.Type) -> WorkerFunction {
    TypedFunction(task.run)
  }

  private static func function<Input: Codable, Output: Codable>(
    _ code: CodeReference,
    _ input: Input.Type,
    _ output: Output.Type
  ) throws(MessageError) -> WorkerFunction {
    TypedFunction(try LiteralFunction<Input, Output>.at(code).closure)
  }

  private static func action<Input: Codable>(
    _ code: CodeReference,
    _ input: Input.Type
  ) throws(MessageError) -> WorkerFunction {
    let action = try LiteralAction<Input>.at(code).closure
    return TypedFunction { (input: Input) -> ActionOutput in
      try action(input)
      return 0
    }
  }
}

/// What stands for the output of functions that return nothing.
typealias ActionOutput = UInt8

private final class TypedFunction<Input: Codable, Output: Codable>: WorkerFunction {
  private let body: (Input) throws -> Output
  // Whether the bytes of inputs and outputs are their values.
  private let areInputsRaw = TypeForm(of: Input.self).isRaw
  private let areOutputsRaw = TypeForm(of: Output.self).isRaw

  init(_ body: @escaping (Input) throws -> Output) {
    self.body = body
  }

  override func work(
    on reader: inout WireReader,
    into reply: ValueEncoder,
    noting lane: Lane
  ) throws {
    let inputs = try ValueDecoder.decode(
      elements: Input.self,
      areRaw: areInputsRaw,
      from: &reader
    )
    let (outputs, failures) = apply(to: inputs, noting: lane)
    lane.note(.seen)
    try WorkerReply.encode(outputs, failures, areRaw: areOutputsRaw, into: reply)
  }

  private func apply(
    to inputs: [Input],
    noting lane: Lane
  ) -> (outputs: [Output], failures: [ItemFailure]) {
    // An array made with room for none would write to the one empty array that all threads share.
    if inputs.isEmpty { return ([], []) }
    var failures: [ItemFailure] = []
    let outputs = unsafe [Output](unsafeUninitializedCapacity: inputs.count) { buffer, count in
      for index in inputs.indices {
        lane.note(.at(index))
        do {
          unsafe buffer.initializeElement(at: count, to: try body(inputs[index]))
          count += 1
        } catch {
          failures.append(ItemFailure(offset: index, error: RemoteError(error)))
        }
      }
    }
    return (outputs, failures)
  }
}
