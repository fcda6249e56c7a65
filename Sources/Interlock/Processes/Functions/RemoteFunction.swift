/// A function that workers can run, with its types.
struct RemoteFunction<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
  let definition: FunctionDefinition

  init(
    literal closure: @escaping @Sendable (Input) throws -> Output,
    _ place: @autoclosure () -> FunctionPlace
  ) throws(ProcessError) {
    let words = LiteralFunction(closure: closure).words
    definition = try FunctionDefinition.of(words.key, place(), Input.self, Output.self) {
      () throws(MessageError) in
      .literal(
        try words.reference(writtenAt: place()),
        input: try TypeReference(Input.self),
        output: try TypeReference(Output.self)
      )
    }
  }

  init(
    action closure: @escaping @Sendable (Input) throws -> Void,
    _ place: @autoclosure () -> FunctionPlace
  ) throws(ProcessError) where Output == ActionOutput {
    let words = LiteralAction(closure: closure).words
    definition = try FunctionDefinition.of(words.key, place(), Input.self, Output.self) {
      () throws(MessageError) in
      .action(try words.reference(writtenAt: place()), input: try TypeReference(Input.self))
    }
  }

  init<Task: ProcessTask>(_ task: Task.Type) throws(ProcessError)
  where Task.Input == Input, Task.Output == Output {
    let key = unsafe unsafeBitCast(task as Any.Type, to: UInt.self)
    definition = try FunctionDefinition.of(key, FunctionPlace(task), Input.self, Output.self) {
      () throws(MessageError) in .task(try TypeReference(task))
    }
  }

  /// Runs the function for some inputs, in the process of `link`.
  ///
  /// - Throws: ``CallFailure`` if nothing is known of any.
  func call(
    _ inputs: ArraySlice<Input>,
    on link: WorkerLink,
    _ terms: CallTerms
  ) throws(CallFailure) -> CallOutcome<Output> {
    try send(inputs, on: link, terms)
    return try receive(inputs.count, on: link, terms)
  }

  /// Lets the process of `link`, which has room for another call, run the function for some inputs.
  ///
  /// Another call may follow before this one is received if `leavesRoom`.
  ///
  /// - Throws: ``CallFailure`` if they cannot be sent.
  func send(
    _ inputs: ArraySlice<Input>,
    on link: WorkerLink,
    _ terms: CallTerms,
    leavesRoom: Bool = false
  ) throws(CallFailure) {
    do {
      try link.send(
        definition,
        terms,
        leavesRoom: leavesRoom,
        inputCount: inputs.count
      ) { encoder in
        try encoder.encode(elements: inputs, areRaw: definition.areInputsRaw)
      }
    } catch {
      throw CallFailure(error, link)
    }
  }

  /// What came of the oldest call of `link` that was not received, which had `count` inputs.
  ///
  /// - Throws: ``CallFailure`` if nothing is known of any.
  func receive(
    _ count: Int,
    on link: WorkerLink,
    _ terms: CallTerms
  ) throws(CallFailure) -> CallOutcome<Output> {
    do {
      var outcome = try link.receive(terms) { reader in
        try WorkerReply.decode(
          Output.self,
          count: count,
          areRaw: definition.areOutputsRaw,
          from: &reader
        )
      }
      for index in outcome.failures.indices {
        outcome.failures[index].error.place = definition.place.description
      }
      return outcome
    } catch {
      throw CallFailure(error, link)
    }
  }
}

/// How a call is to be made.
struct CallTerms: Sendable {
  /// How long the function may take for one input.
  var limit: Duration?
  /// When the caller gives up, with `never` only when it is cancelled; `nil` if it does not.
  var deadline: Deadline?
  /// Whether the worker ends when it has answered.
  var isLast = false
}

/// What came of a call.
struct CallOutcome<Output> {
  /// What the function returned, without those inputs for which it threw.
  var outputs: [Output]
  /// For which inputs it threw, in their order.
  var failures: [ItemFailure]
}

/// Why nothing is known of any input of a call.
struct CallFailure: Error {
  let error: ProcessError
  /// For which input the function ran when that happened, if for one.
  let blamed: Int?
  /// Whether the caller has given up.
  let isGivenUp: Bool

  init(_ error: ProcessError, blamed: Int? = nil, isGivenUp: Bool = false) {
    self.error = error
    self.blamed = blamed
    self.isGivenUp = isGivenUp
  }

  /// The caller's deadline has passed, or its thread or task was cancelled.
  static let givenUp = CallFailure(ProcessError(.cancelled), isGivenUp: true)

  init(_ error: any Error, _ link: WorkerLink) {
    guard let failure = error as? WorkerLink.Failure else {
      self.init(ProcessError(.refused("\(error)")))
      return
    }
    var blamed: Int?
    if case .at(let index) = link.callProgress { blamed = index }
    let output = link.process.errorOutput
    switch failure {
    case .ended(let exit):
      self.init(ProcessError(.crashed(exit), errorOutput: output), blamed: blamed)
    case .timedOut: self.init(ProcessError(.timedOut, errorOutput: output), blamed: blamed)
    case .cancelled: self.init(ProcessError(.cancelled))
    case .givenUp: self = .givenUp
    }
  }
}
