import Testing

@testable import Interlock

@Suite struct `The rules of an arbitrator` {
  private typealias Rules = ArbitratorRules<Int>

  private let threads = makeRecords(3)
  /// All that can be wanted of three resources.
  private let wishes: [Set<Int>] = (1..<8).map { bits in
    Set((0..<3).filter { bits & 1 << $0 != 0 })
  }

  /// The rules, and what they should amount to.
  private struct State {
    var rules = Rules()
    /// What each thread holds.
    var held: [Set<Int>] = [[], [], []]
  }

  private func key(_ state: State) -> String {
    let line = state.rules.line.map { "\($0.thread.name):\($0.wanted.sorted())" }
    return "\(state.held.map { $0.sorted() }) \(line)"
  }

  private func number(of thread: ThreadRecord) -> Int {
    threads.firstIndex { $0 === thread } ?? -1
  }

  /// The states that one event leads to.
  private func successors(_ state: State) -> [State] {
    let waiting = state.rules.line.map { number(of: $0.thread) }
    return threads.indices.flatMap { number -> [State] in
      if waiting.contains(number) { return [leaving(state, number)] }
      let held = state.held[number]
      if held.isEmpty {
        return wishes.flatMap { [entering(state, number, $0), trying(state, number, $0)] }
      }
      refuses(state, number)
      let released = wishes.filter { $0.isSubset(of: held) }.map { releasing(state, number, $0) }
      return released + wishes.map { trying(state, number, $0) }
    }
  }

  private func isAvailable(_ wanted: Set<Int>, _ state: State) -> Bool {
    state.held.allSatisfy(wanted.isDisjoint)
      && state.rules.line.allSatisfy { wanted.isDisjoint(with: $0.wanted) }
  }

  private func entering(_ state: State, _ number: Int, _ wanted: Set<Int>) -> State {
    var next = state
    let isFree = isAvailable(wanted, state)
    #expect(next.rules.acquire(wanted, threads[number]) == (isFree ? .pass : .wait))
    if isFree { next.held[number] = wanted }
    return checked(next, after: state, woken: [])
  }

  private func trying(_ state: State, _ number: Int, _ wanted: Set<Int>) -> State {
    var next = state
    let isFree = isAvailable(wanted, state)
    #expect(next.rules.acquireAtOnce(wanted, threads[number]) == isFree)
    if isFree { next.held[number].formUnion(wanted) }
    return checked(next, after: state, woken: [])
  }

  private func releasing(_ state: State, _ number: Int, _ given: Set<Int>) -> State {
    var next = state
    next.held[number].subtract(given)
    guard case .done(let woken) = next.rules.release(given, threads[number]) else {
      Issue.record("\(given) was held in \(key(state))")
      return state
    }
    return checked(next, after: state, woken: woken)
  }

  private func leaving(_ state: State, _ number: Int) -> State {
    var next = state
    let (hasLeft, woken) = next.rules.leave(threads[number])
    #expect(hasLeft)
    var again = next.rules
    let second = again.leave(threads[number])
    #expect(!second.hasLeft && second.woken.isEmpty)
    return checked(next, after: state, woken: woken)
  }

  /// A holder neither waits for more nor releases what it does not hold.
  private func refuses(_ state: State, _ number: Int) {
    var rules = state.rules
    #expect(rules.acquire([0], threads[number]) == .refuse)
    guard let other = (0..<3).first(where: { !state.held[number].contains($0) }) else { return }
    guard case .notHeld(other) = rules.release([other], threads[number]) else {
      Issue.record("released \(other) in \(key(state))")
      return
    }
  }

  /// Checks what must hold in every state, and hands the woken threads what they wanted.
  private func checked(_ state: State, after before: State, woken: [ThreadRecord]) -> State {
    var state = state
    for thread in woken {
      #expect(thread.signalled == .given)
      thread.prepareToWait()
      guard let place = before.rules.line.firstIndex(where: { $0.thread === thread }) else {
        Issue.record("\(thread.name) did not wait in \(key(before))")
        continue
      }
      let wanted = before.rules.line[place].wanted
      state.held[number(of: thread)] = wanted
      // Nobody who came first, and waits on, wants any of it.
      let passed = before.rules.line.prefix(place).map(\.thread)
      for request in state.rules.line where passed.contains(where: { $0 === request.thread }) {
        #expect(request.wanted.isDisjoint(with: wanted), "\(key(before)) to \(key(state))")
      }
    }
    for resource in 0..<3 {
      let owners = state.held.indices.filter { state.held[$0].contains(resource) }
      #expect(owners.count <= 1)
      #expect(owners.first == state.rules.holders[resource].map(number))
    }
    var taken = Set(state.held.joined())
    for request in state.rules.line {
      #expect(!request.wanted.isDisjoint(with: taken), "nobody waits for nothing: \(key(state))")
      taken.formUnion(request.wanted)
    }
    return state
  }

  @Test func `hold in every state that three threads and three resources can reach`() {
    let count = visitAllStates(from: State(), key: key) { state in
      let next = successors(state)
      // Whatever was reached, everybody gets what it waits for if the holders release.
      var ending = state
      for _ in 0..<3 {
        for number in threads.indices where !ending.held[number].isEmpty {
          ending = releasing(ending, number, ending.held[number])
        }
      }
      #expect(ending.rules.line.isEmpty && ending.rules.holders.isEmpty)
      return next
    }
    #expect(count > 500)
  }
}
