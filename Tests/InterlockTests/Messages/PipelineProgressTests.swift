import Testing

@testable import Interlock

@Suite struct `The progress of a pipeline` {
  @Test(arguments: [StageMode.serial, .parallel(workers: 3), .ordered(workers: 3)])
  func `adds up at the end`(mode: StageMode) throws {
    let progress = PipelineProgress()
    #expect(progress.stages.isEmpty)
    try running {
      try Pipeline(from: 0..<1000, capacity: 4)
        .filter("odd", mode) { !$0.isMultiple(of: 2) }
        .stage("twice", mode, emitting: Int.self) { number, emit in
          try emit(number)
          try emit(number)
        }
        .run(reportingTo: progress) { _ in }
    }
    let workers = mode.workers
    #expect(
      progress.stages == [
        .init(
          name: "source",
          workers: 1,
          taken: 1000,
          emitted: 1000,
          waiting: 0,
          isFinished: true
        ),
        .init(
          name: "odd",
          workers: workers,
          taken: 1000,
          emitted: 500,
          waiting: 0,
          isFinished: true
        ),
        .init(
          name: "twice",
          workers: workers,
          taken: 500,
          emitted: 1000,
          waiting: 0,
          isFinished: true
        ),
      ]
    )
    #expect(progress.resultCount == 1000)
    #expect(progress.failedStage == nil)
  }

  @Test func `shows where elements pile up while it runs`() throws {
    let progress = PipelineProgress()
    let mayGoOn = Event()
    try withCrew { crew in
      let caller = try crew.spawn { () throws in
        try Pipeline(from: 0..<7, capacity: 8)
          .stage("fast") { $0 }
          .stage("slow", .parallel(workers: 2)) { _ in mayGoOn.wait() }
          .run(reportingTo: progress) {}
      }
      try eventually { progress.stages.last?.waiting == 5 && progress.stages[1].isFinished }
      #expect(progress.stages[1].emitted == 7)
      let slow = PipelineProgress.Stage(
        name: "slow",
        workers: 2,
        taken: 2,
        emitted: 0,
        waiting: 5,
        isFinished: false
      )
      #expect(progress.stages[2] == slow)
      #expect("\(slow)" == "slow: 2 taken, 0 emitted, 5 waiting")
      #expect(progress.resultCount == 0)
      mayGoOn.set()
      try caller.result()
      #expect(progress.resultCount == 7)
    }
  }

  @Test func `keeps nothing alive that the stages have captured`() throws {
    final class Captured: Sendable {}
    let progress = PipelineProgress()
    weak var captured: Captured?
    do {
      let object = Captured()
      captured = object
      try Pipeline(from: 0..<3).stage("captures") { _ in withExtendedLifetime(object) {} }
        .run(reportingTo: progress) {}
    }
    #expect(progress.resultCount == 3)
    #expect(captured == nil)
  }
}
