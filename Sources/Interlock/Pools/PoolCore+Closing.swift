// The end of a pool.
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
      withCrew { $0.close() }.wake()
    }
    // An operation that comes before or after each wait which looks whether it should give up.
    if kind == .everything { Seam.perform(.cancel, on: subject) { cancelRunning() } }
    // Not as part of the operation: what follows tasks is foreign code.
    if kind != .nothing { cancelWaiting() }
  }

  private func cancelWaiting() {
    var jobs = JobLine()
    Seam.perform(.drain, on: subject) {
      for line in members.map(\.line) + [line] {
        var waiting = line.popFirst { $0 }
        jobs.append(&waiting)
      }
    }
    while let job = jobs.popFirst() { job.cancel() }
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
    var gone: [ThreadHandle<Void, Never>] = []
    let isOver = Seam.attempt(.join, on: subject, mayGiveUp: deadline != nil) {
      let reason = crew.wait(
        for: Operation(.join, subject),
        until: deadline,
        enter: { $0.enterJoiners($1) },
        leave: { ($0.leaveJoiners($1), []) }
      )
      gone = threads.withLock { $0 }
      return reason == .given
    }
    guard isOver else { return false }
    // They have said that they go; now they are gone. To join each is an operation of its own: what comes of it
    // depends on the end of that thread, and not on what threads did to the pool.
    for thread in gone {
      guard let deadline else {
        thread.join()
        continue
      }
      if thread.join(until: deadline) == nil { return false }
    }
    return true
  }
}
