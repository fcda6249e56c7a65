/// A function, as workers are told it once: its identity stands for it afterwards.
final class FunctionDefinition: Sendable {
  let reference: FunctionReference
  let place: FunctionPlace
  /// Whether the bytes of inputs and outputs are their values.
  let areInputsRaw: Bool
  let areOutputsRaw: Bool

  private init<Input, Output>(
    _ reference: FunctionReference,
    _ place: FunctionPlace,
    _ input: Input.Type,
    _ output: Output.Type
  ) {
    self.reference = reference
    self.place = place
    areInputsRaw = TypeForm(of: input).isRaw
    areOutputsRaw = TypeForm(of: output).isRaw
  }

  private struct Key: Hashable {
    /// That of a closure, or a type.
    let code: UInt
    let input: ObjectIdentifier
    let output: ObjectIdentifier
  }

  /// Those found so far; there are as many as there are places in the program that name one.
  private static let known = Guarded<[Key: FunctionDefinition]>([:])

  /// The definition of a function with these types, which `find` makes the first time.
  ///
  /// `code` tells it from all others with these types, and is `nil` if it is not to be kept.
  static func of<Input, Output>(
    _ code: UInt?,
    _ place: @autoclosure () -> FunctionPlace,
    _ input: Input.Type,
    _ output: Output.Type,
    _ find: () throws(MessageError) -> FunctionReference
  ) throws(ProcessError) -> FunctionDefinition {
    let key = code.map {
      Key(code: $0, input: ObjectIdentifier(input), output: ObjectIdentifier(output))
    }
    if let key, let definition = known.withLock({ $0[key] }) { return definition }
    do throws(MessageError) {
      let definition = FunctionDefinition(try find(), place(), input, output)
      guard let key else { return definition }
      return known.withLock { known in
        if let other = known[key] { return other }
        known[key] = definition
        return definition
      }
    } catch {
      throw ProcessError(.refused("\(error)"))
    }
  }
}

/// Where a function is written, for reports.
struct FunctionPlace: Sendable {
  /// The file with its module, if it is a closure.
  let file: String
  let description: String

  init(_ file: StaticString, _ line: UInt) {
    self.file = "\(file)"
    description = "\(file):\(line)"
  }

  init<Task: ProcessTask>(_ task: Task.Type) {
    file = ""
    description = String(reflecting: task)
  }
}
