import InterlockChecker
import InterlockPrograms

extension Scenario {
  /// Two robots share two tools.
  static let robots: [Scenario] = [
    Scenario(
      "robots-deadlocking",
      "each takes one tool, and waits for the other one for ever",
      .refuted(.deadlock)
    ) {
      try work(at: DeadlockingBench(isUnlucky: false))
    },
    Scenario("robots-ordered", "both take the left tool first", .correct) {
      try work(at: OrderedBench())
    },
    Scenario("robots-arbitrated", "each asks for both at once", .correct) {
      try work(at: ArbitratedBench())
    },
  ]

  private static func work(at bench: some Bench) throws {
    let report = try Robots(rounds: 1).run(at: bench)
    try require(report.rounds == [1, 1], "a robot has not done its work")
  }

  /// Philosophers share forks.
  static let philosophers: [Scenario] = [
    Scenario(
      "philosophers-deadlocking",
      "each takes the fork on the left, and waits for the other one for ever",
      .refuted(.deadlock)
    ) {
      try dine(at: DeadlockingTable(seats: seats, isUnlucky: false))
    },
    Scenario("philosophers-ordered", "each takes the fork with the lower number first", .correct) {
      try dine(at: OrderedTable(seats: seats))
    },
    Scenario("philosophers-arbitrated", "each asks the waiter for both at once", .correct) {
      try dine(at: ArbitratedTable(seats: seats))
    },
  ]

  private static let seats = 3

  private static func dine(at table: some DiningTable) throws {
    var dinner = Philosophers(seats: table.seats, eating: .zero, thinking: .zero)
    dinner.greatestMeals = 1
    let report = try dinner.run(at: table)
    try require(report.meals.allSatisfy { $0 == 1 }, "a philosopher has not eaten")
  }

  /// Trains share crossings.
  static let trains: [Scenario] = [
    Scenario(
      "trains-deadlocking",
      "each reserves its first crossing, and waits for its second one for ever",
      .refuted(.deadlock)
    ) {
      try drive(DeadlockingSignals(crossings: railway.tracks, isUnlucky: false))
    },
    Scenario("trains-ordered", "all reserve crossings in the order of their numbers", .correct) {
      try drive(OrderedSignals(crossings: railway.tracks))
    },
    Scenario("trains-arbitrated", "each reserves all that it needs at once", .correct) {
      try drive(ArbitratedSignals())
    },
  ]

  /// As few trains as can deadlock, on tracks as short as can be; each longer than the way between its two
  /// crossings.
  private static let railway = Railway(
    tracks: 2,
    trackLength: 6,
    trainLength: 3,
    firstCrossing: 1,
    secondCrossing: 3,
    crossingLength: 1
  )

  private static func drive(_ signals: some SignalBox) throws {
    let report = try Trains(railway: railway).run(with: signals)
    try require(report.arrived.sorted() == [1, 2], "a train has not arrived")
  }
}
