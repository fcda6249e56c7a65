/// What an execution leaves to the next one: room that has been made, and nothing that was in it.
@safe
final class Leftovers {
  let fibers = FiberPool()
  var judge = RaceJudge()
  var threads: [ControlledThread] = []
  var byNumber: [Unmanaged<ControlledThread>?] = unsafe []
  var innerWords: [UInt] = []
  var outerWords: [(address: UInt, slot: ObjectNames.Slot)] = []
}
