/// A thread or a task that waits, perhaps for one of several things.
///
/// Whoever stands in several lines is served from one of them: the first signal is the only one.
enum Sleeper: Sendable {
  case thread(ThreadRecord)
  case task(SuspendedTask)

  /// Tells the sleeper why it is woken, unless somebody else has.
  ///
  /// The caller holds the guard of the line where it stands, and wakes it afterwards.
  ///
  /// - Returns: Whether this was the first signal.
  func signal(_ reason: ThreadRecord.WakeReason, from place: Int) -> Bool {
    switch self {
    case .thread(let thread): thread.signalOnce(reason, from: place)
    case .task(let task): task.signal(reason)
    }
  }

  /// Wakes the sleeper, which was signalled.
  ///
  /// No guard is held.
  func wake() {
    switch self {
    case .thread(let thread): thread.parker.wake()
    case .task(let task): task.wake()
    }
  }

  static func === (left: Sleeper, right: Sleeper) -> Bool {
    switch (left, right) {
    case (.thread(let left), .thread(let right)): left === right
    case (.task(let left), .task(let right)): left === right
    case (.thread, .task), (.task, .thread): false
    }
  }
}

/// One wait of a task of Swift's.
///
/// It is signalled once at the most; then, or when the task is cancelled, the task goes on.
final class SuspendedTask: Sendable {
  private typealias Continuation = CheckedContinuation<ThreadRecord.WakeReason, Never>

  private struct State {
    var signal = ThreadRecord.WakeReason.none
    var isCancelled = false
    /// The task, while it sleeps.
    var continuation: Continuation?
  }

  private let state = Guarded(State())

  /// The signal that came, if one has.
  var signalled: ThreadRecord.WakeReason { state.withLock { $0.signal } }

  /// Suspends the task until a signal comes.
  ///
  /// - Returns: The signal, or `none` if the task was cancelled first.
  func waitForSignal() async -> ThreadRecord.WakeReason {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: Continuation) in
        let signal: ThreadRecord.WakeReason? = state.withLock { state in
          if state.signal != .none || state.isCancelled { return state.signal }
          state.continuation = continuation
          return nil
        }
        if let signal { continuation.resume(returning: signal) }
      }
    } onCancel: {
      let continuation = state.withLock { state in
        state.isCancelled = true
        return state.continuation.take()
      }
      continuation?.resume(returning: .none)
    }
  }

  func signal(_ reason: ThreadRecord.WakeReason) -> Bool {
    state.withLock { state in
      guard state.signal == .none else { return false }
      state.signal = reason
      return true
    }
  }

  func wake() {
    let (continuation, signal) = state.withLock { ($0.continuation.take(), $0.signal) }
    continuation?.resume(returning: signal)
  }
}
