import Interlock
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `The philosophers` {
  private static let correct: [Philosophers.Mode] = [.ordered, .arbitrated]

  /// Philosophers without any patience: they eat so many meals as quickly as they can.
  private func hungry(seats: Int, meals: Int) -> Philosophers {
    var philosophers = Philosophers(seats: seats, eating: .zero, thinking: .zero)
    philosophers.greatestMeals = meals
    return philosophers
  }

  @Test(arguments: correct, [2, 3, 5, 16])
  func `all get all their meals in a correct mode`(mode: Philosophers.Mode, seats: Int) throws {
    let philosophers = hungry(seats: seats, meals: 40)
    let report = try withinPatience { try philosophers.run(mode) }
    #expect(report.ending == .finished)
    #expect(report.meals == Array(repeating: 40, count: seats))
    #expect(report.mean == 40)
  }

  @Test(arguments: correct)
  func `all get something, every time`(mode: Philosophers.Mode) throws {
    let philosophers = hungry(seats: 5, meals: 3)
    for _ in 1...50 {
      let report = try withinPatience { try philosophers.run(mode) }
      #expect(report.ending == .finished)
      #expect(report.meals == [3, 3, 3, 3, 3])
    }
  }

  @Test(arguments: [2, 3, 5])
  func `all wait for their neighbour when everybody takes the left fork, every time`(
    seats: Int
  ) throws {
    let philosophers = hungry(seats: seats, meals: .max)
    for _ in 1...50 {
      let report = try withinPatience { try philosophers.run(.deadlocking) }
      let circle = try #require(report.ending.circle)
      let expected = (1...seats).map { seat in
        let next = seat % seats + 1
        return WaitingCircle.Link(
          thread: "philosopher \(seat)",
          waitsFor: "Lock \"fork \(next)\"",
          heldBy: "philosopher \(next)"
        )
      }
      #expect(circle.links.count == seats)
      #expect(Set(circle.links) == Set(expected))
      // In the order of the circle: each waits for the next one.
      for (link, next) in zip(circle.links, circle.links.dropFirst() + circle.links.prefix(1)) {
        #expect(link.heldBy == next.thread)
      }
    }
  }

  @Test func `are a circle of 64 if there are as many`() throws {
    let philosophers = hungry(seats: 64, meals: .max)
    let report = try withinPatience { try philosophers.run(.deadlocking) }
    #expect(report.ending.circle?.links.count == 64)
  }

  @Test func `eat beside somebody who eats only if they share no fork`() throws {
    let tables: [any DiningTable] = [
      OrderedTable(seats: 5), ArbitratedTable(seats: 5),
      DeadlockingTable(seats: 5, isUnlucky: false),
    ]
    for table in tables {
      let (meanwhile, afterwards) = try withinPatience { try Self.mealsBesides(seat: 0, at: table) }
      #expect(meanwhile == [2, 3])
      #expect(afterwards == [1, 2, 3, 4])
    }
  }

  /// Who eats while somebody does, and who has eaten when all have had their turn.
  private static func mealsBesides(
    seat: Int,
    at table: some DiningTable
  ) throws -> (meanwhile: Set<Int>, afterwards: Set<Int>) {
    let fed = Mutex<Set<Int>>([])
    let meanwhile = try withThreads { threads in
      @Sendable func eat(_ seat: Int) throws {
        try table.withForks(of: seat) { fed.withLock { _ = $0.insert(seat) } }
      }
      var result = Result<Set<Int>, any Error>.success([])
      try table.withForks(of: seat) {
        result = Result {
          // First those who share no fork with this one, for nobody waits for them yet.
          for other in [seat + 2, seat + 3] { try spawn { try eat(other) }.join() }
          for neighbour in [seat + 1, seat + 4] {
            let thread = try threads.spawn { try eat(neighbour) }
            while thread.identity.wait == nil, !thread.isFinished { CurrentThread.yield() }
          }
          return fed.withLock { $0 }
        }
      }
      return try result.get()
    }
    return (meanwhile, fed.withLock { $0 })
  }

  @Test func `stop when the time is over`() throws {
    for mode in Self.correct {
      let report = try withinPatience { try Philosophers().run(mode, until: .now) }
      #expect(report.ending == .finished)
      #expect(report.meals == [0, 0, 0, 0, 0])
    }
  }
}
