import Glibc

/// The workers of a pool: those that wait for work, those that work, and room for those that are
/// missing.
///
/// `permits` has one permit for each worker that may be at work. Whoever has one takes an idle worker
/// or starts one, and gives both back. When the limit is lowered the permits that are out are *owed*:
/// they are not given back.
///
/// Work is *admitted* as long as the stock is open. Workers stay as long as there may be admitted work.
final class LinkStock: Sendable {
  private struct State {
    /// All that were started and not let go.
    var links: [WorkerLink] = []
    /// Those of them that wait for work.
    var idle: [WorkerLink] = []
    var limit: Int
    var owed = 0
    /// How many pieces of work were admitted and are not done.
    var admitted = 0
    var isClosed = false
    var isCancelled = false
    var counts = ProcessCounts()

    /// Lets go of some idle workers; they end when the caller does so, too.
    mutating func takeIdle(_ count: Int) -> [WorkerLink] {
      let taken = Array(idle.prefix(count))
      idle.removeFirst(taken.count)
      links.removeAll { link in taken.contains { $0 === link } }
      return taken
    }

    /// Whether there may be something to do for a worker.
    var mayHaveWork: Bool { !isClosed || admitted > 0 }

    /// The idle workers, if there will be nothing for them to do; they end when they are let go.
    mutating func takeUseless() -> [WorkerLink] {
      if mayHaveWork { return [] }
      return takeIdle(idle.count)
    }
  }

  private let name: String
  private let recycling: ProcessPool.Recycling
  /// What a worker does first.
  private let preparation: (@Sendable (WorkerLink, CallTerms) throws(CallFailure) -> Void)?
  private let permits: Semaphore
  /// How many processes there are, and pieces of admitted work.
  private let living = WaitGroup()
  private let state: Guarded<State>

  init(
    limit: Int,
    name: String,
    recycling: ProcessPool.Recycling,
    preparation: (@Sendable (WorkerLink, CallTerms) throws(CallFailure) -> Void)?
  ) {
    self.name = name
    self.recycling = recycling
    self.preparation = preparation
    permits = Semaphore(permits: limit, name: name)
    state = Guarded(State(limit: limit))
  }

  /// Admits a piece of work.
  ///
  /// - Throws: ``ProcessError`` if the stock is closed.
  func enter() throws(ProcessError) {
    let isClosed = state.withLock { state in
      if !state.isClosed {
        state.admitted += 1
        living.add()
      }
      return state.isClosed
    }
    if isClosed { throw ProcessError(.closed) }
  }

  /// A piece of admitted work is done.
  func leave() {
    let left = state.withLock { state in
      state.admitted -= 1
      return state.takeUseless()
    }
    withExtendedLifetime(left) {}
    living.done()
  }

  /// Runs `body` with a worker that nobody else uses, as part of admitted work.
  ///
  /// - Throws: What `body` throws, or ``CallFailure`` if there is no worker.
  func withLink<Result>(
    _ terms: CallTerms,
    _ body: (WorkerLink) throws(CallFailure) -> Result
  ) throws(CallFailure) -> Result {
    if let deadline = terms.deadline {
      guard permits.acquire(until: deadline) else {
        throw .givenUp
      }
    } else {
      permits.acquire()
    }
    defer { givePermitBack() }
    while true {
      let (link, isNew) = try take()
      defer { giveBack(link) }
      if isNew { try prepare(link, terms) }
      do throws(CallFailure) {
        return try body(link)
      } catch {
        // One that ended while it had nothing to do is no failure of this call.
        guard !isNew, link.hasMissedCall, case .crashed = error.error.reason else { throw error }
      }
    }
  }

  /// Whether a worker that is in use should be given back before it has another call.
  func isWanted(_ link: WorkerLink) -> Bool {
    permits.waiterCount > 0 || recycling.isDue(link) || state.withLock { $0.owed > 0 }
  }

  private func prepare(_ link: WorkerLink, _ terms: CallTerms) throws(CallFailure) {
    do throws(WorkerLink.Failure) {
      try link.awaitHello(terms)
    } catch {
      throw link.startError(error)
    }
    guard let preparation else { return }
    do throws(CallFailure) {
      try preparation(link, terms)
    } catch {
      link.discard()
      guard error.error.reason != .cancelled else { throw error }
      let why = "its initializer failed: \(error.error)"
      throw CallFailure(ProcessError(.cannotStart(why), errorOutput: error.error.errorOutput))
    }
  }

  /// A worker that waits, or else a new one.
  private func take() throws(CallFailure) -> (link: WorkerLink, isNew: Bool) {
    enum Outcome {
      case idle(WorkerLink)
      case none, cancelled
    }
    let outcome = state.withLock { state -> Outcome in
      if state.isCancelled { return .cancelled }
      guard let link = state.idle.popLast() else { return .none }
      return .idle(link)
    }
    switch outcome {
    case .idle(let link): return (link, false)
    case .cancelled: throw CallFailure(ProcessError(.cancelled))
    case .none: return (try start(), true)
    }
  }

  private func start() throws(CallFailure) -> WorkerLink {
    let link: WorkerLink
    do throws(ProcessError) {
      link = try WorkerLink(name: name)
    } catch {
      throw CallFailure(error)
    }
    living.add()
    link.process.whenEnded { [living] in living.done() }
    let isCancelled = state.withLock { state in
      state.links.append(link)
      state.counts.started += 1
      return state.isCancelled
    }
    if isCancelled { link.cancel() }
    return link
  }

  private func giveBack(_ link: WorkerLink) {
    let isGood = link.isAlive && !recycling.isDue(link)
    // One that has ended is replaced when it is missed; one that is let go ends when the caller does so.
    state.withLock { state in
      if isGood, state.owed == 0, state.mayHaveWork {
        state.idle.append(link)
      } else {
        state.links.removeAll { $0 === link }
        if link.hasCrashed { state.counts.crashed += 1 }
      }
    }
  }

  private func givePermitBack() {
    let isOwed = state.withLock { state in
      guard state.owed > 0 else { return false }
      state.owed -= 1
      return true
    }
    if !isOwed { permits.release() }
  }

  /// Changes how many workers may be at work.
  func resize(to limit: Int) {
    let change = state.withLock { state in
      defer { state.limit = limit }
      return limit - state.limit
    }
    if change > 0 {
      // Those that are owed are forgiven first.
      let released = state.withLock { state in
        let forgiven = min(state.owed, change)
        state.owed -= forgiven
        return change - forgiven
      }
      if released > 0 { permits.release(released) }
    }
    for _ in 0..<max(0, -change) where !permits.tryAcquire() {
      state.withLock { $0.owed += 1 }
    }
    let left = state.withLock { state in
      state.takeIdle(max(0, state.links.count - state.limit))
    }
    withExtendedLifetime(left) {}
  }

  /// Lets all workers go that have nothing to do, and the others when they have done it.
  func close() {
    let left = state.withLock { state in
      state.isClosed = true
      return state.takeUseless()
    }
    withExtendedLifetime(left) {}
  }

  /// Ends all workers, whatever they do.
  func cancel() {
    let links = state.withLock { state in
      state.isCancelled = true
      return state.links
    }
    for link in links { link.cancel() }
    close()
  }

  /// Waits until all work is done and all processes have ended; `nil` waits as long as it takes.
  func join(until deadline: Deadline?) -> Bool {
    guard let deadline else {
      living.wait()
      return true
    }
    return living.wait(until: deadline)
  }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  var limit: Int { state.withLock { $0.limit } }

  var counts: ProcessCounts {
    state.withLock { state in
      var counts = state.counts
      counts.living = state.links.count
      return counts
    }
  }
}

/// A piece of admitted work, as long as somebody has to do with it.
final class Admission: Sendable {
  private let stock: LinkStock

  init(to stock: LinkStock) throws(ProcessError) {
    // In this order: a complete object would leave when it goes.
    try stock.enter()
    self.stock = stock
  }

  deinit {
    stock.leave()
  }
}

/// What is counted of a pool's processes.
struct ProcessCounts {
  var living = 0
  var started = 0
  var crashed = 0
}
