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

  /// Lets the running thread's fiber run, and judges what the thread does with variables.
  @inline(__always)
  func resumeWatched(_ thread: ControlledThread) -> Fiber.State {
    guard let notes = unsafe notes else { return thread.fiber.resume() }
    // One that starts another one does other things before and after.
    let outerMoment = unsafe notes.pointee.moment
    unsafe notes.pointee.moment = interlock_moment(
      thread: UInt32(truncatingIfNeeded: thread.number),
      step: UInt32(truncatingIfNeeded: thread.stepCount),
      children: UInt32(truncatingIfNeeded: thread.children)
    )
    let outer = unsafe interlock_note_objects(notes)
    let state = thread.fiber.resume()
    _ = unsafe interlock_note_objects(outer)
    unsafe notes.pointee.moment = outerMoment
    unsafe notes.pointee.moment.children &+= 1
    lookAway()
    if unsafe notes.pointee.access_count > 0 { judgeVariables() }
    return state
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
