import Testing

@testable import Interlock

@Suite struct `The line of an ordered stage` {
  private enum Worker: Equatable {
    case idle
    case waitsForRoom
    /// There is room, and nobody else enters.
    case entered
    case works(place: Int)
    case waitsForTurn(place: Int)
    /// Has the turn, and has passed on the results of that place.
    case hasPassed(place: Int)
    case gone
  }

  /// The rules, and what workers do with them.
  private struct State {
    var rules: PipelineLineRules<Int>
    var workers: [Worker]
    var taken = 0
    var passed: [Int] = []
    var isEnded = false
  }

  private let elements = 5
  private let threads = makeRecords(3)

  private func key(_ state: State) -> String {
    "\(state.rules) \(state.workers) \(state.taken) \(state.passed.count) \(state.isEnded)"
  }

  @Test(arguments: [1, 2, 3, 4])
  func `passes on all results in order, whoever is faster, and nobody is stuck`(room: Int) {
    let start = State(
      rules: PipelineLineRules(room: room),
      workers: threads.map { _ in .idle }
    )
    let count = visitAllStates(from: start, key: key, successors: successors)
    #expect(count > 100)
  }

  private func successors(_ state: State) -> [State] {
    var results = threads.indices.flatMap { steps(of: $0, from: state) }
    if results.isEmpty {
      #expect(state.workers.allSatisfy { $0 == .gone }, "stuck: \(state)")
      if !state.isEnded { #expect(state.passed.count == elements) }
    }
    if !state.isEnded { results.append(ended(state)) }
    for result in results { check(result) }
    return results
  }

  private func check(_ state: State) {
    #expect(state.passed == Array(0..<state.passed.count))
    let turns = state.workers.filter { worker in
      switch worker {
      case .works(let place), .waitsForTurn(let place): place == state.rules.turn
      case .hasPassed(let place): place == state.rules.turn
      case .idle, .waitsForRoom, .entered, .gone: false
      }
    }
    if !state.isEnded {
      #expect(turns.count == (state.rules.turn < state.rules.next ? 1 : 0), "\(state)")
    }
  }

  private func steps(of number: Int, from state: State) -> [State] {
    var next = state
    switch state.workers[number] {
    case .idle:
      let isEntryTaken = state.workers.contains { $0 == .waitsForRoom || $0 == .entered }
      if isEntryTaken { return [] }
      if state.taken == elements {
        next.workers[number] = .gone
        return [next]
      }
      next.workers[number] = worker(
        after: next.rules.enter(threads[number]),
        given: .entered,
        waiting: .waitsForRoom
      )
      return [next]
    case .entered:
      let place = next.rules.give()
      #expect(place == state.taken)
      next.taken += 1
      next.workers[number] = .works(place: place)
      return [next]
    case .works(let place):
      return [settled(state, number, place), awaited(state, number, place)]
    case .hasPassed(let place):
      return [advanced(state, number, place)]
    case .waitsForRoom, .waitsForTurn, .gone:
      return []
    }
  }

  private func worker(after entry: Entry, given: Worker, waiting: Worker) -> Worker {
    switch entry {
    case .pass: given
    case .wait: waiting
    case .refuse: .gone
    }
  }

  private func settled(_ state: State, _ number: Int, _ place: Int) -> State {
    var next = state
    if let results = next.rules.settle([place], at: place) {
      next.passed += results
      next.workers[number] = .hasPassed(place: place)
    } else {
      next.workers[number] = .idle
    }
    return next
  }

  private func awaited(_ state: State, _ number: Int, _ place: Int) -> State {
    var next = state
    let entry = next.rules.awaitTurn(of: place, threads[number])
    #expect(entry == (state.isEnded ? .refuse : place == state.rules.turn ? .pass : .wait))
    next.workers[number] = worker(
      after: entry,
      given: .hasPassed(place: place),
      waiting: .waitsForTurn(place: place)
    )
    if entry == .pass { next.passed.append(place) }
    return next
  }

  private func advanced(_ state: State, _ number: Int, _ place: Int) -> State {
    var next = state
    let (results, woken) = next.rules.advance()
    if let results {
      next.passed += results
      next.workers[number] = .hasPassed(place: place + 1)
    } else {
      next.workers[number] = .idle
    }
    for thread in woken {
      guard let other = threads.firstIndex(where: { $0 === thread }) else { continue }
      switch next.workers[other] {
      case .waitsForRoom: next.workers[other] = .entered
      case .waitsForTurn(let place):
        #expect(results == nil, "one place has the turn")
        next.passed.append(place)
        next.workers[other] = .hasPassed(place: place)
      case .idle, .entered, .works, .hasPassed, .gone: Issue.record("\(state) woke \(other)")
      }
    }
    return next
  }

  private func ended(_ state: State) -> State {
    var next = state
    next.isEnded = true
    for thread in next.rules.end() {
      guard let other = threads.firstIndex(where: { $0 === thread }) else { continue }
      next.workers[other] = .gone
    }
    return next
  }

  @Test func `is left by whoever stands in it, once`() {
    var rules = PipelineLineRules<Int>(room: 2)
    let places = [rules.give(), rules.give()]
    let entries = [rules.enter(threads[0]), rules.awaitTurn(of: 1, threads[1])]
    #expect(places == [0, 1] && entries == [.wait, .wait])
    for thread in threads[0...1] {
      let hasLeft = [rules.leave(thread), rules.leave(thread)]
      #expect(hasLeft == [true, false])
    }
    let woken = rules.advance().woken
    #expect(woken.isEmpty)
  }
}
