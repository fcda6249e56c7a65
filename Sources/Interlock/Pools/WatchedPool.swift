/// A pool, as a world knows it that looks at operations and owns nothing of it.
///
/// To ask it costs no counting of references; whoever asks knows that the pool is there.
package struct WatchedPool {
  /// What tells it from others of its kind while it lives.
  package let identity: UInt

  /// Whether a worker that takes a task now would have something to do: a task waits, or the pool is closed.
  ///
  /// A task that waits may turn out to be begun, or to be left to another worker; then this one rests.
  package var hasWork: Bool {
    withCore { core in
      core.line.peekCount > 0
        || core.peekCrew { $0.isClosed || $0.members.contains { $0.line.peekCount > 0 } }
    }
  }

  /// Whether whoever joins it need not wait.
  package var isOver: Bool { withCore { core in core.peekCrew { $0.isOver } } }

  private func withCore(_ question: (PoolCore) -> Bool) -> Bool {
    // SAFETY: `Operation.pool(touchedBy:)` made this of what is a pool; a thread that is in one of its methods, or
    // that is a worker of it, keeps it alive.
    guard let address = unsafe UnsafeRawPointer(bitPattern: identity) else { return false }
    return unsafe Unmanaged<PoolCore>.fromOpaque(address)._withUnsafeGuaranteedRef(question)
  }
}

/// A task of a pool, as a world knows it that looks at operations and owns nothing of it.
package struct WatchedTask {
  /// What tells it from others of its kind while it lives.
  package let identity: UInt

  /// Whether whoever joins it need not wait.
  package var isOver: Bool { withTask { $0.peekLife.isOver } ?? false }

  fileprivate var pool: WatchedPool? {
    withTask { WatchedPool(identity: UInt(bitPattern: ObjectIdentifier($0.core))) }
  }

  private func withTask<Answer>(_ question: (AnyPoolTask) -> Answer) -> Answer? {
    // SAFETY: `Operation.task` made this of what is a task; a thread that is in one of its methods keeps it alive.
    guard let address = unsafe UnsafeRawPointer(bitPattern: identity) else { return nil }
    return unsafe Unmanaged<AnyPoolTask>.fromOpaque(address)._withUnsafeGuaranteedRef(question)
  }
}

// What an operation has to do with a pool.
extension Operation {
  /// The pool that the operation may change, or looks at, when this thread does it.
  package func pool(touchedBy thread: ThreadRecord) -> WatchedPool? {
    switch subject.exclusion {
    case .pool: return WatchedPool(identity: subject.identity)
    // Tasks begin and end their lives in their pool's lines.
    case .poolTask where kind == .ask || kind == .cancel: return task?.pool
    // A worker that waits for a task may begin it, and leaves its place to another one if it sleeps.
    case .poolTask, .poolTasks: return kind == .join ? thread.workingPool : nil
    case .none, .shared, .lock, .spinLock: return nil
    }
  }

  /// The task that the operation is about, if it is about one.
  package var task: WatchedTask? {
    guard case .poolTask = subject.exclusion else { return nil }
    return WatchedTask(identity: subject.identity)
  }
}

extension ThreadRecord {
  /// The pool whose worker the thread is.
  package var workingPool: WatchedPool? {
    unsafe worker?._withUnsafeGuaranteedRef {
      WatchedPool(identity: UInt(bitPattern: ObjectIdentifier($0.core)))
    }
  }

  /// Whether the thread is a worker, or runs a task that it has submitted: who waits for it may wait for a task.
  package var runsTasks: Bool { unsafe worker != nil || task != nil }
}
