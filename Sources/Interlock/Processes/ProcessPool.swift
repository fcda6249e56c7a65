/// Processes that run functions, each with memory of its own.
///
/// Use a pool of processes for work that may crash, that must not share memory, or that takes memory
/// which is to be given back. Workers run the same program as this one; nothing has to be added to its
/// `main`. What a function needs goes to the worker as a copy, and its result comes back as one.
///
///     let pool = try ProcessPool(workers: 2, name: "areas")
///     let areas = try pool.map(polygons) { area(of: $0) }
///     pool.close()
///     pool.join()
///
/// The function is a closure literal that captures nothing, or a type that conforms to ``ProcessTask``.
/// Inputs and outputs are `Codable`; numbers, structs that have nothing but numbers in them, and arrays
/// of either travel as they are, byte for byte, whatever their own coding would be.
///
/// A worker that crashes is an error that says how, and for which input; others take over, and a new
/// worker is started. A pool that goes away is closed. No process outlives the pool or this program,
/// however that ends.
///
/// Workers are in a process group of their own: an interrupt from the terminal ends this program, and
/// with it them, but is not theirs to handle.
///
/// ## Ordering
///
/// Everything before a call happens before the function; everything in the function happens before
/// everything after the result is there.
///
/// ## Waiting
///
/// `run` and `map` block until their results are there, whatever happens. The forms with a deadline
/// give up when it passes or when the calling thread or task is cancelled, and end the worker that is
/// at work. `submit` never blocks. Cancelling a task that runs ends its worker.
///
/// ## Cost
///
/// Some microseconds for each call, of which `map` makes one for many inputs; and the copies. Starting
/// a worker takes some milliseconds, the first time that one is needed.
public final class ProcessPool: Sendable {
  /// What the pool was called, or `processes`.
  public let name: String
  /// How long a function may take for one input; `nil` for as long as it wants.
  public let taskLimit: Duration?

  let stock: LinkStock
  let retrying: Retrying
  // Its threads talk with the workers.
  let threads: ThreadPool
  let counts = InputCounts()

  /// Creates a pool; its processes are started when they are needed.
  ///
  /// - Parameters:
  ///   - workers: How many processes there are at the most.
  ///   - name: What to call the pool in reports, and its processes in the system's lists.
  ///   - taskLimit: How long a function may take for one input before its process is ended; `nil` for as
  ///     long as it wants. In a batch it may take up to twice as long before that is noticed.
  ///   - recycling: When a worker is replaced by a new one.
  ///   - retrying: Which failures are tried again.
  /// - Throws: ``ThreadError`` if the system does not give this process that many threads.
  /// - Precondition: `workers` is at least 1.
  public convenience init(
    workers: Int = Processors.available,
    name: String? = nil,
    taskLimit: Duration? = nil,
    recycling: Recycling = .never,
    retrying: Retrying = .never
  ) throws(ThreadError) {
    try self.init(workers, name, taskLimit, recycling, retrying, preparation: nil)
  }

  /// Creates a pool whose processes begin with an initializer.
  ///
  /// What is prepared there, in static variables or on disk, is ready for every function that the
  /// process runs afterwards. A process whose initializer fails is not used, and the call that needed it
  /// throws.
  ///
  ///     enum Dictionary { static let words = Mutex<Set<String>>([]) }
  ///
  ///     let pool = try ProcessPool(workers: 2, initializingWith: path) { path in
  ///       try Dictionary.words.withLock { $0 = try load(path) }
  ///     }
  ///
  /// - Parameters:
  ///   - workers: How many processes there are at the most.
  ///   - name: What to call the pool.
  ///   - taskLimit: How long a function may take for one input, and how long the initializer may take.
  ///   - recycling: When a worker is replaced by a new one.
  ///   - retrying: Which failures are tried again.
  ///   - input: What the initializer needs; each process gets a copy.
  ///   - file: Where the closure is written; leave it out.
  ///   - line: The line there; leave it out.
  ///   - initializer: A closure literal that captures nothing.
  /// - Throws: ``ThreadError`` if the system does not give this process that many threads, or
  ///   ``ProcessError`` if the initializer cannot run in another process.
  /// - Precondition: `workers` is at least 1.
  public convenience init<Input: Codable & Sendable>(
    workers: Int = Processors.available,
    name: String? = nil,
    taskLimit: Duration? = nil,
    recycling: Recycling = .never,
    retrying: Retrying = .never,
    initializingWith input: Input,
    file: StaticString = #fileID,
    line: UInt = #line,
    _ initializer: @escaping @Sendable (Input) throws -> Void
  ) throws {
    let function = try RemoteFunction(action: initializer, FunctionPlace(file, line))
    try self.init(workers, name, taskLimit, recycling, retrying) {
      link,
      terms throws(CallFailure) in
      var terms = terms
      terms.limit = taskLimit
      let outcome = try function.call([input], on: link, terms)
      if let failure = outcome.failures.first {
        throw CallFailure(ProcessError(.failed(failure.error)))
      }
    }
  }

  private init(
    _ workers: Int,
    _ name: String?,
    _ taskLimit: Duration?,
    _ recycling: Recycling,
    _ retrying: Retrying,
    preparation: (@Sendable (WorkerLink, CallTerms) throws(CallFailure) -> Void)?
  ) throws(ThreadError) {
    guard workers > 0 else {
      misuse("ProcessPool(workers: \(workers)): a pool has 1 worker or more.")
    }
    self.name = name ?? "processes"
    self.taskLimit = taskLimit
    self.retrying = retrying
    stock = LinkStock(
      limit: workers,
      name: self.name,
      recycling: recycling,
      preparation: preparation
    )
    threads = try ThreadPool(workers: workers, name: self.name)
  }

  deinit {
    stock.close()
  }

  /// Changes how many processes there are at the most.
  ///
  /// Those that are one too many finish what they do before they end.
  ///
  /// - Throws: ``ThreadError`` if the system does not give this process that many threads; the pool
  ///   starts them later if it can.
  /// - Precondition: `workers` is at least 1.
  public func resize(to workers: Int) throws(ThreadError) {
    guard workers > 0 else {
      misuse("ProcessPool.resize(to: \(workers)): a pool has 1 worker or more. Close it instead.")
    }
    stock.resize(to: workers)
    try threads.resize(to: workers)
  }
}

// The end of a pool.
extension ProcessPool {
  /// Lets no new work in.
  ///
  /// What was submitted is done, and then the processes end. Closing again, with another argument,
  /// cancels more.
  ///
  /// - Parameter cancelling: Which work to cancel: with `everything`, processes that are at work are
  ///   ended at once, and whoever waits for them gets ``ProcessError`` with the reason `cancelled`.
  public func close(cancelling: ThreadPool.Cancelling = .nothing) {
    stock.close()
    threads.close(cancelling: cancelling)
    if cancelling == .everything { stock.cancel() }
  }

  /// Whether the pool was closed.
  public var isClosed: Bool { stock.isClosed }

  /// Waits until the pool was closed, by anybody, its work is done and its processes have ended.
  ///
  /// - Precondition: The calling thread is not one of the pool's, as that of a callback of its tasks is.
  public func join() {
    threads.join()
    _ = stock.join(until: nil)
    ErrorRelay.shared.flush()
  }

  /// Waits until the pool was closed, its work is done and its processes have ended, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether they have ended; `false` if the deadline passed or the thread was cancelled.
  /// - Precondition: The calling thread is not one of the pool's.
  public func join(until deadline: Deadline) -> Bool {
    guard threads.join(until: deadline), stock.join(until: deadline) else { return false }
    ErrorRelay.shared.flush()
    return true
  }

  /// Waits until the pool was closed, its work is done and its processes have ended, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether they have ended; `false` if the time was over or the thread was cancelled.
  /// - Precondition: The calling thread is not one of the pool's.
  public func join(for duration: Duration) -> Bool {
    join(until: .after(duration))
  }
}

// What a pool tells about itself. The answers may be old when they arrive.
extension ProcessPool {
  /// How far a pool has come with the inputs that it was given.
  public struct Progress: Hashable, Sendable {
    /// How many inputs the pool was given.
    public let submitted: Int
    /// For how many of them there is an output or an error.
    public let finished: Int
    /// For how many of those there is an error.
    public let failed: Int
    /// How many processes the pool has started.
    public let startedProcesses: Int
    /// How many of them have crashed or were ended because a function took too long.
    public let crashedProcesses: Int
  }

  /// How far the pool has come.
  public var progress: Progress {
    let processes = stock.counts
    // The ends first, so that there are never more of them than beginnings.
    let failed = counts.failed.load(ordering: .acquiring)
    let finished = counts.finished.load(ordering: .acquiring)
    return Progress(
      submitted: counts.submitted.load(ordering: .acquiring),
      finished: finished,
      failed: failed,
      startedProcesses: processes.started,
      crashedProcesses: processes.crashed
    )
  }

  /// How many processes there are at the most.
  public var workerCount: Int { stock.limit }

  /// How many processes there are.
  public var processCount: Int { stock.counts.living }
}

/// What a pool counts of its inputs.
final class InputCounts: Sendable {
  // Ordering (I1): whoever counts an end releases, and whoever asks acquires, so that an input whose
  // end is seen was seen to begin.
  let submitted = Atomic<Int>(0)
  let finished = Atomic<Int>(0)
  let failed = Atomic<Int>(0)

  func note(submitted count: Int) { submitted.wrappingAdd(count, ordering: .relaxed) }

  func note(finished count: Int, failed failures: Int) {
    finished.wrappingAdd(count, ordering: .releasing)
    if failures > 0 { failed.wrappingAdd(failures, ordering: .releasing) }
  }
}
