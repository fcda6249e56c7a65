/// Processes that run functions, each with memory of its own.
///
/// Use a pool of processes for work that may crash, that must not share memory, or that takes memory
/// which is to be given back. Workers run the same program as this one; nothing has to be added to its
/// `main`. What a function needs goes to the worker as a copy, and its result comes back as one.
///
///     let pool = try ProcessPool(workers: 2, name: "areas")
///     let areas = try pool.map(polygons) { area(of: $0) }
///
/// The function is a closure literal that captures nothing, or a type that conforms to ``ProcessTask``.
/// Inputs and outputs are `Codable`; arrays of numbers, and of structs of numbers, travel as they are,
/// through shared memory if they are large.
///
/// A worker that crashes is an error that says how, and for which input; others take over, and a new
/// worker is started. No process outlives the pool or this program, however that ends.
///
/// ## Ordering
///
/// Everything before a call happens before the function; everything in the function happens before
/// everything after the result is there.
///
/// ## Waiting
///
/// `run` and `map` block until their results are there. `submit` never blocks.
///
/// ## Cost
///
/// Two system calls in each process for each call, and the copies. Starting a worker takes some
/// milliseconds, the first time that one is needed.
public final class ProcessPool: Sendable {
  /// How many processes there are at the most.
  public let workerCount: Int
  /// What the pool was called, or `processes`.
  public let name: String
  /// How long a function may take; `nil` for as long as it wants.
  public let taskLimit: Duration?

  let stock: LinkStock
  // Its threads talk with the workers.
  let threads: ThreadPool

  /// Creates a pool; its processes are started when they are needed.
  ///
  /// - Parameters:
  ///   - workers: How many processes there are at the most.
  ///   - name: What to call the pool in reports.
  ///   - taskLimit: How long a function may take for one input before its process is ended; `nil` for as
  ///     long as it wants.
  /// - Throws: ``ThreadError`` if the system does not give this process that many threads.
  /// - Precondition: `workers` is at least 1.
  public init(
    workers: Int = Processors.available,
    name: String? = nil,
    taskLimit: Duration? = nil
  ) throws(ThreadError) {
    guard workers > 0 else {
      misuse("ProcessPool(workers: \(workers)): a pool has 1 worker or more.")
    }
    workerCount = workers
    self.name = name ?? "processes"
    self.taskLimit = taskLimit
    stock = LinkStock(limit: workers, name: self.name)
    threads = try ThreadPool(workers: workers, name: self.name)
  }

  /// Takes no new work, finishes what there is, and ends the processes.
  ///
  /// - Precondition: The calling thread is not one of the pool's, as that of a callback of its tasks is.
  public func close() {
    threads.close()
    threads.join()
    stock.close()
  }
}
