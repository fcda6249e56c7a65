// For conditions and monitors: threads that wait, without the lock, for something that holders of
// the lock bring about. They stand in a line of their own, which `lineGuard` guards too, and are
// moved to this lock's line by the holder who has brought it about. So they wake when they can have
// the lock, one after the other.
extension Lock {
  /// Lets the lock go, sleeps until another holder moves the thread to the line, and takes the lock.
  ///
  /// - Parameters:
  ///   - kind: What the thread does, for reports.
  ///   - subject: What it waits for.
  ///   - deadline: When to give up; `nil` never does.
  ///   - enter: Puts the thread in the other line. The thread has the lock and `lineGuard`.
  ///   - leave: Takes it out again, and says whether it stood there. The thread has `lineGuard`.
  /// - Returns: Whether the thread was moved; `false` if it gave up. It has the lock in any case.
  func waitOutside(
    _ kind: Operation.Kind,
    on subject: Subject,
    until deadline: Deadline?,
    enter: (ThreadRecord) -> Void,
    leave: (ThreadRecord) -> Bool
  ) -> Bool {
    let me = ThreadRecord.current
    if Seam.isWatched { LockWatch.shared.willAcquireAgain(self.subject) }
    me.prepareToWait()
    unsafe me.wakes = 0
    lineGuard.withLock { enter(me) }
    releaseSlowly()
    var reason = me.waitForSignal(Operation(kind, subject), until: deadline, heldBy: self)
    if reason == .none {
      if lineGuard.withLock({ leave(me) }) {
        _ = acquireLoop(me, .acquire, until: nil)
        return false
      }
      // Moved meanwhile: the lock comes.
      reason = me.waitForSignal(Operation(kind, subject), until: nil, heldBy: self)
    }
    if reason != .given {
      unsafe me.wakes = 1
      _ = acquireLoop(me, .acquire, until: nil)
    }
    return true
  }

  /// Puts threads of another line in this one.
  ///
  /// The caller holds the lock and `lineGuard`.
  func moveToLine(_ threads: some Sequence<ThreadRecord>) {
    line.append(contentsOf: threads)
    if !line.isEmpty { state.bitwiseOr(Bits.parked, ordering: .relaxed) }
  }
}
