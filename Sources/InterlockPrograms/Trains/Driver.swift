import Interlock

/// Takes one train to its goal, on the calling thread.
struct Driver<Signals: SignalBox> {
  let route: Route
  let signals: Signals
  /// How long the train takes for a unit.
  let unitTime: Duration
  /// Is told what the train does, as it does it.
  let report: @Sendable (TrainEvent) throws -> Void

  /// Drives until the train has arrived, or its thread is cancelled.
  ///
  /// - Parameter stopAll: Called if the train would wait for ever, while it still has its crossings.
  /// - Returns: Whether the train has arrived.
  /// - Throws: `Deadlock` if the train would wait for ever; everything is given back then. What
  ///   `report` throws.
  func drive(_ stopAll: (Deadlock) -> Void) throws -> Bool {
    var journey = Journey(route)
    var reserved: [Int] = []
    // A train that does not arrive leaves the way to the others.
    defer { for crossing in reserved { signals.release(crossing) } }
    var time = Deadline.now
    while !CurrentThread.isCancelled, let step = journey.next() {
      switch step {
      case .move:
        if unitTime > .zero {
          time = time + unitTime
          guard CurrentThread.sleep(until: time) else { return false }
        }
        try tell(.move, journey)
      case .reach(let row):
        guard !reserved.contains(row[0]) else { continue }
        try tell(.ask(crossing: row[0]), journey)
        let new = try reserve(row, journey, stopAll)
        reserved += new
        for crossing in new { try tell(.reserve(crossing: crossing), journey) }
        time = .now
      case .leave(let crossing):
        // Told before it is true: nobody else can have told that they have the crossing.
        try tell(.leave(crossing: crossing), journey)
        signals.release(crossing)
        reserved.removeAll { $0 == crossing }
      }
    }
    guard journey.hasArrived else { return false }
    try tell(.arrive, journey)
    return true
  }

  private func reserve(
    _ row: [Int],
    _ journey: Journey,
    _ stopAll: (Deadlock) -> Void
  ) throws -> [Int] {
    do {
      return try signals.reserve(row)
    } catch let deadlock as Deadlock {
      stopAll(deadlock)
      try tell(.giveUp, journey)
      throw deadlock
    }
  }

  private func tell(_ action: TrainEvent.Action, _ journey: Journey) throws {
    try report(TrainEvent(train: route.train, position: journey.front, action: action))
  }
}
