// Waiting for one task.
extension AnyPoolTask {
  /// Waits until the task is over: its body has returned or thrown, or it was cancelled before it ran.
  ///
  /// - Precondition: The task does not wait for the calling one.
  public final func wait() {
    _ = wait(givingUpAt: nil)
  }

  /// Waits until the task is over, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether it is over; `false` if the deadline passed or the calling thread or task was
  ///   cancelled.
  /// - Precondition: The calling thread does not run the task.
  public final func wait(until deadline: Deadline) -> Bool {
    wait(givingUpAt: deadline)
  }

  /// Waits until the task is over, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether it is over; `false` if the time was over or the calling thread or task was
  ///   cancelled.
  /// - Precondition: The calling thread does not run the task.
  public final func wait(for duration: Duration) -> Bool {
    wait(givingUpAt: .after(duration))
  }

  private final func wait(givingUpAt deadline: Deadline?) -> Bool {
    if !Seam.isWatched, life.isOver { return true }
    let me = ThreadRecord.current
    let worker = unsafe me.worker?.takeUnretainedValue()
    var beginning = Beginning.late
    var leftovers: [AnyPoolTask] = []
    let isOver = Seam.attempt(.join, on: subject, mayGiveUp: deadline != nil) {
      if life.isOver { return true }
      if deadline == nil, let worker, worker.core === core {
        beginning = begin(by: me.number, counting: worker.counts)
        switch beginning {
        case .mine:
          worker.line.dropStaleLast(keeping: &leftovers)
          return true
        case .prevented: return true
        case .late: break
        }
      }
      return sleep(me, until: deadline)
    }
    // Not as part of the operation: foreign code has operations of its own.
    leftovers = []
    switch beginning {
    case .mine: if let worker { run(on: me, counting: worker.counts) }
    case .prevented(let last): conclude(last)
    case .late: break
    }
    return isOver
  }

  /// Sleeps until the task is over, and lets another thread take this one's place in its pool.
  private final func sleep(_ me: ThreadRecord, until deadline: Deadline?) -> Bool {
    withJoin(me, of: [self], call: "PoolTask.join()", isPlain: deadline == nil) {
      me.prepareToWait()
      guard follow(.thread(me)) else { return true }
      if me.waitForSignal(Operation(.join, subject), until: deadline, heldBy: self) == .none {
        unfollow { if case .thread(me) = $0 { true } else { false } }
      }
      return life.isOver
    }
  }

  /// How a message calls the task.
  final var quotedName: String { name.map { "\"\($0)\"" } ?? "a task without a name" }
}

/// The thread that runs a task has its end.
extension AnyPoolTask: HeldByThreads {
  package final func holdingThreads(against waiter: ThreadRecord) -> [ThreadRecord] {
    let life = life
    guard life.phase == .running else { return [] }
    return core.registry.record(number: life.runner).map { [$0] } ?? []
  }
}

private func ~= (thread: ThreadRecord, other: ThreadRecord) -> Bool { thread === other }

/// Runs `body`, in which the thread `me` sleeps until one of `tasks` is over.
///
/// It lets another thread take this one's place in its pool, and ends the program if the wait could
/// never end. `isPlain` says that it does not give up; one that does is nobody's deadlock.
///
/// - Returns: What `body` returns.
func withJoin(
  _ me: ThreadRecord,
  of tasks: [AnyPoolTask],
  call: StaticString,
  isPlain: Bool,
  _ body: () -> Bool
) -> Bool {
  let joins = me.joins
  let task = unsafe me.task?.takeUnretainedValue()
  if isPlain {
    let path = joins.withLock { $0.enter(me.number, waitingFor: tasks) }
    if let path { refuse(path, from: task, call) }
  } else if let task, tasks.allSatisfy({ $0.life.runner == me.number && !$0.life.isOver }) {
    refuse(tasks, from: task, call)
  }
  let worker = unsafe me.worker?.takeUnretainedValue()
  if let worker { worker.core.willBlock(worker) }
  let result = body()
  worker?.core.didBlock()
  if isPlain { joins.withLock { $0.leave(me.number) } }
  return result
}

private func refuse(_ path: [AnyPoolTask], from task: AnyPoolTask?, _ call: StaticString) -> Never {
  // The path ends with the task that comes round to the caller.
  let start = task?.quotedName ?? "its caller"
  guard path.count > 1 || path[0] !== task else {
    misuse(
      "\(call): task \(start) waits for itself. Return the value from the body and join in whoever "
        + "submitted the task."
    )
  }
  let steps = path.map(\.quotedName).joined(separator: ", which waits for ")
  let end = path.last === task ? "" : ", which runs on the same thread below it"
  misuse(
    "\(call): task \(start) waits for \(steps)\(end): none of them would ever finish. Let tasks wait "
      + "only for tasks that they have submitted."
  )
}
