import CInterlockHooks
import Interlock

/// What threads do.
extension ControlledWorld {
  func begin(_ operation: Operation) {
    lookAway()
    // What follows is not in a closure, and so is the change of stacks; see `suspend`.
    guard withRunning({ approach(operation, by: $0) }) == true else { return }
    Fiber.suspend()
    if let ending { return bind(to: ending) }
    withRunning { thread in
      // Nobody touches a lock's words but in such operations, and those tell what there is to tell: the words need
      // not.
      if operation.subject.isLock { Seam.touchesUnseen = true }
      if operation.isYield { thread.patience.noteYield() }
      trace?.describe(operation)
      enter(operation, by: thread)
    }
  }

  /// A thread stands before an operation, or does it as a part of another.
  ///
  /// - Returns: Whether it stands there.
  private func approach(_ operation: Operation, by thread: ControlledThread) -> Bool {
    thread.depth += 1
    guard thread.depth == 1 else { return false }
    thread.operation = operation
    if memory.sights.isNew(thread) { memory.sights.note(operation, by: thread) }
    trace?.approach(thread)
    thread.stand(before: .operation, gate(of: operation, by: thread))
    return true
  }

  func end(_ operation: Operation, succeeded: Bool) {
    withRunning { thread in
      if thread.depth == 1 { trace?.end(operation, by: thread, succeeded: succeeded) }
      thread.depth -= 1
      guard thread.depth == 0 else { return }
      thread.operation = nil
      if operation.subject.isLock {
        Seam.touchesUnseen = false
        thread.noteLock(operation.kind, succeeded: succeeded)
      }
      if operation.isChange(succeeded: succeeded) {
        thread.patience.noteChange()
      } else if operation.mayBeVain {
        thread.patience.noteLook(at: operation.subject.identity, seen: 0)
      }
      leave(operation, by: thread, succeeded: succeeded)
      lookAgain()
    }
  }

  func beginForeign() {
    withRunning { $0.leaveOperation() }
    Seam.touchesUnseen = false
    unsafe interlock_note_accesses(accessNotes)
  }

  func endForeign() {
    lookAway()
    // Before the operation tells others.
    if unsafe notes?.pointee.access_count ?? 0 > 0 { judgeVariables() }
    withRunning { thread in
      let hasMadeSteps = thread.returnToOperation()
      guard let operation = thread.operation else { return }
      if hasMadeSteps { goOn(with: operation, by: thread) }
      if operation.subject.isLock, !isOver { Seam.touchesUnseen = true }
    }
  }

  /// The rest of an operation is no part of the last step of the code that has run in its midst.
  private func goOn(with operation: Operation, by thread: ControlledThread) {
    if memory.sights.isNew(thread) { memory.sights.note(operation, by: thread) }
    trace?.approach(thread)
    suspend(thread, before: .operation, .open)
    trace?.describe(operation)
    enter(operation, by: thread)
  }

  var takesNotes: Bool { trace != nil }

  func note(_ value: Any, isResult: Bool) {
    lookAway()
    defer { lookAgain() }
    withRunning { thread in
      if thread.depth == 1 { trace?.note(value, by: thread, isResult: isResult) }
    }
  }

  func willAccess(_ access: WordAccess) {
    withRunning { thread in
      if thread.depth == 0 {
        willAccess(access, by: thread)
      } else {
        noteInside(access, by: thread)
      }
    }
  }

  /// A thread touches a word in the middle of an operation, where it does not give way.
  private func noteInside(_ access: WordAccess, by thread: ControlledThread) {
    // Guards are always free, and updates are judged when it is known what came of them.
    switch access.kind {
    case .guarding: break
    case .update: return innerWords.append(access.address)
    case .load, .store, .plainLoad, .plainStore, .fence: innerWords.append(access.address)
    }
    // Who meets there outside of operations learns from it, such as a pool's worker from who submits.
    if access.orders { judgeAccess(access, by: thread) }
  }

  private func willAccess(_ access: WordAccess, by thread: ControlledThread) {
    lookAway()
    // Who looks has looked when it gives the guard back.
    if access.isGuarding, access.ordering == StoreOrdering.releasing.rawValue {
      judgeAccess(access, by: thread)
      return lookAgain()
    }
    if !access.isGuarding { outerWords.append(access.address) }
    if memory.sights.isNew(thread) { memory.sights.note(access, by: thread) }
    trace?.approach(thread)
    suspend(thread, before: .access(access), gate(of: access, by: thread))
    if access.isGuarding { thread.patience.noteLook(at: access.address, seen: 0) }
    trace?.describe(access)
    judgeAccess(access, by: thread)
    // Of the others the end is heard of, too.
    if case .fence = access.kind { lookAgain() }
  }

  func didAccess(_ access: WordAccess, read: UInt128?, written: UInt128?) {
    withRunning { thread in
      guard thread.depth == 0 else {
        return judgeUpdate(access, hasWritten: written != nil, by: thread)
      }
      lookAway()
      judgeUpdate(access, hasWritten: written != nil, by: thread)
      // An update that has changed nothing was a look.
      if let written, written != read {
        thread.patience.noteChange()
      } else if access.isLook, let read {
        thread.patience.noteLook(at: access.address, seen: UInt64(truncatingIfNeeded: read))
      }
      trace?.end(access, read: read, written: written)
      lookAgain()
    }
  }

  func park(
    on address: UnsafeRawPointer,
    while expected: UInt32,
    until deadline: Deadline
  ) -> ParkOutcome {
    lookAway()
    defer { lookAgain() }
    guard unsafe address.load(as: UInt32.self) == expected else { return .unexpected }
    let isWoken = withRunning { thread in
      sleep(thread, on: UInt(bitPattern: address), until: deadline)
      return thread.wokenBy != nil
    }
    guard let isWoken else { return .unexpected }
    if isWoken { return .woken }
    if deadline != .never { time = max(time, deadline.nanoseconds) }
    return .timedOut
  }

  /// Sets the running thread aside in the middle of what it does.
  private func sleep(_ thread: ControlledThread, on address: UInt, until deadline: Deadline) {
    if let operation = thread.operation { leave(operation, by: thread, succeeded: false) }
    trace?.sleep(thread)
    thread.wokenBy = nil
    suspend(
      thread,
      before: .resumption(
        ControlledThread.Sleep(address: address, deadline: deadline)
      ),
      .sleep
    )
    if address == 0 {
      thread.patience.noteYield()
    } else if thread.wokenBy == nil {
      thread.patience.noteTimeout()
    }
    trace?.goOn(thread, isWoken: thread.wokenBy != nil)
    if let operation = thread.operation { enter(operation, by: thread) }
  }

  func wake(_ count: Int, on address: UnsafeRawPointer) {
    lookAway()
    defer { lookAgain() }
    let word = UInt(bitPattern: address)
    let waker = withRunning(\.lastEvent) ?? nil
    var rest = count
    for thread in started where rest > 0 {
      guard case .resumption(let sleep) = thread.pending, sleep.address == word,
        thread.wokenBy == nil
      else { continue }
      thread.wokenBy = waker
      rest -= 1
    }
  }

  func now() -> Deadline {
    lookAway()
    defer { lookAgain() }
    return Deadline(nanoseconds: time)
  }

  func yield() {
    lookAway()
    defer { lookAgain() }
    withRunning { thread in
      guard thread.operation?.isYield != true else { return }
      // Whoever gives way in a loop waits for something; time goes on, so that a deadline passes.
      time += 1_000_000
      sleep(thread, on: 0, until: .now)
    }
  }
}
