// Being done.
extension SharedQueueCore {
  /// Notes that this process is done with elements.
  ///
  /// - Returns: `false` if it has not so many, and nothing was noted.
  func finish(_ count: Int) -> Bool {
    lockTaking()
    let hasFinished = accounts.finish(count, accountNumber)
    taking.release(call: "SharedQueue.taskDone()")
    noteDone()
    return hasFinished
  }

  /// Wakes those who join, if everything is done.
  func noteDone() {
    if joiners.mayBeThere, isAllDone { joiners.wake(.max) }
  }

  /// Nothing is taken meanwhile; so if everything taken is done, and nothing else is there then, it is so at
  /// that moment.
  private var isAllDone: Bool {
    lockTaking()
    defer { taking.release(call: "SharedQueue.join()") }
    return accounts.isAllDone && isEmpty
  }

  /// How many elements were in the hands of processes that have died.
  var lostCount: Int {
    lockTaking()
    defer { taking.release(call: "SharedQueue.lostCount") }
    return accounts.lostCount(family)
  }

  func declareMended() {
    lockTaking()
    accounts.declareMended(family)
    taking.release(call: "SharedQueue.declareMended()")
    noteDone()
  }

  /// Waits until everything is done, or gives up.
  ///
  /// - Returns: `nil` if the deadline passed or the thread or task was cancelled.
  func join(until deadline: Deadline?) -> Result<Void, ParticipantDied>? {
    joiners.wait(until: deadline) { () -> Result<Void, ParticipantDied>? in
      if isAllDone { return .success(()) }
      return lostCount > 0 ? .failure(ParticipantDied()) : nil
    }
  }
}
