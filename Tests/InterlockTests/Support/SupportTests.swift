import Interlock
import Testing

@Suite struct `The tests' own tools work` {
  struct Failure: Error {}

  @Test func `eventually ends as soon as the state is there`() throws {
    var looks = 0
    try eventually {
      looks += 1
      return looks == 200
    }
    #expect(looks == 200)
  }

  @Test func `remains notices a change`() {
    var looks = 0
    #expect(remains { looks == 0 })
    let isStable = remains {
      looks += 1
      return looks < 3
    }
    #expect(!isStable)
  }

  @Test func `a crew joins all its threads`() throws {
    let count = Atomic(0)
    try withCrew { crew in
      _ = try crew.spawn(count: 5) { _ in count.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(count.load(ordering: .relaxed) == 5)
  }

  @Test func `a crew rethrows what a thread threw`() {
    #expect(throws: Failure.self) {
      try withCrew { crew in
        try crew.spawn("thrower") { () throws(Failure) in throw Failure() }
      }
    }
  }

  @Test func `a report of stuck threads says what they wait for`() throws {
    let event = Event(name: "spring")
    try withCrew { crew in
      let thread = try crew.spawn("sleeper") { event.wait() }
      try thread.waitUntilBlocked()
      let report = Stuck("nothing happened").description
      #expect(report.contains("sleeper, waiting in Event.wait() on \"spring\""))
      event.set()
    }
  }

  @Test(arguments: Seed.all)
  func `the same seed throws the same dice`(seed: Seed) {
    var (first, second, other) = (seed.dice(), seed.dice(), seed.dice(stream: 1))
    let numbers = (0..<20).map { _ in first.next() }
    #expect(numbers == (0..<20).map { _ in second.next() })
    #expect(numbers != (0..<20).map { _ in other.next() })
    #expect(Set(numbers).count == 20)
  }

  @Test(arguments: ObstacleKind.allCases)
  func `an obstacle is closed until it is opened`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      #expect(!obstacle.passUntil(.now))
      try obstacle.open()
      #expect(obstacle.passUntil(.now))
    }
  }
}
