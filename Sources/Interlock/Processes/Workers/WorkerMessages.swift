/// The first message of a worker.
struct WorkerHello: Codable {
  var version = Wire.version
}

/// What a worker is told: this, and then an array of inputs.
struct WorkerCall: Codable {
  let function: FunctionReference
  /// Whether an error of one input leaves the others to be done.
  let isBatch: Bool
}

/// What a worker answers: this, and then an array of outputs, without those of inputs that failed.
enum WorkerReply: Codable {
  case done(failures: [ItemFailure])
  /// The call could not be understood, or its outputs could not be written.
  case refused(String)
}

/// An input whose function threw.
struct ItemFailure: Codable {
  /// Which of the inputs it was.
  let offset: Int
  let error: RemoteError
}
