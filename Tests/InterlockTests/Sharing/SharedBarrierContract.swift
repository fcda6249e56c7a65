import Testing

@testable import Interlock

/// What a barrier promises wherever its parties are.
@Suite struct `A barrier whose parties are` {
  /// A party that comes as often as it is said, or until the barrier breaks.
  struct Party: Codable, Sendable {
    let barrier: SharedBarrier
    let stage: Stage
    var rounds = 1
    var isPatient = true

    init(_ barrier: SharedBarrier, rounds: Int = 1, isPatient: Bool = true) throws {
      self.barrier = barrier
      stage = try Stage()
      self.rounds = rounds
      self.isPatient = isPatient
    }

    /// What numbers it had in the rounds, and why it has not gone on.
    struct Outcome: Codable, Equatable, Sendable {
      var indices: [Int] = []
      var isBroken = false
      var isLate = false
    }

    func run() -> Outcome {
      stage.enter()
      var outcome = Outcome()
      do throws(BarrierError) {
        for _ in 0..<rounds {
          let deadline = Deadline.after(isPatient ? TestTime.long : TestTime.short)
          outcome.indices.append(try barrier.arriveAndWait(until: deadline))
        }
      } catch {
        outcome.isBroken = error.reason == .broken
        outcome.isLate = error.reason == .timedOut
      }
      return outcome
    }

    /// Lets it come.
    func start(_ place: Place) throws -> () throws -> Outcome {
      switch place {
      case .thread:
        let thread = try spawn { () throws(any Error) in run() }
        return { try thread.result() }
      case .process:
        let worker = try WorkerProcess(self) { $0.run() }
        return {
          guard let outcome = try worker.join(for: TestTime.limit) else {
            throw Stuck("a party did not finish")
          }
          return outcome
        }
      }
    }
  }

  @Test(arguments: Place.allCases)
  func `numbers each of them once in each round`(_ place: Place) throws {
    let barrier = try SharedBarrier(parties: 3)
    let rounds = 200
    let others = try [place, .thread].map { place in
      try Party(barrier, rounds: rounds).start(place)
    }
    let own = try Party(barrier, rounds: rounds).run()
    let outcomes = try [own] + others.map { try $0() }
    for round in 0..<rounds {
      #expect(Set(outcomes.compactMap { $0.indices.dropFirst(round).first }) == [0, 1, 2])
    }
    #expect(!barrier.isBroken)
  }

  @Test(arguments: Place.allCases)
  func `lets them go with an error when somebody breaks it or makes it as new`(
    _ place: Place
  ) throws {
    let barrier = try SharedBarrier(parties: 3)
    for end in [{ @Sendable in barrier.abort() }, { @Sendable in barrier.reset() }] {
      let others = try [place, .thread].map { try Party(barrier).start($0) }
      try eventually { barrier.waiterCount == 2 }
      end()
      for other in others { #expect(try other() == Party.Outcome(isBroken: true)) }
      barrier.reset()
      #expect(!barrier.isBroken && barrier.waiterCount == 0)
    }
  }

  @Test(arguments: Place.allCases)
  func `lets nobody pass whom nobody has met, however often it is made as new`(
    _ place: Place
  ) throws {
    let barrier = try SharedBarrier(parties: 2)
    for count in [1, 2, 12, 16, 17, 40] {
      let other = try Party(barrier).start(place)
      try eventually { barrier.waiterCount == 1 }
      // Before it has seen that it is let go.
      for _ in 0..<count { barrier.reset() }
      #expect(try other() == Party.Outcome(isBroken: true), "\(count) times")
    }
  }

  @Test(arguments: Place.allCases)
  func `breaks when one of them gives up`(_ place: Place) throws {
    let barrier = try SharedBarrier(parties: 3)
    let other = try Party(barrier).start(.thread)
    try eventually { barrier.waiterCount == 1 }
    let late = try Party(barrier, isPatient: false).start(place)
    #expect(try late() == Party.Outcome(isLate: true))
    #expect(try other() == Party.Outcome(isBroken: true))
    #expect(try Party(barrier).start(place)() == Party.Outcome(isBroken: true))
  }
}
