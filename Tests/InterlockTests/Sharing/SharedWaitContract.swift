import Testing

@testable import Interlock

/// What every call that waits for other processes promises, whatever it waits for, and wherever it is made.
@Suite struct `Every wait for other processes` {
  @Test(arguments: SharedObstacleKind.allCases, Place.allCases)
  func `ends when it is let through, and not before`(
    _ kind: SharedObstacleKind,
    _ place: Place
  )
    throws
  {
    for form in [Walk.Form.plain, .patient] {
      let obstacle = try kind.make()
      let walker = try Walker(place, try Walk(obstacle, form))
      try walker.waitUntilAsleep()
      // Nothing orders the two but what opens the obstacle.
      walker.walk.message[0] = 7
      try obstacle.open()
      #expect(try walker.result() == Walk.Outcome(hasPassed: true, message: 7))
    }
  }

  @Test(arguments: SharedObstacleKind.allCases)
  func `ends for everybody, with a deadline and without`(_ kind: SharedObstacleKind) throws {
    let obstacle = try kind.make()
    let walkers = try (0..<6).map { number in
      let walk = try Walk(obstacle, number < 3 ? .plain : .patient)
      return try Walker(number.isMultiple(of: 2) ? .thread : .process, walk)
    }
    for walker in walkers { try walker.waitUntilAsleep() }
    try obstacle.open()
    for walker in walkers { #expect(try walker.result().hasPassed) }
  }

  @Test(arguments: SharedObstacleKind.allCases, Place.allCases)
  func `gives up when its deadline passes, and not before`(
    _ kind: SharedObstacleKind,
    _ place: Place
  ) throws {
    let obstacle = try kind.make()
    let patient = try Walker(.thread, try Walk(obstacle, .patient))
    try patient.waitUntilAsleep()
    for form in [Walk.Form.brief, .late] {
      let walker = try Walker(place, try Walk(obstacle, form))
      #expect(try walker.result() == Walk.Outcome(hasPassed: false))
    }
    // Who gives up leaves others waiting as they were.
    try obstacle.open()
    #expect(try patient.result().hasPassed)
    #expect(try obstacle.pass(until: .after(TestTime.long)))
  }

  @Test(arguments: SharedObstacleKind.allCases, Place.allCases)
  func `with a deadline gives up when its thread is cancelled`(
    _ kind: SharedObstacleKind,
    _ place: Place
  ) throws {
    let obstacle = try kind.make()
    let walker = try Walker(place, try Walk(obstacle, .patient), isCancelled: true)
    try walker.waitUntilAsleep()
    walker.walk.stage.goOn()
    #expect(try walker.result() == Walk.Outcome(hasPassed: false))
    try obstacle.open()
    #expect(try obstacle.pass(until: .after(TestTime.long)))
  }

  @Test(arguments: SharedObstacleKind.allCases, Place.allCases)
  func `without a deadline takes no notice of cancellation`(
    _ kind: SharedObstacleKind,
    _ place: Place
  ) throws {
    let obstacle = try kind.make()
    let walker = try Walker(place, try Walk(obstacle, .plain), isCancelled: true)
    try walker.waitUntilAsleep()
    walker.walk.stage.goOn()
    try eventually { walker.walk.stage.isDone }
    #expect(remains { !walker.isFinished })
    walker.walk.message[0] = 7
    try obstacle.open()
    #expect(try walker.result() == Walk.Outcome(hasPassed: true, message: 7))
  }

  @Test(arguments: SharedObstacleKind.allCases, Place.allCases)
  func `that need not wait succeeds, however late`(
    _ kind: SharedObstacleKind,
    _ place: Place
  )
    throws
  {
    let obstacle = try kind.make()
    try obstacle.open()
    for form in [Walk.Form.late, .plain, .late] {
      #expect(try Walker(place, try Walk(obstacle, form)).result().hasPassed)
    }
  }
}
