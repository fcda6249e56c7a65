/// What a worker is told: a function, and then an array of inputs.
struct WorkerCall {
  /// In which lane the next call will come.
  let nextLane: UInt8
  /// Which of the functions that the worker was told of so far, or the next one.
  let number: UInt32
  /// What the function is, if the worker was not told of it.
  let definition: FunctionReference?
  /// Whether the worker ends when it has answered.
  let isLast: Bool

  private enum Flag {
    static let hasDefinition: UInt8 = 1
    static let isLast: UInt8 = 2
  }

  func encode(into encoder: ValueEncoder) throws {
    encoder.writer.write(nextLane)
    encoder.writer.write(number)
    encoder.writer.write(
      (definition == nil ? 0 : Flag.hasDefinition) | (isLast ? Flag.isLast : 0)
    )
    if let definition { try encoder.encode(definition) }
  }

  init(nextLane: Int, number: UInt32, definition: FunctionReference?, isLast: Bool) {
    self.nextLane = UInt8(nextLane)
    self.number = number
    self.definition = definition
    self.isLast = isLast
  }

  init(from reader: inout WireReader) throws {
    nextLane = try reader.read(UInt8.self)
    guard nextLane < Mailbox.laneCount else { throw MessageError("there is no lane \(nextLane)") }
    number = try reader.read(UInt32.self)
    let flags = try reader.read(UInt8.self)
    isLast = flags & Flag.isLast != 0
    definition =
      flags & Flag.hasDefinition == 0
      ? nil : try ValueDecoder.decode(FunctionReference.self, from: &reader)
  }
}

/// What a worker answers: how it went, and then an array of outputs, without those of inputs that
/// failed.
enum WorkerReply {
  private enum Status {
    static let done: UInt8 = 0
    static let someFailed: UInt8 = 1
    static let refused: UInt8 = 2
  }

  static func encode<Output: Encodable>(
    _ outputs: [Output],
    _ failures: [ItemFailure],
    areRaw: Bool,
    into encoder: ValueEncoder
  ) throws {
    encoder.writer.write(failures.isEmpty ? Status.done : Status.someFailed)
    if !failures.isEmpty { try encoder.encode(failures) }
    try encoder.encode(elements: outputs[...], areRaw: areRaw)
  }

  /// The call could not be understood, or its outputs could not be written.
  static func refuse(_ why: String, into encoder: ValueEncoder) throws {
    encoder.writer.write(Status.refused)
    try encoder.encode(why)
  }

  /// - Throws: ``MessageError`` with what the worker says, or with what is wrong with the reply.
  static func decode<Output: Decodable>(
    _ type: Output.Type,
    count: Int,
    areRaw: Bool,
    from reader: inout WireReader
  ) throws -> CallOutcome<Output> {
    var failures: [ItemFailure] = []
    switch try reader.read(UInt8.self) {
    case Status.done: break
    case Status.someFailed:
      failures = try ValueDecoder.decode([ItemFailure].self, from: &reader)
    case Status.refused: throw MessageError(try ValueDecoder.decode(String.self, from: &reader))
    case let status: throw MessageError("a reply has the status \(status)")
    }
    let outputs = try ValueDecoder.decode(
      elements: type,
      areRaw: areRaw,
      from: &reader
    )
    guard outputs.count + failures.count == count else {
      throw MessageError("\(count) inputs gave \(outputs.count) outputs")
    }
    var last = -1
    for failure in failures {
      guard failure.offset > last, failure.offset < count else {
        throw MessageError("a failure names an input that there is not")
      }
      last = failure.offset
    }
    return CallOutcome(outputs: outputs, failures: failures)
  }
}

/// An input whose function threw.
struct ItemFailure: Codable {
  /// Which of the inputs it was.
  let offset: Int
  var error: RemoteError
}
