import Interlock

/// How a run ended.
extension ControlledWorld {
  /// What was wrong with the run, now that it has come to its end and before it is closed.
  var verdict: Failure? {
    if failure != nil || isOver { return failure }
    if canStillRun { return .deadlock(started.filter { !$0.isFinished }.map(describe)) }
    guard reportsUnjoinedThreads else { return nil }
    let unjoined = started.filter { $0.origin.parent != nil && !$0.isJoined }
    return unjoined.isEmpty ? nil : .unjoinedThreads(unjoined.map(\.record.name))
  }

  private func describe(_ thread: ControlledThread) -> BlockedThread {
    let operation = pendingOperation(of: thread)
    let isWoken = thread.wokenBy != nil
    let isAsleep = if case .resumption = thread.pending { true } else { false }
    let joined = operation.flatMap {
      $0.isJoin
        ? unsafe self.joined($0)?.takeUnretainedValue() ?? runner($0, against: thread) : nil
    }
    return BlockedThread(
      number: thread.number,
      name: thread.record.name,
      operation: operation,
      action: operation?.description ?? "something unknown",
      resource: (isWoken ? operation?.outerSubject : nil)?.named ?? operation?.subject.named,
      joined: joined?.number,
      isAsleep: isAsleep
    )
  }

  /// The thread that runs the task which is joined.
  private func runner(_ operation: Operation, against thread: ControlledThread) -> ControlledThread?
  {
    guard operation.task != nil, let task = operation.subject.object as? any HeldByThreads else {
      return nil
    }
    var runner: ThreadRecord?
    // The world's threads are known to those who live in it only.
    visit { runner = task.holdingThreads(against: thread.record).first }
    return started.first { $0.record === runner }
  }

  /// The operation that a thread stands before, or in the middle of.
  private func pendingOperation(of thread: ControlledThread) -> Operation? {
    switch thread.pending {
    case .operation, .resumption: thread.operation
    case .access, .choice, .nothing: nil
    }
  }
}

// What a report says of threads that stand somewhere.
extension ControlledWorld {
  /// The thread with a number, if it was started.
  func thread(_ number: Int) -> ControlledThread? { started.first { $0.number == number } }

  /// What a thread would do next, in words, and where, as in `Lock.acquire() on "a" (Bank.swift:3)`.
  func nextWords(of number: Int) -> String? {
    guard let thread = thread(number), !thread.isFinished else { return nil }
    let words: String? =
      switch thread.pending {
      case .operation, .resumption: thread.operation?.description ?? "sleep"
      case .access(let access): access.kind.words
      case .choice(let count): "choose(of: \(count))"
      case .nothing: nil
      }
    guard let words else { return nil }
    let place = trace?.approaches[number]?.place.map { " (\($0.fileAndLine))" }
    return words + (place ?? "")
  }

  /// The name of a thread, in quotation marks.
  func name(of number: Int) -> String? { thread(number).map { "\"\($0.record.name)\"" } }
}

extension Operation {
  /// The lock that who waits for a condition needs to go on.
  fileprivate var outerSubject: Subject? {
    outerLock.map { Subject("Lock", $0, exclusion: .lock) }
  }
}
