import Testing

@testable import Interlock

enum FamilyAct: String, FatalAct {
  case joining, joiningAndLeaving

  func perform(on memory: SharedMemory, _ stage: Stage) throws {
    let (_, lock) = try ProcessFamily.join(memory).get()
    if self == .joiningAndLeaving { lock.release(call: "ProcessFamily.leave()") }
  }
}

@Suite struct `A death in the middle of joining or leaving a family` {
  @Test(arguments: FamilyAct.allCases)
  func `leaves its place to others, and is seen`(_ act: FamilyAct) throws {
    let family = try ProcessFamily.own()
    try dieAtEachStep(of: act, with: family.memory) { memory, trial in
      // Where the victim comes, as the first one after those that are there.
      let (before, lock) = try ProcessFamily.join(memory).get()
      try Harm.unless(family.isAlive(before), "a member that lives is taken for dead")
      lock.release(call: "ProcessFamily.leave()")
      try Harm.unless(!family.isAlive(before), "a member that has left is taken for alive")
      try trial.run()
      try Harm.unless(!family.isAlive(before), "a later member is taken for an earlier one")
      let (after, next) = try ProcessFamily.join(memory).get()
      try Harm.unless(after != before, "two members are the same")
      try Harm.unless(family.isAlive(after), "a member that lives is taken for dead")
      try Harm.unless(!family.isAlive(before), "a later member is taken for an earlier one")
      next.release(call: "ProcessFamily.leave()")
    }
  }
}
