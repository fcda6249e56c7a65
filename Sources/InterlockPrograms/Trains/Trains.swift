import Interlock

/// Trains on crossing tracks, each longer than the way between its two crossings.
///
/// Each train is driven by a thread, and all depart at the same time. How they get their crossings is
/// the lesson: the siblings of ``DeadlockingSignals`` differ in nothing else.
///
///     let report = try Trains(speed: 10).run(.arbitrated) { print($0) }
///     print(report.arrived)
public struct Trains: Hashable, Sendable {
  /// How the trains get their crossings.
  public enum Mode: String, CaseIterable, Sendable {
    /// One crossing after the other, as they come: they end up waiting for each other.
    case deadlocking
    /// All crossings that they need, the lowest number first.
    case ordered
    /// All crossings that they need at once, from an arbitrator.
    case arbitrated
  }

  /// What came of it.
  public struct Report: Hashable, Sendable {
    /// Whether they finished.
    public let ending: Ending
    /// The numbers of the trains that have arrived, in the order of their arrival.
    public let arrived: [Int]
  }

  /// The tracks, and the trains on them.
  public var railway: Railway
  /// How many times as fast as usual the trains are; 0 stands for as fast as they can.
  public var speed: Double

  /// How many units a train goes in a second at speed 1.
  public static let usualUnitsPerSecond = 40.0

  /// Creates trains.
  ///
  /// - Parameters:
  ///   - railway: The tracks, and the trains on them.
  ///   - speed: How many times as fast as usual the trains are; 0 stands for as fast as they can.
  public init(railway: Railway = Railway(), speed: Double = 0) {
    self.railway = railway
    self.speed = speed
  }

  /// Lets the trains go to their goals while somebody watches.
  ///
  /// - Parameters:
  ///   - mode: How they get their crossings.
  ///   - watch: Is told what they do, one event after the other, on the calling thread. It is told
  ///     nothing any more after a train has given up.
  /// - Returns: How it ended.
  /// - Throws: `ThreadError` if the system gives the process no other thread, or what `watch` throws.
  public func run(_ mode: Mode, watch: (TrainEvent) throws -> Void) throws -> Report {
    switch mode {
    case .deadlocking: try run(with: DeadlockingSignals(crossings: railway.tracks), watch: watch)
    case .ordered: try run(with: OrderedSignals(crossings: railway.tracks), watch: watch)
    case .arbitrated: try run(with: ArbitratedSignals(), watch: watch)
    }
  }

  /// Lets the trains go to their goals with signals of your own.
  ///
  /// - Parameter signals: Let at most one train at a time onto each crossing.
  /// - Returns: How it ended.
  /// - Throws: `ThreadError` if the system gives the process no other thread, and what the signals
  ///   throw besides `Deadlock`.
  public func run(with signals: some SignalBox) throws -> Report {
    try run(with: signals, reporting: { _ in })
  }

  private func run(
    with signals: some SignalBox,
    watch: (TrainEvent) throws -> Void
  ) throws -> Report {
    let events = BlockingQueue<TrainEvent>(name: "events")
    let driving = Atomic(railway.tracks)
    return try run(
      with: signals,
      reporting: { event in try events.put(event) },
      atTheEnd: { @Sendable in
        // Ordering: the last one sees what the others have put, for the queue has it already.
        if driving.wrappingSubtract(1, ordering: .relaxed).newValue == 0 { events.close() }
      },
      meanwhile: {
        var isOver = false
        for event in events where !isOver {
          try watch(event)
          isOver = event.action == .giveUp
        }
      }
    )
  }

  private func run(
    with signals: some SignalBox,
    reporting report: @escaping @Sendable (TrainEvent) throws -> Void,
    atTheEnd leave: @escaping @Sendable () -> Void = {},
    meanwhile: () throws -> Void = {}
  ) throws -> Report {
    let arrived = Mutex<[Int]>([], name: "arrived")
    let unitTime: Duration =
      speed > 0 ? .seconds(1 / (Self.usualUnitsPerSecond * speed)) : .zero
    let ending = try Ending.ofThreads(
      named: railway.numbers.map { "train \($0)" },
      working: { @Sendable place, stopAll in
        defer { leave() }
        let route = railway.route(of: railway.numbers.lowerBound + place)
        let driver = Driver(route: route, signals: signals, unitTime: unitTime, report: report)
        if try driver.drive(stopAll) { arrived.withLock { $0.append(route.train) } }
      },
      meanwhile: meanwhile
    )
    return Report(ending: ending, arrived: arrived.withLock { $0 })
  }
}
