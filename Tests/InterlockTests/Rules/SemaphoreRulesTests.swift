import Testing

@testable import Interlock

@Suite struct `The rules of a semaphore` {
  private static let limit = 3
  private let threads = makeRecords(4)

  /// The rules, and what they should amount to.
  private struct State {
    var rules: SemaphoreRules
    /// How many permits each thread has.
    var held: [Int]
  }

  private func key(_ state: State) -> String {
    let line = state.rules.line.map { "\($0.thread.name):\($0.count)" }
    return "\(state.rules.permits) \(state.held) \(line)"
  }

  /// The states that one event leads to.
  private func successors(_ state: State) -> [State] {
    let waiting = state.rules.line.map(\.thread)
    var results: [State] = []
    for (number, thread) in threads.enumerated() {
      if waiting.contains(where: { $0 === thread }) {
        results.append(leaving(state, thread))
      } else if state.held[number] > 0 {
        for count in 1...state.held[number] { results.append(releasing(state, number, count)) }
      } else {
        for count in 1...Self.limit {
          results += [entering(state, number, count), trying(state, number, count)]
        }
      }
    }
    return results
  }

  private func entering(_ state: State, _ number: Int, _ count: Int) -> State {
    var next = state
    let isFree = state.rules.line.isEmpty && state.rules.permits >= count
    let entry = next.rules.acquire(count, threads[number])
    #expect(entry == (isFree ? .pass : .wait))
    if isFree { next.held[number] = count }
    return checked(next, after: state, woken: [])
  }

  private func trying(_ state: State, _ number: Int, _ count: Int) -> State {
    var next = state
    let isTaken = next.rules.acquireAtOnce(count)
    #expect(isTaken == (state.rules.line.isEmpty && state.rules.permits >= count))
    if isTaken { next.held[number] = count }
    return checked(next, after: state, woken: [])
  }

  private func releasing(_ state: State, _ number: Int, _ count: Int) -> State {
    var next = state
    next.held[number] -= count
    let woken = next.rules.release(count, limit: Self.limit)
    #expect(woken != nil, "no more permits than were acquired come back")
    return checked(next, after: state, woken: woken ?? [])
  }

  private func leaving(_ state: State, _ thread: ThreadRecord) -> State {
    var next = state
    let (hasLeft, woken) = next.rules.leave(thread)
    #expect(hasLeft)
    var again = next.rules
    let second = again.leave(thread)
    #expect(!second.hasLeft && second.woken.isEmpty)
    return checked(next, after: state, woken: woken)
  }

  /// Checks what must hold in every state, and hands the woken threads their permits.
  private func checked(_ state: State, after before: State, woken: [ThreadRecord]) -> State {
    var state = state
    var old = before.rules.line.filter { request in
      state.rules.line.contains { $0.thread === request.thread }
        || woken.contains { $0 === request.thread }
    }
    // Those who came first are served first.
    for thread in woken {
      let request = old.removeFirst()
      #expect(request.thread === thread)
      #expect(thread.signalled == .given)
      thread.prepareToWait()
      if let number = threads.firstIndex(where: { $0 === thread }) {
        state.held[number] = request.count
      }
    }
    #expect(state.rules.permits >= 0)
    #expect(state.rules.permits + state.held.reduce(0, +) == Self.limit)
    if let first = state.rules.line.first { #expect(first.count > state.rules.permits) }
    return state
  }

  @Test func `hold in every state that three permits and four threads can reach`() {
    let start = State(
      rules: SemaphoreRules(permits: Self.limit),
      held: Array(repeating: 0, count: 4)
    )
    let count = visitAllStates(from: start, key: key, successors: successors)
    #expect(count > 500)
  }

  @Test func `refuse more permits than the limit, or than can be counted`() {
    var rules = SemaphoreRules(permits: 2)
    #expect(rules.release(2, limit: 3) == nil)
    #expect(rules.permits == 2)
    let woken = rules.release(1, limit: 3)
    #expect(woken?.isEmpty == true)
    #expect(rules.permits == 3)
    #expect(rules.release(.max, limit: .max) == nil)
    #expect(rules.permits == 3)
  }
}
