// The end of a pool.
extension ThreadPool {
  /// Which tasks a pool cancels when it is closed.
  public enum Cancelling: Hashable, Sendable {
    /// None: what was submitted is done.
    case nothing
    /// Those that nobody has begun.
    case waiting
    /// All: those that nobody has begun never run, those that run are asked to stop.
    case everything
  }

  /// Lets no new task in.
  ///
  /// The pool does what it has, and its threads end when nothing is left. Closing again, with another
  /// argument, cancels more. Loops on a closed pool are run by their caller alone.
  ///
  /// - Parameter cancelling: Which tasks to cancel.
  public func close(cancelling: Cancelling = .nothing) {
    core.close(cancelling: cancelling)
  }

  /// Whether the pool was closed.
  public var isClosed: Bool { core.ask { $0.isClosed } }

  /// Waits until the pool was closed, by anybody, and its threads have ended.
  ///
  /// - Precondition: The calling thread is not one of the pool's.
  public func join() {
    _ = core.join(until: nil)
  }

  /// Waits until the pool was closed and its threads have ended, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether they have ended; `false` if the deadline passed or the thread was cancelled.
  /// - Precondition: The calling thread is not one of the pool's.
  public func join(until deadline: Deadline) -> Bool {
    core.join(until: deadline)
  }

  /// Waits until the pool was closed and its threads have ended, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether they have ended; `false` if the time was over or the thread was cancelled.
  /// - Precondition: The calling thread is not one of the pool's.
  public func join(for duration: Duration) -> Bool {
    core.join(until: .after(duration))
  }
}
