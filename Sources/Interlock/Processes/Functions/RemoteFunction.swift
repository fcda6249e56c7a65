/// A function that workers can run, with its types.
struct RemoteFunction<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
  private let reference: FunctionReference

  init(
    literal closure: @escaping @Sendable (Input) throws -> Output,
    _ file: StaticString
  ) throws(ProcessError) {
    do throws(MessageError) {
      let code = try LiteralFunction<Input, Output>.code(of: closure, file: file)
      reference = FunctionReference(
        target: .literal(
          code,
          input: try TypeReference(Input.self),
          output: try TypeReference(Output.self)
        )
      )
    } catch {
      throw ProcessError(.refused("\(error)"))
    }
  }

  init<Task: ProcessTask>(_ task: Task.Type) throws(ProcessError)
  where Task.Input == Input, Task.Output == Output {
    do throws(MessageError) {
      reference = FunctionReference(target: .task(try TypeReference(task)))
    } catch {
      throw ProcessError(.refused("\(error)"))
    }
  }

  /// Runs the function for some inputs, in the process of `link`.
  ///
  /// - Returns: What came of each.
  /// - Throws: ``ProcessError`` if nothing is known of any.
  func call(
    _ inputs: [Input],
    on link: WorkerLink,
    _ limit: Duration?
  ) throws(ProcessError) -> [Result<Output, ProcessError>] {
    let encoder = link.makeEncoder()
    do {
      try encoder.encode(WorkerCall(function: reference, isBatch: inputs.count > 1))
      try encoder.encode(inputs)
    } catch {
      throw ProcessError(.refused("the input cannot be sent: \(error)"))
    }
    do {
      let deadline =
        limit.map { Deadline.after(ProcessBatches.limit(of: inputs.count, $0)) } ?? .never
      return try link.call(encoder, until: deadline) { reader in
        switch try ValueDecoder.decode(WorkerReply.self, from: &reader) {
        case .refused(let why): throw ProcessError(.refused(why))
        case .done(let failures):
          let outputs = try ValueDecoder.decode([Output].self, from: &reader)
          return try results(inputs.count, outputs, failures)
        }
      }
    } catch let failure as WorkerLink.Failure {
      switch failure {
      case .ended(let exit): throw ProcessError(.crashed(exit), errorOutput: link.errorOutput)
      case .timedOut: throw ProcessError(.timedOut, errorOutput: link.errorOutput)
      case .broken(let why): throw ProcessError(.refused(why))
      }
    } catch let error as ProcessError {
      throw error
    } catch {
      throw ProcessError(.refused("the output cannot be read: \(error)"))
    }
  }

  /// Puts outputs and failures together, in the order of the inputs.
  private func results(
    _ count: Int,
    _ outputs: [Output],
    _ failures: [ItemFailure]
  ) throws(MessageError) -> [Result<Output, ProcessError>] {
    guard outputs.count + failures.count == count else {
      throw MessageError("\(count) inputs gave \(outputs.count) outputs")
    }
    if failures.isEmpty { return outputs.map { .success($0) } }
    var results: [Result<Output, ProcessError>] = []
    var next = outputs.makeIterator()
    let errors = Dictionary(failures.map { ($0.offset, $0.error) }) { first, _ in first }
    for offset in 0..<count {
      if let error = errors[offset] {
        results.append(.failure(ProcessError(.failed(error))))
      } else if let output = next.next() {
        results.append(.success(output))
      } else {
        throw MessageError("a failure names an input that there is not")
      }
    }
    return results
  }
}
