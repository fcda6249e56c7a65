/// Why a worker process gave no result.
public struct ProcessError: Error, Hashable, Sendable {
  /// What went wrong; more may be added.
  public enum Reason: Hashable, Sendable {
    /// The function threw.
    case failed(RemoteError)
    /// The process ended while the function ran.
    case crashed(ProcessExit)
    /// The function took longer than it was given; its process was ended.
    case timedOut
    /// The function, its input or its output cannot be sent to another process.
    case refused(String)
    /// The system does not start a process, or it does not answer.
    case cannotStart(String)
    /// The pool is closed.
    case closed
    /// It was cancelled.
    case cancelled
  }

  /// What went wrong.
  public let reason: Reason
  /// Which of the inputs it was, if there were several.
  public let inputIndex: Int?
  /// What the process wrote to its standard error last.
  public let errorOutput: String

  init(_ reason: Reason, inputIndex: Int? = nil, errorOutput: String = "") {
    self.reason = reason
    self.inputIndex = inputIndex
    self.errorOutput = errorOutput
  }

  func at(_ index: Int) -> ProcessError {
    ProcessError(reason, inputIndex: index, errorOutput: errorOutput)
  }

  var withoutIndex: ProcessError { ProcessError(reason, errorOutput: errorOutput) }
}

extension ProcessError: CustomStringConvertible {
  /// What happened, and to which input.
  public var description: String {
    let input = inputIndex.map { " for input \($0)" } ?? ""
    let output = errorOutput.isEmpty ? "" : "; it wrote last: \(errorOutput)"
    return switch reason {
    case .failed(let error): "the function threw\(input): \(error)"
    case .crashed(let exit): "the worker process was \(exit)\(input)\(output)"
    case .timedOut: "the function took too long\(input); its worker process was ended\(output)"
    case .refused(let why): "the call was refused\(input): \(why)"
    case .cannotStart(let why): "no worker process: \(why)\(output)"
    case .closed: "the pool is closed"
    case .cancelled: "it was cancelled\(input)"
    }
  }
}
