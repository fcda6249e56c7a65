import Interlock

/// Philosophers sit around a table, think, and eat with two forks, of which there is one for each.
///
/// How they get their forks is the lesson: the siblings of ``DeadlockingTable`` differ in nothing else.
///
///     let report = try Philosophers(seats: 5).run(.arbitrated, until: .after(.seconds(1)))
///     print(report.meals)
public struct Philosophers: Hashable, Sendable {
  /// How the philosophers get their forks.
  public enum Mode: String, CaseIterable, Sendable {
    /// The left fork first, and then the right one: they end up waiting for each other.
    case deadlocking
    /// The fork with the lower number first.
    case ordered
    /// Both forks at once, from a waiter.
    case arbitrated
  }

  /// What came of it.
  public struct Report: Hashable, Sendable {
    /// Whether they finished.
    public let ending: Ending
    /// How often each philosopher has eaten, by seat.
    public let meals: [Int]

    /// How often they have eaten on average.
    public var mean: Double { Double(meals.reduce(0, +)) / Double(meals.count) }
  }

  /// How many philosophers there are, 2 or more.
  public var seats: Int
  /// How long a meal takes.
  public var eating: Duration
  /// How long a philosopher thinks between two meals.
  public var thinking: Duration
  /// How often each of them eats at the most.
  public var greatestMeals = Int.max

  /// Creates philosophers.
  ///
  /// - Parameters:
  ///   - seats: How many there are, 2 or more.
  ///   - eating: How long a meal takes.
  ///   - thinking: How long they think between two meals.
  public init(
    seats: Int = 5,
    eating: Duration = .milliseconds(1),
    thinking: Duration = .milliseconds(1)
  ) {
    self.seats = seats
    self.eating = eating
    self.thinking = thinking
  }

  /// Lets the philosophers eat and think.
  ///
  /// - Parameters:
  ///   - mode: How they get their forks.
  ///   - deadline: When nobody begins another meal.
  /// - Returns: How it ended.
  /// - Throws: `ThreadError` if the system gives the process no other thread.
  public func run(_ mode: Mode, until deadline: Deadline = .never) throws -> Report {
    switch mode {
    case .deadlocking: try run(at: DeadlockingTable(seats: seats), until: deadline)
    case .ordered: try run(at: OrderedTable(seats: seats), until: deadline)
    case .arbitrated: try run(at: ArbitratedTable(seats: seats), until: deadline)
    }
  }

  /// Lets the philosophers eat and think at a table of your own.
  ///
  /// - Parameters:
  ///   - table: Where they sit: as many as it has seats.
  ///   - deadline: When nobody begins another meal.
  /// - Returns: How it ended.
  /// - Throws: `ThreadError` if the system gives the process no other thread, and what the table
  ///   throws besides `Deadlock`.
  public func run(at table: some DiningTable, until deadline: Deadline = .never) throws -> Report {
    let meals = Mutex([Int](repeating: 0, count: table.seats), name: "meals")
    let ending = try Ending.ofThreads(
      named: (1...table.seats).map { "philosopher \($0)" },
      working: { @Sendable seat, _ in
        var eaten = 0
        defer { meals.withLock { $0[seat] = eaten } }
        while eaten < greatestMeals, !deadline.hasPassed, !CurrentThread.isCancelled {
          try table.withForks(of: seat) {
            pass(eating)
            eaten += 1
          }
          pass(thinking)
        }
      }
    )
    return Report(ending: ending, meals: meals.withLock { $0 })
  }

  private func pass(_ time: Duration) {
    if time > .zero { CurrentThread.sleep(for: time) }
  }
}
