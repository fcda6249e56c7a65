import Testing

@testable import Interlock

@Suite struct `The rules of an arbitrator between processes` {
  private typealias Rules = SharedArbitratorRules

  private static let everything: UInt64 = 0b11

  private static let parties = (0..<3).map { number in
    Rules.Party(
      member: ProcessFamily.Member(place: UInt32(number), generation: 1),
      thread: 1
    )
  }

  /// The rules, and what they should amount to.
  private struct State {
    var rules = Rules()
    var held: [UInt64] = [0, 0, 0]
    /// What each waits for, the first in line in front.
    var line: [(party: Int, wanted: UInt64)] = []
    var torn: UInt64 = 0
    /// A process that died has another generation when it comes back.
    var deaths = 0
  }

  private func key(_ state: State) -> String {
    "\(state.held) \(state.line) \(state.torn) \(state.deaths)"
  }

  private func successors(_ state: State) -> [State] {
    Self.parties.indices.flatMap { number -> [State] in
      var next = state.deaths < 2 ? [dying(state, number)] : []
      if let place = state.line.firstIndex(where: { $0.party == number }) {
        next += [looking(state, place), leaving(state, place)]
      } else if state.held[number] == 0 {
        next += (1...Self.everything).flatMap {
          [entering(state, number, $0), trying(state, number, $0)]
        }
      } else {
        next += (1...Self.everything).compactMap { releasing(state, number, $0) }
        next.append(mending(state, number))
        refuses(state, number)
      }
      return next
    }
  }

  private func taken(_ state: State, before place: Int? = nil) -> UInt64 {
    state.line.prefix(place ?? state.line.count).reduce(state.held.reduce(0, |)) { $0 | $1.wanted }
  }

  private func entering(_ state: State, _ number: Int, _ wanted: UInt64) -> State {
    var next = state
    let isFree = taken(state) & wanted == 0
    #expect(next.rules.acquire(wanted, Self.parties[number]) == (isFree ? .pass : .wait))
    if isFree { next.held[number] = wanted } else { next.line.append((number, wanted)) }
    return checked(next)
  }

  private func trying(_ state: State, _ number: Int, _ wanted: UInt64) -> State {
    var next = state
    let isFree = taken(state) & wanted == 0
    #expect(next.rules.acquireAtOnce(wanted, Self.parties[number]) == isFree)
    if isFree { next.held[number] = wanted }
    return checked(next)
  }

  /// One that waits looks whether it can go on: if nobody in front wants the same.
  private func looking(_ state: State, _ place: Int) -> State {
    var next = state
    let (number, wanted) = state.line[place]
    let isFree = taken(state, before: place) & wanted == 0
    #expect(next.rules.acquire(wanted, Self.parties[number]) == (isFree ? .pass : .wait))
    if isFree {
      next.line.remove(at: place)
      next.held[number] = wanted
    }
    return checked(next)
  }

  private func leaving(_ state: State, _ place: Int) -> State {
    var next = state
    next.rules.leave(Self.parties[state.line[place].party])
    next.line.remove(at: place)
    return checked(next)
  }

  private func releasing(_ state: State, _ number: Int, _ given: UInt64) -> State? {
    var next = state
    let isHeld = given & ~state.held[number] == 0
    #expect(next.rules.release(given, Self.parties[number]) == isHeld)
    guard isHeld else { return nil }
    next.held[number] &= ~given
    return checked(next)
  }

  private func mending(_ state: State, _ number: Int) -> State {
    var next = state
    #expect(next.rules.mend(Self.everything << 2, Self.parties[number]) == false)
    #expect(next.rules.mend(state.held[number], Self.parties[number]) == true)
    next.torn &= ~state.held[number]
    return checked(next)
  }

  private func dying(_ state: State, _ number: Int) -> State {
    var next = state
    let hasAny = state.held[number] != 0 || state.line.contains { $0.party == number }
    let dead = Self.parties[number].member
    #expect(next.rules.removeDead { $0 != dead } == hasAny)
    guard hasAny else { return state }
    next.torn |= state.held[number]
    next.held[number] = 0
    next.line.removeAll { $0.party == number }
    next.deaths += 1
    return checked(next)
  }

  private func refuses(_ state: State, _ number: Int) {
    var rules = state.rules
    #expect(rules.acquire(1, Self.parties[number]) == .refuse)
  }

  private func checked(_ state: State) -> State {
    for (number, party) in Self.parties.enumerated() {
      #expect(state.rules.held(by: party) == state.held[number], "\(key(state))")
    }
    #expect(state.rules.held == state.held.reduce(0, |))
    #expect(state.rules.waiterCount == state.line.count)
    #expect(state.rules.torn == state.torn)
    return state
  }

  @Test func `hold in every state that three processes, two resources and two deaths can reach`() {
    let count = visitAllStates(from: State(), key: key, successors: successors)
    #expect(count > 500)
  }

  @Test func `let no more into the line than there is room for`() {
    var rules = Rules()
    func party(_ thread: Int) -> Rules.Party {
      Rules.Party(member: Self.parties[0].member, thread: UInt32(thread))
    }
    #expect(rules.acquire(.max, party(0)) == .pass)
    for thread in 1...Rules.limit { #expect(rules.acquire(1, party(thread)) == .wait) }
    #expect(rules.acquire(1, party(Rules.limit + 1)) == .full)
    rules.leave(party(5))
    #expect(rules.acquire(1 << 63, party(Rules.limit + 1)) == .wait)
    #expect(rules.release(.max, party(0)) == true)
    #expect(rules.acquire(1, party(2)) == .wait)
    #expect(rules.acquire(1 << 63, party(Rules.limit + 1)) == .pass)
    #expect(rules.acquire(1, party(1)) == .pass)
    #expect(rules.owner(of: 0) == party(1))
    #expect(rules.owner(of: 1) == nil)
    #expect(rules.removeDead { _ in false } == true)
    #expect(rules.waiterCount == 0)
    #expect(rules.torn == UInt64(1) | UInt64(1) << 63)
  }
}
