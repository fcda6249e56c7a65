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
  private let crew: Guarded<PoolCrewRules>
  // Copies of what the crew's rules say, changed under their guard.
  private let callWord = Atomic<Bool>(true)
  private let surplusWord = Atomic<Bool>(false)
  private let generationWord = Atomic<Int>(0)
  /// How many workers look for tasks, or were called to.
  private let searchers = Atomic<Int>(0)
  private let cancelWord = Atomic<Bool>(false)
  private let cancelWaitingWord = Atomic<Bool>(false)
  /// Threads from outside that run tasks which they submitted.
  private let callers = Guarded<[ThreadRecord]>([])
  /// The threads of workers that live, and of some that do not any more.
  private let threads = Guarded<[ThreadHandle<Void, Never>]>([])

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

  var subject: Subject { Subject("ThreadPool", self) }

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

  var hasSurplus: Bool { surplusWord.load(ordering: .relaxed) }

  /// How often the crew has changed.
  var generation: Int {
    // Ordering (R2): acquiring, pairs with the store in `withCrew`.
    generationWord.load(ordering: .acquiring)
  }

  var members: [PoolWorker] { withCrew { $0.members } }
}

// Tasks.
extension PoolCore {
  /// The calling thread, if it is one of this pool's.
  func worker(_ me: ThreadRecord) -> PoolWorker? {
    guard let worker = unsafe me.worker else { return nil }
    // SAFETY: a thread keeps the worker that it is alive.
    let isMine = unsafe worker._withUnsafeGuaranteedRef { $0.core === self }
    return isMine ? unsafe worker.takeUnretainedValue() : nil
  }

  /// Puts a task in line, or does with it what the pool does when it is full.
  func submit(_ task: AnyPoolTask) throws(PoolError) {
    let me = ThreadRecord.current
    let worker = worker(me)
    if backlog == nil, !Seam.isWatched {
      guard put(task, worker) else { throw PoolError(reason: .closed, poolName: name) }
      noteSubmission(worker)
      return
    }
    var refusal: PoolError.Reason?
    var isForCaller = false
    _ = Seam.attempt(.submit, on: subject) {
      if let backlog, !enter(backlog, worker) {
        switch whenFull {
        case .wait: refusal = .closed
        case .refuse: refusal = isClosed ? .closed : .full
        case .runInCaller:
          isForCaller = !isClosed
          refusal = isForCaller ? nil : .closed
        }
        return isForCaller
      }
      if put(task, worker) { return true }
      backlog?.leave()
      refusal = .closed
      return false
    }
    if let refusal { throw PoolError(reason: refusal, poolName: name) }
    noteSubmission(worker)
    guard isForCaller else { return }
    // Before it begins: who asks all tasks to stop wakes those that are here.
    callers.withLock { $0.append(me) }
    task.beginInCaller(me)
    if let worker {
      task.run(on: me, counting: worker.counts)
    } else {
      task.run(on: me, counting: outside)
    }
    callers.withLock { callers in
      if let place = callers.lastIndex(where: { $0 === me }) { callers.remove(at: place) }
    }
  }

  private func noteSubmission(_ worker: PoolWorker?) {
    if let worker { worker.counts.noteSubmission() } else { outside.noteSubmission() }
  }

  private func enter(_ backlog: PoolBacklog, _ worker: PoolWorker?) -> Bool {
    guard whenFull == .wait else { return backlog.enterAtOnce() }
    guard worker == nil else {
      // A worker that waited for room might wait for itself.
      backlog.enterAnyway()
      return true
    }
    return backlog.enter(Operation(.submit, subject))
  }

  /// Puts a task in line: the calling worker's own, or the pool's.
  ///
  /// - Returns: `false` if the pool is closed.
  func put(_ task: AnyPoolTask, _ worker: PoolWorker?) -> Bool {
    guard (worker?.line ?? line).append(task) else { return false }
    announceWork()
    return true
  }

  /// A task was put in line: calls somebody, unless somebody searches anyway.
  func announceWork() {
    // Ordering (R1): see the overview.
    memoryFence(ordering: .sequentiallyConsistent)
    callIfNeeded()
  }
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
      // Asked without the guard: the handles have guards of their own.
      let gone = threads.withLock { $0 }.filter(\.isFinished)
      threads.withLock { threads in
        threads.removeAll { thread in gone.contains { $0 === thread } }
        threads.append(handle)
      }
    } catch {
      withCrew { $0.remove(worker) }.wake()
      throw error
    }
  }

  /// Starts those that are missing.
  func startMissing() throws(ThreadError) {
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

// The end.
extension PoolCore {
  /// Whether all tasks were asked to stop.
  var cancelsAll: Bool {
    // Ordering (R3): acquiring, pairs with the store in `cancelRunning`.
    cancelWord.load(ordering: .acquiring)
  }

  /// Whether tasks that nobody has begun never run.
  var cancelsWaiting: Bool {
    // Ordering (R4): acquiring, pairs with the store in `close`.
    cancelWaitingWord.load(ordering: .acquiring)
  }

  var isClosed: Bool { withCrew { $0.isClosed } }

  func close(cancelling kind: ThreadPool.Cancelling) {
    Seam.perform(.close, on: subject) {
      // First the lines, so that whoever then finds them empty and the pool closed can go.
      let members = withCrew { $0.beginClosing() }
      line.close()
      for worker in members { worker.line.close() }
      backlog?.close()
      // Before the lines are emptied: a worker may have tasks in hand that are in none.
      // Ordering (R4): releasing, pairs with the load in `cancelsWaiting`.
      if kind != .nothing { cancelWaitingWord.store(true, ordering: .releasing) }
      if kind == .everything { cancelRunning() }
      withCrew { $0.close() }.wake()
    }
    // Not as part of the operation: what follows tasks is foreign code.
    if kind != .nothing { cancelWaiting() }
  }

  private func cancelWaiting() {
    for line in members.map(\.line) + [line] {
      var jobs = line.popFirst { $0 }
      while let job = jobs.popFirst() { job.cancel() }
    }
  }

  private func cancelRunning() {
    // Ordering (R3): releasing, pairs with the load in `cancelsAll`. A thread looks at the word
    // before each park.
    cancelWord.store(true, ordering: .releasing)
    let threads = withCrew { $0.members.compactMap(\.startedThread) } + callers.withLock { $0 }
    for thread in threads { thread.interrupt() }
  }

  func join(until deadline: Deadline?) -> Bool {
    if worker(.current) != nil {
      misuse(
        "ThreadPool.join() by a task of the pool \"\(name)\" itself, which would wait for its own "
          + "end. Join in the thread that made the pool."
      )
    }
    let isOver = Seam.attempt(.join, on: subject) {
      let reason = crew.wait(
        for: Operation(.join, subject),
        until: deadline,
        enter: { $0.enterJoiners($1) },
        leave: { ($0.leaveJoiners($1), []) }
      )
      return reason == .given
    }
    guard isOver else { return false }
    // They have said that they go; now they are gone. To join each is an operation of its own: what comes of it
    // depends on the end of that thread, and not on what threads did to the pool.
    for thread in threads.withLock({ $0 }) {
      guard let deadline else {
        thread.join()
        continue
      }
      if thread.join(until: deadline) == nil { return false }
    }
    return true
  }
}

extension PoolCore: Named {
  var nameForReports: String? { name }
}
