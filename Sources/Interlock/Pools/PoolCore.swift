/// What the threads of a pool share: the pool's line, the crew, and who is called when.
///
/// ``ThreadPool`` is the handle to it, and closes it when it goes away.
final class PoolCore: Sendable {
  let name: String
  let stackSize: Int?
  let registry: ThreadRegistry
  let backlog: PoolBacklog?
  let whenFull: ThreadPool.FullPolicy
  /// Tasks that came from outside.
  let line = SharedJobLine()
  /// What threads outside of the pool did.
  let outside = PoolCounts(isShared: true)

  // Overview. Tasks wait in lines, workers rest in the crew. No task is left lying while a worker
  // could run it:
  //
  // - who puts a task in a line (S) then passes a fence (R1), and then looks whether somebody
  //   searches; if nobody does and somebody may be called, it calls one. Who is called is counted
  //   among the searchers at once.
  // - who goes to rest (W) enters `resting`, which sets `mayCall`; ceases to search; then passes a
  //   fence (R1); and then looks into all lines. If there is a task it calls somebody.
  // - who searches and finds a task ceases to search; if it was the last one it passes a fence (R1),
  //   looks into all lines, and calls somebody for what is left.
  // - who blocks in a join, which may set `mayCall`, does as one that goes to rest.
  //
  // The fences are in one order. If that of S is before that of W, then W sees the task. If it is
  // after, then S sees that W may be called or that somebody searches. In the latter case that one
  // has not ceased yet: its fence comes later, and it sees the task, or finds it.
  //
  // Lock order: none of the guards here is acquired while another one is held.
  let crew: Guarded<PoolCrewRules>
  // Copies of what the crew's rules say, changed under their guard.
  private let callWord = Atomic<Bool>(true)
  private let surplusWord = Atomic<Bool>(false)
  private let generationWord = Atomic<Int>(0)
  /// How many workers look for tasks, or were called to.
  private let searchers = Atomic<Int>(0)
  let cancelWord = Atomic<Bool>(false)
  let cancelWaitingWord = Atomic<Bool>(false)
  /// Threads from outside that run tasks which they submitted.
  let callers = Guarded<[ThreadRecord]>([])
  /// The threads of workers that live, and of some that do not any more.
  let threads = Guarded<[ThreadHandle<Void, Never>]>([])

  init(
    name: String,
    workers: Int,
    limit: Int?,
    whenFull: ThreadPool.FullPolicy,
    stackSize: Int?
  ) {
    self.name = name
    self.stackSize = stackSize
    self.whenFull = whenFull
    registry = Seam.world.registry
    backlog = limit.map(PoolBacklog.init)
    crew = Guarded(PoolCrewRules(wanted: workers))
  }

  var subject: Subject { Subject("ThreadPool", self, exclusion: .pool) }

  /// Asks the crew's rules.
  func withCrew<Result>(_ body: (inout PoolCrewRules) -> Result) -> Result {
    crew.withLock { rules in
      defer {
        callWord.store(rules.mayCall, ordering: .relaxed)
        surplusWord.store(rules.hasSurplus, ordering: .relaxed)
        // Ordering (R2): releasing, pairs with `generation`.
        generationWord.store(rules.generation, ordering: .releasing)
      }
      return body(&rules)
    }
  }

  /// Asks the crew's rules on behalf of a world that watches.
  func peekCrew(_ question: (PoolCrewRules) -> Bool) -> Bool { crew.peek(question) }

  /// Asks the crew's rules on behalf of somebody who is not in the middle of an operation.
  func ask<Answer>(_ question: (inout PoolCrewRules) -> Answer) -> Answer {
    Seam.look(at: subject, as: .ask) { withCrew(question) }
  }

  var hasSurplus: Bool { surplusWord.load(ordering: .relaxed) }

  /// How often the crew has changed.
  var generation: Int {
    // Ordering (R2): acquiring, pairs with the store in `withCrew`.
    generationWord.load(ordering: .acquiring)
  }

  var members: [PoolWorker] { withCrew { $0.members } }
}

// Who is called.
extension PoolCore {
  func beginSearching() -> Bool {
    searchers.compareExchange(expected: 0, desired: 1, ordering: .relaxed).exchanged
  }

  /// - Returns: Whether nobody searches any more; the caller then looks again.
  func endSearching() -> Bool {
    let (_, left) = searchers.wrappingSubtract(1, ordering: .relaxed)
    // Ordering (R1): see the overview.
    memoryFence(ordering: .sequentiallyConsistent)
    return left == 0
  }

  func callIfNeeded() {
    guard callWord.load(ordering: .relaxed), searchers.load(ordering: .relaxed) == 0 else { return }
    // Of several threads that come here one calls.
    guard beginSearching() else { return }
    switch withCrew({ $0.call() }) {
    case .nobody:
      // Others may have relied on a searcher meanwhile, and somebody gone to rest.
      _ = endSearching()
      callIfNeeded()
    case .wake(let worker):
      worker.thread.parker.wake()
    case .start:
      do throws(ThreadError) {
        try start(isSearching: true)
      } catch {
        // The system has no thread: those that are there have to do. They may have gone to rest
        // while this one counted as a searcher.
        _ = endSearching()
        callResting()
      }
    }
  }

  /// Calls somebody who rests, if one may be called.
  private func callResting() {
    guard beginSearching() else { return }
    if let worker = withCrew({ $0.callResting() }) {
      worker.thread.parker.wake()
    } else {
      _ = endSearching()
    }
  }

  /// Starts a worker.
  func start(isSearching: Bool) throws(ThreadError) {
    let (worker, isClosing) = withCrew { rules in
      let worker = PoolWorker(core: self, number: rules.makeNumber(), isSearching: isSearching)
      rules.add(worker)
      return (worker, rules.isClosing)
    }
    if isClosing { worker.line.close() }
    do throws(ThreadError) {
      let handle = try spawn(name: "\(name)-\(worker.number)", stackSize: stackSize) {
        worker.work()
      }
      // Asked without the guard: the handles have guards of their own. Not while somebody watches: what a pool
      // does must follow from what was done to it.
      let gone = Seam.isWatched ? [] : threads.withLock { $0 }.filter(\.isFinished)
      threads.withLock { threads in
        threads.removeAll { thread in gone.contains { $0 === thread } }
        threads.append(handle)
      }
    } catch {
      withCrew { $0.remove(worker) }.wake()
      throw error
    }
  }

  /// Starts the threads that the pool begins with.
  func open() throws(ThreadError) {
    try inOperation(.start) { () throws(ThreadError) in try startMissing() }
  }

  /// Wants another number of active workers.
  func resize(to workers: Int) throws(ThreadError) {
    try inOperation(.set) { () throws(ThreadError) in
      withCrew { $0.resize(to: workers) }.wake()
      try startMissing()
      announceWork()
    }
  }

  /// Runs `body`, which starts threads, as one operation of the calling thread's world.
  private func inOperation(
    _ kind: Operation.Kind,
    _ body: () throws(ThreadError) -> Void
  ) throws(ThreadError) {
    var failure: ThreadError?
    _ = Seam.attempt(kind, on: subject) {
      do throws(ThreadError) {
        try body()
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  /// Starts those that are missing.
  private func startMissing() throws(ThreadError) {
    while withCrew({ $0.missing }) > 0 { try start(isSearching: false) }
  }

  /// The calling worker is about to sleep in a join: another one may take its place.
  func willBlock(_ worker: PoolWorker) {
    withCrew { $0.block() }
    // Ordering (R1): see the overview.
    memoryFence(ordering: .sequentiallyConsistent)
    if worker.seesWork { callIfNeeded() }
  }

  func didBlock() {
    withCrew { $0.unblock() }
  }

  /// Keeps what a worker counted that is no more.
  func bury(_ worker: PoolWorker) {
    var sums = PoolSums()
    worker.counts.add(to: &sums)
    outside.add(sums)
  }
}

extension PoolCore: Named {
  var nameForReports: String? { name }
}
