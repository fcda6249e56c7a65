/// Threads that run tasks which others submit.
///
/// Use a pool for many pieces of work that are short beside the start of a thread, or that are not to
/// run all at once. Whoever submits gets a ``PoolTask`` to join. Tasks may submit tasks and join them:
/// the pool always has as many threads at work as it was made with.
///
///     let pool = try ThreadPool(workers: 4, name: "images")
///     let tasks = try images.map { image in try pool.submit { scale(image) } }
///     let small = try tasks.map { try $0.join() }
///     pool.close()
///     pool.join()
///
/// ``shared`` is there for everybody. For loops over ranges and collections there are `forEach`,
/// `map`, `reduce`, `scan` and `sort`.
///
/// With a `limit` there is back-pressure: when that many tasks wait, `submit` waits, or refuses, or
/// runs the task itself, as ``FullPolicy`` says.
///
/// A pool that goes away is closed: it finishes what it has, and its threads end.
///
/// ## Ordering
///
/// Everything before `submit` happens before the task's body; everything in the body happens before
/// everything after a `join()` of the task, or of the pool. Tasks from outside are begun roughly in
/// the order in which they came; those that a task submits, the last one first.
///
/// ## Waiting
///
/// `submit` never blocks, except in a pool with a limit that waits when it is full. `join()` blocks
/// until the pool was closed and all its threads have ended. The forms with a deadline give up when
/// it passes, or when the calling thread is cancelled.
///
/// A thread of the pool runs one task at a time. While a task joins another one, its thread runs that
/// very task or sleeps, and another thread takes its place; it never runs foreign work on top. So no
/// task meets locks, thread-local values or a stack of a task that waits on the same thread. Beyond
/// 256 threads more than workers, another one is started only when all of them sleep in joins.
///
/// ## Cost
///
/// Submitting allocates the task, and takes one lock for a few instructions. It adds a kernel call if
/// a thread sleeps and has to be woken.
public final class ThreadPool: Sendable {
  /// What a pool does with a task when as many wait as its limit says.
  public enum FullPolicy: Hashable, Sendable {
    /// `submit` waits for room. A task of the pool itself does not wait: its tasks go beyond the limit,
    /// for otherwise all threads might wait for themselves.
    case wait
    /// `submit` throws ``PoolError`` with the reason `full`.
    case refuse
    /// The thread that submits runs the task, before `submit` returns.
    case runInCaller
  }

  let core: PoolCore

  /// Creates a pool and starts its threads.
  ///
  /// - Parameters:
  ///   - workers: How many threads are at work at the same time.
  ///   - name: What to call the pool in reports; its threads are called `name-1`, `name-2` …
  ///   - limit: How many tasks may wait to be run; `nil` for any number.
  ///   - whenFull: What to do with a task beyond the limit.
  ///   - stackSize: Bytes of stack for each thread; see ``spawn(name:stackSize:_:)``.
  /// - Throws: ``ThreadError`` if the system does not give the process that many threads.
  /// - Precondition: `workers` and `limit` are at least 1.
  public init(
    workers: Int = Processors.available,
    name: String? = nil,
    limit: Int? = nil,
    whenFull: FullPolicy = .wait,
    stackSize: Int? = nil
  ) throws(ThreadError) {
    guard workers > 0, limit ?? 1 > 0 else {
      misuse(
        "ThreadPool(workers: \(workers), limit: \(limit.map(String.init) ?? "nil")): both are 1 or "
          + "more."
      )
    }
    core = PoolCore(
      name: name ?? "pool",
      workers: workers,
      limit: limit,
      whenFull: whenFull,
      stackSize: stackSize
    )
    do throws(ThreadError) {
      try core.open()
    } catch {
      core.close(cancelling: .nothing)
      throw error
    }
  }

  private init(core: PoolCore) {
    self.core = core
  }

  deinit {
    core.close(cancelling: .nothing)
  }

  /// The pool that everybody may use: one worker for each CPU, started on first use.
  ///
  /// If the system gives the process no thread at all, its tasks are run by those who submit them.
  public static let shared: ThreadPool = {
    let core = PoolCore(
      name: "shared",
      workers: Processors.available,
      limit: nil,
      whenFull: .wait,
      stackSize: nil
    )
    try? core.open()
    guard core.members.isEmpty else { return ThreadPool(core: core) }
    return ThreadPool(
      core: PoolCore(name: "shared", workers: 1, limit: 0, whenFull: .runInCaller, stackSize: nil)
    )
  }()

  /// What the pool was called, or `pool`.
  public var name: String { core.name }

  /// Lets a thread of the pool run `body`.
  ///
  /// - Parameters:
  ///   - name: What to call the task in reports.
  ///   - body: What to do.
  /// - Returns: A handle to join the task with.
  /// - Throws: ``PoolError`` if the pool is closed, or is full and refuses tasks.
  @discardableResult
  @inlinable
  public func submit<Success: Sendable, Failure: Error>(
    name: String? = nil,
    _ body: @escaping @Sendable () throws(Failure) -> Success
  ) throws(PoolError) -> PoolTask<Success, Failure> {
    let task = PoolTask(name: name, pool: self, body: body)
    try submit(task)
    return task
  }

  @usableFromInline
  func submit(_ task: AnyPoolTask) throws(PoolError) {
    try core.submit(task)
  }

  /// Changes the number of workers.
  ///
  /// Threads that are one too many finish their tasks before they go.
  ///
  /// - Throws: ``ThreadError`` if the system does not give the process that many threads; the pool
  ///   starts them later if it can.
  /// - Precondition: `workers` is at least 1.
  public func resize(to workers: Int) throws(ThreadError) {
    guard workers > 0 else {
      misuse("ThreadPool.resize(to: \(workers)): a pool has 1 worker or more. Close it instead.")
    }
    try core.resize(to: workers)
  }
}
