import Interlock
import Testing

@Suite struct `A pipeline in which something throws` {
  private struct Failure: Error, Equatable {
    let place: String
  }

  private static let places = ["source", "first", "middle", "last", "results"]
  private static let modes: [StageMode] = [
    .serial, .parallel(workers: 3), .ordered(workers: 2), .ordered(workers: 8),
  ]

  /// No thread of the pipeline lives.
  private func expectNoThread(of pipeline: String) {
    let threads = ThreadIdentity.live.map(\.name).filter { $0.hasPrefix(pipeline) }
    #expect(threads.isEmpty)
  }

  @Test(arguments: places, modes)
  func `ends as a whole, wherever that is, and rethrows it`(place: String, mode: StageMode) throws {
    for capacity in [1, 16] {
      let progress = PipelineProgress()
      let count = Atomic(0)
      let name = "\(place)\(mode)\(capacity)"
      let pull: @Sendable () throws -> Int? = {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        if place == "source", number == 100 { throw Failure(place: place) }
        return number
      }
      #expect(throws: Failure(place: place)) {
        try running {
          try Pipeline(capacity: capacity, next: pull)
            .stage(name + "first", mode) { number in
              try Self.pass(number, by: "first", unless: place)
            }
            .stage(name + "middle", mode) { number in
              try Self.pass(number, by: "middle", unless: place)
            }
            .stage(name + "last", mode) { number in
              try Self.pass(number, by: "last", unless: place)
            }
            .run(reportingTo: progress) {
              if place == "results", $0 >= 100 { throw Failure(place: place) }
            }
        }
      }
      let isInside = ["first", "middle", "last"].contains(place)
      #expect(progress.failedStage == (isInside ? name + place : place))
      expectNoThread(of: name)
    }
  }

  private static func pass(_ number: Int, by here: String, unless place: String) throws -> Int {
    if here == place, number == 100 { throw Failure(place: place) }
    return number
  }

  @Test func `throws one error if two stages throw at once`() throws {
    for _ in 0..<50 {
      let both = Barrier(parties: 2)
      let progress = PipelineProgress()
      do {
        try running {
          try Pipeline(from: 0..<2)
            .stage("left") { number in
              if number == 0 { return }
              _ = try both.arriveAndWait()
              throw Failure(place: "left")
            }
            .stage("right") {
              _ = try both.arriveAndWait()
              throw Failure(place: "right")
            }
            .run(reportingTo: progress) {}
        }
        Issue.record("nothing was thrown")
      } catch {
        #expect((error as? Failure)?.place == progress.failedStage)
      }
    }
  }

  @Test func `lets go of threads that wait for a turn, for room, for elements and for the caller`()
    throws
  {
    let mayThrow = Event()
    try withCrew { crew in
      let end = try crew.spawn {
        attempt {
          try Pipeline(from: 0..., capacity: 2)
            // One throws, one waits for its turn, one for room, the others to enter.
            .stage("crossing", .ordered(workers: 4), emitting: Int.self) { number, emit in
              if number == 0 {
                mayThrow.wait()
                throw Failure(place: "crossing")
              }
              for _ in 0..<(number == 1 ? 3 : 1) { try emit(number) }
            }
            // All wait for elements.
            .stage("hungry", .ordered(workers: 3)) { $0 }
            .run { _ in }
        }
      }
      try eventually {
        let waits = ThreadIdentity.live.filter { $0.name.hasPrefix("crossing-") }.map(\.wait)
        return waits.filter { $0 == "Pipeline.wait() on \"crossing\"" }.count == 2
          && ThreadIdentity.live.contains {
            $0.name == "source" && $0.wait?.contains("crossing") == true
          }
      }
      mayThrow.set()
      #expect(throws: Failure(place: "crossing")) { try end.result().get() }
    }
  }

  @Test func `cancels the threads whose bodies wait for something else`() throws {
    let waiting = Atomic(0)
    #expect(throws: Failure(place: "results")) {
      try running {
        try Pipeline(from: 0..<5)
          .stage("waits", .parallel(workers: 5)) { number in
            if number == 4 {
              try eventually { waiting.load(ordering: .relaxed) == 4 }
              return
            }
            waiting.wrappingAdd(1, ordering: .relaxed)
            #expect(!Event().wait(until: .never))
            #expect(CurrentThread.isCancelled)
          }
          .run { throw Failure(place: "results") }
      }
    }
  }

  @Test func `starts no further element afterwards`() throws {
    let begun = Atomic(0)
    #expect(throws: Failure(place: "first")) {
      try running {
        try Pipeline(from: 0..<100, capacity: 100)
          .stage("first") { number in
            if number < 50 { return number }
            try eventually { begun.load(ordering: .relaxed) == 2 }
            throw Failure(place: "first")
          }
          .stage("second", .parallel(workers: 2)) { _ in
            begun.wrappingAdd(1, ordering: .relaxed)
            _ = Event().wait(until: .never)
          }
          .run { _ in }
      }
    }
    #expect(begun.load(ordering: .relaxed) == 2)
  }

  @Test func `tells an emitting body that nobody wants its results`() throws {
    let wasTold = Event()
    #expect(throws: Failure(place: "results")) {
      try running {
        try Pipeline(from: 0..<1, capacity: 1)
          .stage("endless", emitting: Int.self) { number, emit in
            do throws(CancellationError) {
              while true { try emit(number) }
            } catch {
              wasTold.set()
              throw error
            }
          }
          .run { _ in throw Failure(place: "results") }
      }
    }
    #expect(wasTold.isSet)
  }
}

@Suite struct `A pipeline whose caller is cancelled` {
  @Test(arguments: [StageMode.serial, .parallel(workers: 2), .ordered(workers: 2)])
  func `ends while results come`(mode: StageMode) throws {
    try withCrew { crew in
      let count = Atomic(0)
      let progress = PipelineProgress()
      let caller = try crew.spawn {
        attempt {
          try Pipeline(from: 0..., capacity: 2).stage("endless", mode) { $0 }
            .run(reportingTo: progress) { _ in count.wrappingAdd(1, ordering: .relaxed) }
        }
      }
      try eventually { count.load(ordering: .relaxed) > 10 }
      caller.cancel()
      #expect(throws: CancellationError.self) { try caller.result().get() }
      #expect(progress.failedStage == nil)
    }
  }

  @Test func `ends while none come, and tells the bodies`() throws {
    try withCrew { crew in
      let (hasBegun, wasTold) = (Event(), Event())
      let caller = try crew.spawn {
        attempt {
          try Pipeline(from: 0..<1)
            .stage("waits") { _ in
              hasBegun.set()
              if !Event().wait(until: .never), CurrentThread.isCancelled { wasTold.set() }
            }
            .run {}
        }
      }
      hasBegun.wait()
      try eventually { caller.identity.wait == "BlockingQueue.take() on \"results\"" }
      caller.cancel()
      #expect(throws: CancellationError.self) { try caller.result().get() }
      #expect(wasTold.isSet)
    }
  }

  @Test func `ends while its source waits for a queue that nobody closes`() throws {
    try withCrew { crew in
      let queue = BlockingQueue<Int>()
      let caller = try crew.spawn { attempt { try Pipeline(from: queue).collect() } }
      try eventually { queue.waitingTakerCount == 1 }
      caller.cancel()
      #expect(throws: CancellationError.self) { try caller.result().get() }
    }
  }

  @Test func `pulls nothing if it is cancelled before`() throws {
    try withCrew { crew in
      let wasPulled = Event()
      let caller = try crew.spawn {
        attempt {
          while !CurrentThread.isCancelled { CurrentThread.yield() }
          return try Pipeline { () -> Int? in
            wasPulled.set()
            return nil
          }
          .collect()
        }
      }
      caller.cancel()
      #expect(throws: CancellationError.self) { try caller.result().get() }
      #expect(!wasPulled.isSet)
    }
  }

  @Test func `ends the pipelines inside it`() throws {
    try withCrew { crew in
      let inner = Event()
      let caller = try crew.spawn {
        attempt {
          try Pipeline(from: 0..<1)
            .stage("outer") { _ in
              inner.set()
              try Pipeline(from: 0...).stage("inner", .ordered(workers: 2)) { $0 }.run { _ in }
            }
            .run {}
        }
      }
      inner.wait()
      caller.cancel()
      #expect(throws: CancellationError.self) { try caller.result().get() }
    }
  }
}

@Suite struct `A pipeline that cannot be` {
  @Test func `has queues without room`() async throws {
    let result = try await #require(
      processExitsWith: .failure,
      observing: [\.standardErrorContent]
    ) {
      endWhenStuck()
      _ = Pipeline(from: 0..<1, name: "wind", capacity: 0)
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(message.contains("BUG: Pipeline(capacity: 0) \"wind\": a queue between two stages has"))
  }

  @Test func `has a stage without workers`() async throws {
    let result = try await #require(
      processExitsWith: .failure,
      observing: [\.standardErrorContent]
    ) {
      endWhenStuck()
      _ = Pipeline(from: 0..<1).stage("parse", .ordered(workers: 0)) { $0 }
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(
      message.contains("BUG: Pipeline.stage(\"parse\", .ordered(workers: 0)): a stage without")
    )
  }
}
