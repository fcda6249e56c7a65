import Testing

@testable import InterlockPrograms

@Suite struct `The journey of a train` {
  /// A way over crossings 7, 8 and so on, which begin at these places and are one unit long.
  private func route(_ starts: [Int], trainLength: Int, trackLength: Int) -> Route {
    Route(
      train: 1,
      trainLength: trainLength,
      trackLength: trackLength,
      passages: starts.enumerated().map { place, start in
        Route.Passage(crossing: 7 + place, start: start, end: start + 1)
      }
    )
  }

  private func steps(_ route: Route) -> [Journey.Step] {
    var journey = Journey(route)
    var steps: [Journey.Step] = []
    while let step = journey.next() { steps.append(step) }
    #expect(journey.hasArrived)
    return steps
  }

  @Test func `reaches a crossing with its front and leaves it with its end`() {
    let steps = steps(route([1], trainLength: 2, trackLength: 6))
    let expected: [Journey.Step] = [
      .move, .reach(row: [7]), .move, .move, .move, .leave(crossing: 7), .move, .move,
    ]
    #expect(steps == expected)
  }

  @Test func `leaves the crossing behind it before it asks for the next one`() {
    let steps = steps(route([1, 4], trainLength: 2, trackLength: 8))
    let expected: [Journey.Step] = [
      .move, .reach(row: [7]), .move, .move, .move, .leave(crossing: 7), .reach(row: [8]), .move,
      .move, .move, .leave(crossing: 8), .move,
    ]
    #expect(steps == expected)
  }

  @Test func `ends when the train is off the last crossing, even if that is beyond the track`() {
    var journey = Journey(route([1], trainLength: 5, trackLength: 3))
    while journey.next() != nil {}
    #expect(journey.front == 7)
    #expect(journey.end == 2)
    #expect(journey.hasArrived)
  }

  @Test(arguments: [
    (2, [[7], [8], [9]]), (3, [[7, 8], [8], [9]]), (4, [[7, 8, 9], [8, 9], [9]]),
    (100, [[7, 8, 9], [8, 9], [9]]),
  ])
  func `needs in one go what it is too long to stop between`(length: Int, rows: [[Int]]) {
    // Between the crossings are two units, and three.
    let route = route([1, 4, 8], trainLength: length, trackLength: 20)
    #expect(route.passages.indices.map { route.row(beginningAt: $0) } == rows)
  }

  @Test func `has every crossing for as long as a part of the train is on it`() {
    for length in 1...12 {
      let route = route([2, 4, 9], trainLength: length, trackLength: 15)
      var journey = Journey(route)
      var held: Set<Int> = []
      while let step = journey.next() {
        switch step {
        case .reach(let row): held.insert(row[0])
        case .leave(let crossing): held.remove(crossing)
        case .move: break
        }
        let covered = route.passages.filter { $0.start < journey.front && journey.end < $0.end }
        #expect(held.isSuperset(of: covered.map(\.crossing)))
      }
      #expect(held.isEmpty)
    }
  }
}

@Suite struct `The railway` {
  @Test func `leads each train over its own crossing and then the next one`() {
    let railway = Railway()
    let crossings = railway.numbers.map { railway.route(of: $0).passages.map(\.crossing) }
    #expect(crossings == [[1, 2], [2, 3], [3, 4], [4, 1]])
  }

  @Test func `has trains that are longer than the way between two crossings`() {
    let railway = Railway()
    for train in railway.numbers {
      let route = railway.route(of: train)
      #expect(route.row(beginningAt: 0) == route.passages.map(\.crossing))
      #expect(route.goal == railway.trackLength)
    }
  }
}
