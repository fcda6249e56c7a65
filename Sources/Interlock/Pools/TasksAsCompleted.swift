/// Tasks of a pool in the order in which they are over.
///
/// `asCompleted()` makes it. Each step waits for the next task; a task that stands in the collection
/// several times comes once.
///
///     for task in downloads.asCompleted() {
///       print(try task.join())
///     }
///
/// With `for await` the wait suspends, and blocks no thread.
public struct TasksAsCompleted<Element: AnyPoolTask>: Sendable {
  let tasks: [Element]
  let deadline: Deadline?

  init(_ tasks: some Sequence<Element>, until deadline: Deadline?) {
    var seen: Set<ObjectIdentifier> = []
    self.tasks = tasks.filter { seen.insert(ObjectIdentifier($0)).inserted }
    self.deadline = deadline
  }

  /// Waits for one task after the other.
  public final class Iterator: IteratorProtocol {
    private let tasks: [Element]
    private let deadline: Deadline?
    private let gathering: TaskGathering
    private var left: Int

    fileprivate init(_ sequence: TasksAsCompleted) {
      tasks = sequence.tasks
      deadline = sequence.deadline
      left = tasks.count
      gathering = TaskGathering(tasks)
    }

    deinit {
      gathering.leave()
    }

    /// The next task that is over, waiting for it; `nil` if all have come, or if the wait gave up.
    public func next() -> Element? {
      guard left > 0, let index = gathering.next(until: deadline) else { return nil }
      left -= 1
      return tasks[index]
    }
  }

  /// Waits for one task after the other, without blocking a thread.
  public final class AsyncIterator: AsyncIteratorProtocol {
    private let tasks: [Element]
    private let gathering: TaskGathering
    private var left: Int

    fileprivate init(_ sequence: TasksAsCompleted) {
      tasks = sequence.tasks
      left = tasks.count
      gathering = TaskGathering(tasks)
    }

    deinit {
      gathering.leave()
    }

    /// The next task that is over; `nil` if all have come.
    public func next() async -> Element? {
      guard left > 0 else { return nil }
      left -= 1
      return tasks[await gathering.next()]
    }
  }
}

extension TasksAsCompleted: Sequence {
  /// Begins to wait.
  public func makeIterator() -> Iterator { Iterator(self) }
}

extension TasksAsCompleted: AsyncSequence {
  /// Nothing is thrown.
  public typealias Failure = Never

  /// Begins to wait.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}

// Waiting for several tasks.
extension Sequence where Element: AnyPoolTask {
  /// The tasks in the order in which they are over.
  public func asCompleted() -> TasksAsCompleted<Element> {
    TasksAsCompleted(self, until: nil)
  }

  /// The tasks in the order in which they are over, until a deadline.
  ///
  /// The sequence ends when the deadline passes, or when the thread or task that waits is cancelled.
  public func asCompleted(until deadline: Deadline) -> TasksAsCompleted<Element> {
    TasksAsCompleted(self, until: deadline)
  }

  /// Waits until all tasks are over.
  public func waitForAll() {
    for task in self { task.wait() }
  }

  /// Waits until all tasks are over, or gives up.
  ///
  /// - Returns: Whether they are; `false` if the deadline passed or the calling thread or task was
  ///   cancelled.
  public func waitForAll(until deadline: Deadline) -> Bool {
    allSatisfy { $0.wait(until: deadline) }
  }

  /// Waits until one of the tasks is over.
  ///
  /// - Returns: The first one that is.
  /// - Precondition: There are tasks.
  public func waitForFirst() -> Element {
    guard let first = asCompleted().first(where: { _ in true }) else {
      misuse("waitForFirst() of no tasks would wait for ever. Ask whether there are any.")
    }
    return first
  }

  /// Waits until one of the tasks is over, or gives up.
  ///
  /// - Returns: The first one that is; `nil` if there is none, if the deadline passed, or if the
  ///   calling thread or task was cancelled.
  public func waitForFirst(until deadline: Deadline) -> Element? {
    asCompleted(until: deadline).first { _ in true }
  }

  /// Waits until one of the tasks has failed or was cancelled, or all are over.
  ///
  /// - Returns: The first one that failed or was cancelled; `nil` if none was.
  @discardableResult
  public func waitForFirstFailure() -> Element? {
    asCompleted().first { $0.hasFailed }
  }

  /// Waits until one of the tasks has failed or was cancelled, or all are over, or gives up.
  ///
  /// - Returns: Whether the wait came to its end; `false` if the deadline passed or the calling thread
  ///   or task was cancelled. Then `first(where: \.hasFailed)` tells which one it was.
  public func waitForFirstFailure(until deadline: Deadline) -> Bool {
    let tasks = asCompleted(until: deadline)
    var count = 0
    for task in tasks {
      if task.hasFailed { return true }
      count += 1
    }
    return count == tasks.tasks.count
  }
}
