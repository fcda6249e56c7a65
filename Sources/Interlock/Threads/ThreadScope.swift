/// Runs `body`, which may spawn threads, and returns when all of them have finished.
///
/// No thread outlives the call, whatever happens. If `body` throws, its threads are cancelled and
/// joined, and the error goes on. If threads throw, the error of the one that was spawned first is
/// rethrown when all have finished.
///
///     let total = Atomic(0)
///     try withThreads { threads in
///       for part in parts {
///         try threads.spawn { total.wrappingAdd(sum(part), ordering: .relaxed) }
///       }
///     }
///     print(total.load(ordering: .relaxed))
///
/// - Parameter body: Spawns threads in the scope that it is given.
/// - Returns: What `body` returns.
/// - Throws: What `body` or one of the threads throws, or ``ThreadError``.
public func withThreads<Result>(_ body: (ThreadScope) throws -> Result) throws -> Result {
  let scope = ThreadScope()
  let result: Result
  do {
    result = try body(scope)
  } catch {
    scope.cancelAll()
    _ = scope.joinAll()
    throw error
  }
  if let error = scope.joinAll() { throw error }
  return result
}

/// Threads that end before the call of ``withThreads(_:)`` that made the scope.
public final class ThreadScope: Sendable {
  private struct State {
    var members: [ThreadLife] = []
    /// Threads that are being started, and are not members yet.
    var starting = 0
    var isCancelled = false
    var isEnded = false
  }

  private let state = Guarded(State(), isQuiet: true)

  init() {}

  /// Starts a thread of this scope; see ``spawn(name:stackSize:_:)``.
  ///
  /// Threads of a scope may spawn others in it.
  ///
  /// - Returns: A handle, for its value; the scope joins the thread in any case.
  /// - Throws: ``ThreadError`` if the system gives the process no other thread.
  /// - Precondition: `withThreads` has not returned.
  @discardableResult
  public func spawn<Success: Sendable, Failure: Error>(
    name: String? = nil,
    stackSize: Int? = nil,
    _ body: @escaping @Sendable () throws(Failure) -> Success
  ) throws(ThreadError) -> ThreadHandle<Success, Failure> {
    let isOpen = state.withLock { state in
      if !state.isEnded { state.starting += 1 }
      return !state.isEnded
    }
    guard isOpen else {
      misuse(
        "ThreadScope.spawn() after its withThreads has returned: nobody would join the thread. "
          + "Spawn inside the body, or in a thread of the scope."
      )
    }
    let handle: ThreadHandle<Success, Failure>
    do {
      handle = try Interlock.spawn(name: name, stackSize: stackSize, body)
    } catch {
      state.withLock { $0.starting -= 1 }
      throw error
    }
    let isCancelled = state.withLock { state in
      state.members.append(handle.life)
      state.starting -= 1
      return state.isCancelled
    }
    if isCancelled { handle.cancel() }
    return handle
  }

  /// Cancels all threads of the scope, those that are spawned later too.
  public func cancelAll() {
    let members = state.withLock { state in
      state.isCancelled = true
      return state.members
    }
    for member in members { member.cancel() }
  }

  /// Joins until no thread is left, and ends the scope.
  ///
  /// - Returns: The first error, in the order in which the threads were spawned.
  func joinAll() -> (any Error)? {
    var firstError: (any Error)?
    while true {
      let (member, isEnded) = state.withLock { state -> (ThreadLife?, Bool) in
        if let first = state.members.first { return (first, false) }
        state.isEnded = state.starting == 0
        return (nil, state.isEnded)
      }
      if isEnded { return firstError }
      if let member {
        let error = member.join().failure
        firstError = firstError ?? error
        // Not before it has ended: `cancelAll` must find it. Others come only behind it.
        state.withLock { _ = $0.members.removeFirst() }
      } else {
        // A thread that is no member is about to spawn one.
        Seam.world.yield()
      }
    }
  }
}
