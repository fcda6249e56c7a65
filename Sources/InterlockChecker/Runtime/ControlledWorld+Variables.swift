import CInterlockHooks
import Interlock

/// What threads do with plain variables; see Documentation/Internals/PlainVariables.md.
extension ControlledWorld {
  /// The toolkit's own code begins, or the checker's: nobody asks what it does with variables.
  func lookAway() { interlock_note_accesses(nil) }

  /// The body's code goes on, unless it is the toolkit's that does.
  func lookAgain() {
    guard unsafe accessNotes != nil,
      unsafe runningThread?._withUnsafeGuaranteedRef({ $0.depth }) == 0
    else { return }
    unsafe interlock_note_accesses(accessNotes)
  }

  /// A thread is about to run: what it makes is noted.
  ///
  /// - Returns: What was done until now, for ``endWatching(_:)``.
  @inline(__always)
  func beginWatching(_ thread: ControlledThread) -> interlock_moment {
    guard let notes = unsafe notes else { return interlock_moment() }
    // One that starts another one does other things before and after.
    let outer = unsafe notes.pointee.moment
    unsafe notes.pointee.moment = interlock_moment(
      thread: UInt32(truncatingIfNeeded: thread.number),
      step: UInt32(truncatingIfNeeded: thread.stepCount),
      children: UInt32(truncatingIfNeeded: thread.children)
    )
    return outer
  }

  /// The running thread has run: what it has done with variables is judged.
  @inline(__always)
  func endWatching(_ outer: interlock_moment) {
    guard let notes = unsafe notes else { return }
    unsafe notes.pointee.moment = outer
    unsafe notes.pointee.moment.children &+= 1
    lookAway()
    if unsafe notes.pointee.access_count > 0 { judgeVariables() }
  }

  /// Notes the objects that are made while the body runs.
  func watchingObjects<Result>(_ body: () -> Result) -> Result {
    guard let accesses else { return body() }
    let outer = unsafe interlock_note_objects(accesses.notes)
    defer { _ = unsafe interlock_note_objects(outer) }
    return body()
  }

  /// Judges what the running thread has done with variables.
  func judgeVariables() {
    let number = unsafe runningThread?._withUnsafeGuaranteedRef { $0.number }
    guard let accesses, let number else { return }
    accesses.read { access in
      // What comes after a failure means nothing.
      if failure == nil { judgeVariable(access, by: number) }
    }
  }

  private func judgeVariable(_ access: interlock_access, by thread: Int) {
    let (address, isWrite, place) = (access.variable, access.is_write, access.place)
    stacks?.note(address, by: thread, isWrite: isWrite, place: place)
    guard
      let race = judge.access(
        address,
        by: thread,
        step: stepCount - 1,
        isWrite: isWrite,
        place: place,
        objectCount: Int(access.object_count)
      )
    else { return }
    fail(.race(race, stacks: [race.first, race.second].map { stack(of: $0, to: address) }))
  }

  private func stack(of access: RaceJudge.Access, to address: UInt) -> CallStack? {
    (stacks ?? AccessStacks()).stack(of: access, to: address)
  }
}
