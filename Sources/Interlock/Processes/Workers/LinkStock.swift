/// The workers of a pool: those that wait for work, and room for those that are missing.
final class LinkStock: Sendable {
  private struct State {
    var idle: [WorkerLink] = []
    var isClosed = false
  }

  private let name: String
  /// A permit for each worker that may be at work.
  private let permits: Semaphore
  private let state = Guarded(State())

  init(limit: Int, name: String) {
    self.name = name
    permits = Semaphore(permits: limit, name: name)
  }

  /// Runs `body` with a worker that nobody else uses.
  func withLink<Result>(
    _ body: (WorkerLink) throws(ProcessError) -> Result
  ) throws(ProcessError) -> Result {
    permits.acquire()
    defer { permits.release() }
    while true {
      let (link, isNew) = try take()
      defer { giveBack(link) }
      do throws(ProcessError) {
        return try body(link)
      } catch {
        // One that ended while it had nothing to do is no failure of this call.
        guard link.missedCall, !isNew else { throw error }
      }
    }
  }

  /// A worker that waits, or else a new one.
  private func take() throws(ProcessError) -> (link: WorkerLink, isNew: Bool) {
    let (idle, isClosed) = state.withLock { ($0.idle.popLast(), $0.isClosed) }
    if isClosed { throw ProcessError(.closed) }
    if let idle { return (idle, false) }
    return (try WorkerLink(name: name), true)
  }

  private func giveBack(_ link: WorkerLink) {
    // One that has ended is replaced when it is missed; those too many end here, without the guard.
    let left = state.withLock { state in
      guard link.isAlive, !state.isClosed else { return link as WorkerLink? }
      state.idle.append(link)
      return nil
    }
    withExtendedLifetime(left) {}
  }

  /// Lets all workers go.
  func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle
    }
    withExtendedLifetime(idle) {}
  }
}
