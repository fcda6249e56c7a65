import Interlock
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `The trains` {
  private static let correct: [Trains.Mode] = [.ordered, .arbitrated]

  /// A railway on which there is little way to go.
  private static let small = Railway(
    tracks: 4,
    trackLength: 8,
    trainLength: 4,
    firstCrossing: 2,
    secondCrossing: 4,
    crossingLength: 1
  )

  @Test(arguments: correct)
  func `all arrive in a correct mode, every time`(mode: Trains.Mode) throws {
    for _ in 1...50 {
      let report = try withinPatience { try Trains(railway: Self.small).run(mode) { _ in } }
      #expect(report.ending == .finished)
      #expect(report.arrived.sorted() == [1, 2, 3, 4])
    }
  }

  @Test(arguments: correct, [2, 3, 7])
  func `all arrive however many there are`(mode: Trains.Mode, tracks: Int) throws {
    var railway = Railway()
    railway.tracks = tracks
    let trains = Trains(railway: railway)
    let report = try withinPatience { try trains.run(mode) { _ in } }
    #expect(report.arrived.sorted() == Array(1...tracks))
  }

  @Test func `wait for each other when each takes the next crossing, every time`() throws {
    for _ in 1...50 {
      let report = try withinPatience { try Trains(railway: Self.small).run(.deadlocking) { _ in } }
      let circle = try #require(report.ending.circle)
      let expected = (1...4).map { train in
        let next = train % 4 + 1
        return WaitingCircle.Link(
          thread: "train \(train)",
          waitsFor: "Lock \"crossing \(next)\"",
          heldBy: "train \(next)"
        )
      }
      #expect(circle.links.count == 4)
      #expect(Set(circle.links) == Set(expected))
      #expect(report.arrived.isEmpty)
    }
  }

  @Test func `arrive even with bad signals if they are short enough to stop between crossings`()
    throws
  {
    var railway = Railway()
    railway.trainLength = 40
    let trains = Trains(railway: railway)
    for _ in 1...20 {
      let report = try withinPatience { try trains.run(.deadlocking) { _ in } }
      #expect(report.ending == .finished)
      #expect(report.arrived.count == 4)
    }
  }

  @Test(arguments: Trains.Mode.allCases)
  func `are never on a crossing that is not theirs`(mode: Trains.Mode) throws {
    for _ in 1...10 {
      let faults = try withinPatience {
        var watch = Watch(Self.small)
        _ = try Trains(railway: Self.small).run(mode) { watch.see($0) }
        return watch.faults
      }
      #expect(faults.isEmpty)
    }
  }

  @Test func `are seen when a signal lets everybody pass`() {
    var watch = Watch(Self.small)
    watch.see(TrainEvent(train: 1, position: 2, action: .reserve(crossing: 1)))
    watch.see(TrainEvent(train: 4, position: 2, action: .reserve(crossing: 4)))
    watch.see(TrainEvent(train: 4, position: 4, action: .reserve(crossing: 1)))
    watch.see(TrainEvent(train: 2, position: 3, action: .move))
    #expect(
      watch.faults == [
        "train 4 reserves crossing 1 at 4", "train 2 is at 3",
      ]
    )
  }

  @Test func `say what they do, up to the deadlock and no further`() throws {
    let events = try withinPatience {
      var events: [TrainEvent] = []
      _ = try Trains().run(.deadlocking) { events.append($0) }
      return events
    }
    #expect(events.last?.action == .giveUp)
    #expect(events.last?.position == 170)
    for train in 1...4 {
      let lines = events.filter { $0.train == train && $0.action != .move && $0.action != .giveUp }
        .map(\.description)
      #expect(
        lines == [
          "train \(train) asks for crossing \(train) at 120",
          "train \(train) reserves crossing \(train) at 120",
          "train \(train) asks for crossing \(train % 4 + 1) at 170",
        ]
      )
    }
  }

  @Test func `say what they do until they arrive`() throws {
    let events = try withinPatience {
      var events: [TrainEvent] = []
      _ = try Trains().run(.ordered) { events.append($0) }
      return events
    }
    let lines = events.filter { $0.train == 4 && $0.action != .move }.map(\.description)
    #expect(
      lines == [
        "train 4 asks for crossing 4 at 120", "train 4 reserves crossing 1 at 120",
        "train 4 reserves crossing 4 at 120", "train 4 leaves crossing 4 at 200",
        "train 4 leaves crossing 1 at 250", "train 4 arrives at 300",
      ]
    )
    #expect(events.count { $0.action == .move } == 4 * 300)
  }

  @Test func `stop when whoever watches has had enough`() throws {
    struct Enough: Error {}
    var railway = Railway()
    railway.firstCrossing = 0
    // A train asks at once, and then takes a day for each unit.
    let trains = Trains(railway: railway, speed: 1 / (86_400 * Trains.usualUnitsPerSecond))
    #expect(throws: Enough.self) {
      try withinPatience { try trains.run(.arbitrated) { _ in throw Enough() } }
    }
  }

  @Test func `go with signals of one's own`() throws {
    struct GreenSignals: SignalBox {
      func reserve(_ row: [Int]) -> [Int] { row }
      func release(_ crossing: Int) {}
    }
    let report = try withinPatience {
      try Trains(railway: Self.small).run(with: GreenSignals())
    }
    #expect(report.arrived.count == 4)
  }
}

/// Notes what trains must not do.
private struct Watch {
  private var state: RailwayState
  private(set) var faults: [String] = []

  init(_ railway: Railway) {
    state = RailwayState(railway)
  }

  mutating func see(_ event: TrainEvent) {
    if case .reserve(let crossing) = event.action, state.owner(ofCrossing: crossing) != nil {
      faults.append("\(event)")
    }
    state.apply(event)
    let route = state.railway.route(of: event.train)
    let (front, end) = (event.position, event.position - route.trainLength)
    for passage in route.passages where passage.start < front && end < passage.end {
      if state.owner(ofCrossing: passage.crossing) != event.train { faults.append("\(event)") }
    }
  }
}
