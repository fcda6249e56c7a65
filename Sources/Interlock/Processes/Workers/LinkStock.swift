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
    let (idle, isClosed) = state.withLock { ($0.idle.popLast(), $0.isClosed) }
    if isClosed { throw ProcessError(.closed) }
    let link: WorkerLink
    if let idle { link = idle } else { link = try WorkerLink(name: name) }
    defer { giveBack(link) }
    return try body(link)
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
