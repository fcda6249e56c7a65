import Glibc

/// A process that runs one function, with memory of its own, and ends.
///
/// Use it for one long piece of work that may crash, that is to be ended when it takes too long, or
/// whose memory is to be given back; for many pieces there is ``ProcessPool``. The process runs the
/// same program as this one; nothing has to be added to its `main`.
///
///     let report = try WorkerProcess(sales, name: "report") { summarize($0) }
///     guard let summary = try report.join(for: .seconds(60)) else {
///       report.terminate()
///       throw ReportError.tookTooLong
///     }
///
/// The function is a closure literal that captures nothing, or a type that conforms to ``ProcessTask``.
///
/// A handle that goes away does not end its process. The process ends when this program does, however
/// that ends.
///
/// ## Ordering
///
/// Everything before it is created happens before the function; everything in the function happens
/// before everything after a `join()`.
///
/// ## Waiting
///
/// `join()` blocks until the process has ended. The forms with a deadline give up when it passes, or
/// when the calling thread or task is cancelled, and leave the process alone. ``task`` can be waited for
/// together with others.
///
/// ## Cost
///
/// Starting a process takes some milliseconds, of which the calling thread waits for a part of one. A
/// thread of this program waits for the result.
public final class WorkerProcess<Output: Sendable>: Sendable {
  /// The function's run, as a task like those of pools.
  ///
  /// It can be waited for together with others, followed, and awaited. Cancelling it ends the process.
  public let task: PoolTask<Output, ProcessError>

  private let process: WatchedProcess

  private init(_ process: WatchedProcess, _ task: PoolTask<Output, ProcessError>) {
    self.process = process
    self.task = task
  }

  /// The system's number of the process.
  public var processID: Int32 { process.number }

  /// How the process ended; `nil` as long as it has not.
  public var exit: ProcessExit? { process.exit }

  /// Whether the process has not ended.
  public var isRunning: Bool { process.exit == nil }

  /// What the process wrote to its standard error last.
  public var errorOutput: String { process.errorOutput }

  /// Asks the process to end, by `SIGTERM`.
  ///
  /// A process that does not handle the signal ends at once, and ``join()`` throws.
  public func terminate() { process.send(signal: SIGTERM) }

  /// Ends the process at once, by `SIGKILL`; ``join()`` throws.
  public func kill() { process.send(signal: SIGKILL) }
}

// Starting one.
extension WorkerProcess where Output: Codable {
  /// Starts a process that runs a function.
  ///
  /// - Parameters:
  ///   - input: What the function needs; it gets a copy.
  ///   - name: What to call the process in the system's lists.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Throws: ``ProcessError`` if the function cannot run in another process, or if the system starts
  ///   none.
  public convenience init<Input: Codable & Sendable>(
    _ input: Input,
    name: String? = nil,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Input) throws -> Output
  ) throws(ProcessError) {
    try self.init(input, name, try RemoteFunction(literal: body, FunctionPlace(file, line))) { $0 }
  }

  /// Starts a process that runs a function.
  ///
  /// - Parameters:
  ///   - task: The function.
  ///   - input: What it needs; it gets a copy.
  ///   - name: What to call the process in the system's lists.
  /// - Throws: ``ProcessError`` if the function cannot run in another process, or if the system starts
  ///   none.
  public convenience init<Task: ProcessTask>(
    _ task: Task.Type,
    _ input: Task.Input,
    name: String? = nil
  ) throws(ProcessError) where Task.Output == Output {
    try self.init(input, name, try RemoteFunction(task)) { $0 }
  }
}

extension WorkerProcess where Output == Void {
  /// Starts a process that runs a function which returns nothing.
  ///
  /// - Parameters:
  ///   - input: What the function needs; it gets a copy.
  ///   - name: What to call the process in the system's lists.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - body: A closure literal that captures nothing.
  /// - Throws: ``ProcessError`` if the function cannot run in another process, or if the system starts
  ///   none.
  public convenience init<Input: Codable & Sendable>(
    _ input: Input,
    name: String? = nil,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ body: @escaping @Sendable (Input) throws -> Void
  ) throws(ProcessError) {
    try self.init(input, name, try RemoteFunction(action: body, FunctionPlace(file, line))) { _ in }
  }
}

extension WorkerProcess {
  private convenience init<Input, Result>(
    _ input: Input,
    _ name: String?,
    _ function: RemoteFunction<Input, Result>,
    _ convert: @escaping @Sendable (Result) -> Output
  ) throws(ProcessError) {
    let link = try WorkerLink(name: name ?? "worker")
    do {
      let keeper = try ThreadPool(workers: 1, name: name ?? "worker process")
      let task = try keeper.submit { () throws(ProcessError) in
        convert(try Self.run(input, function, on: link))
      }
      keeper.close()
      self.init(link.process, task)
    } catch {
      link.discard()
      throw ProcessError(.cannotStart("no thread can wait for it: \(error)"))
    }
  }

  /// What the function returns, once the process has ended.
  private static func run<Input, Result>(
    _ input: Input,
    _ function: RemoteFunction<Input, Result>,
    on link: WorkerLink
  ) throws(ProcessError) -> Result {
    let terms = CallTerms(deadline: .never, isLast: true)
    do throws(CallFailure) {
      do throws(WorkerLink.Failure) {
        try link.awaitHello(terms)
      } catch {
        // Somebody may have ended it.
        if case .ended = error { throw CallFailure(error, link) }
        throw link.startError(error)
      }
      let outcome = try function.call([input], on: link, terms)
      // It answers, and then ends in order; whoever waits for it finds that it has.
      link.process.hasEnded.wait()
      ErrorRelay.shared.flush()
      if let failure = outcome.failures.first {
        throw CallFailure(ProcessError(.failed(failure.error)))
      }
      return outcome.outputs[0]
    } catch {
      link.discard()
      throw error.error
    }
  }

  /// Waits until the process has ended.
  ///
  /// - Returns: What the function returned.
  /// - Throws: ``PoolTaskError/failed(_:)`` with a ``ProcessError``, which says what went wrong.
  public func join() throws(PoolTaskError<ProcessError>) -> Output {
    task.wait()
    // One whose task was cancelled before its thread began ends by itself.
    process.hasEnded.wait()
    return try task.join()
  }

  /// Waits until the process has ended, or gives up and leaves it alone.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: What the function returned, or `nil` if the deadline passed or the calling thread or task
  ///   was cancelled.
  /// - Throws: What `join()` throws.
  public func join(until deadline: Deadline) throws(PoolTaskError<ProcessError>) -> Output? {
    try task.join(until: deadline)
  }

  /// Waits until the process has ended, or gives up and leaves it alone.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: What the function returned, or `nil` if the time was over or the calling thread or task
  ///   was cancelled.
  /// - Throws: What `join()` throws.
  public func join(for duration: Duration) throws(PoolTaskError<ProcessError>) -> Output? {
    try task.join(for: duration)
  }

  /// Looks whether the process has ended.
  ///
  /// - Returns: What the function returned, or `nil` if the process runs.
  /// - Throws: What `join()` throws.
  public func tryJoin() throws(PoolTaskError<ProcessError>) -> Output? { try task.tryJoin() }

  /// What the function returned, for tasks of Swift's concurrency: waiting suspends and blocks no thread.
  ///
  /// Cancelling the waiting task does not end the process; cancel ``task``.
  public var value: Output {
    get async throws(PoolTaskError<ProcessError>) { try await task.value }
  }
}
