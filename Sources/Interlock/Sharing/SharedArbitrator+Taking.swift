// What the verbs of an arbitrator between processes do with its state.
extension SharedArbitrator {
  /// The calling thread.
  var party: SharedArbitratorRules.Party {
    SharedArbitratorRules.Party(member: cell.family.member, thread: ThreadNumber.current)
  }

  /// The set of some resources, as a word of bits.
  func bits(_ resources: some Sequence<Int>, _ call: StaticString) -> UInt64 {
    resources.reduce(0) { bits, number in
      guard 0..<resourceCount ~= number else {
        misuse(
          "SharedArbitrator.\(call)() of resource \(number): there are those from 0 to "
            + "\(resourceCount - 1)."
        )
      }
      return bits | 1 << UInt64(number)
    }
  }

  /// The resources of a set.
  static func numbers(_ bits: UInt64) -> Set<Int> {
    Set((0..<SharedArbitratorRules.limit).filter { bits & 1 << $0 != 0 })
  }

  /// Those of some resources that may be torn.
  func torn(among wanted: UInt64) -> Set<Int> {
    Self.numbers(cell.withLock { $0.rules.torn } & wanted)
  }

  /// Takes resources if they are there; what the dead hold is.
  func takeAtOnce(_ wanted: UInt64) -> Bool {
    let (family, party) = (cell.family, party)
    let (isTaken, isRepaired) = cell.withLock { state in
      if state.rules.acquireAtOnce(wanted, party) { return (true, false) }
      guard state.rules.removeDead(family.isAlive) else { return (false, false) }
      return (state.rules.acquireAtOnce(wanted, party), true)
    }
    if isRepaired { cell.announceChange() }
    return isTaken
  }

  /// Takes resources, waiting for them; with a deadline it may give up.
  func take(_ wanted: UInt64, until deadline: Deadline?) -> Bool {
    // Nothing is had at once, whatever else the thread holds.
    if wanted == 0 { return true }
    let (family, party) = (cell.family, party)
    var isRepaired = false
    let entry = cell.wait(until: deadline) { state -> SharedArbitratorRules.Entry? in
      var entry = state.rules.acquire(wanted, party)
      if entry == .wait || entry == .full, state.rules.removeDead(family.isAlive) {
        isRepaired = true
        entry = state.rules.acquire(wanted, party)
      }
      return entry == .pass || entry == .refuse ? entry : nil
    }
    if entry == .refuse { refuseMore() }
    if entry == nil { cell.withLock { $0.rules.leave(party) } }
    // Others may have waited for the dead, or for who has given up.
    if entry == nil || isRepaired { cell.announceChange() }
    return entry == .pass
  }

  /// Gives resources back, and lets those look who wait.
  func giveBack(_ given: UInt64) {
    let party = party
    guard cell.withLock({ $0.rules.release(given, party) }) else {
      misuse(
        "SharedArbitrator.release() by \"\(ThreadRecord.current.name)\" of something that it does not "
          + "hold. Only the thread that acquired a resource releases it, once."
      )
    }
    cell.announceChange()
  }

  /// Releases what the body has not released early.
  func releaseRest(of wanted: UInt64) {
    let party = party
    let held = cell.withLock { $0.rules.held(by: party) } & wanted
    if held != 0 { giveBack(held) }
  }

  private func refuseMore() -> Never {
    misuse(
      "SharedArbitrator.acquire() by a thread that holds something of it already: whoever waits while "
        + "it holds something may wait in a circle. Acquire everything at once, or release first."
    )
  }
}
