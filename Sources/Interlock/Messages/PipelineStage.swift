/// Something in a pipeline that has threads and passes results on.
protocol PipelineStage: Sendable {
  /// How many elements are there to take.
  var waiting: Int { get }

  /// What each worker does, until nothing is left to do or the run has ended.
  ///
  /// - Throws: What the body throws; or `CancellationError` if the run had ended before.
  func work(in run: PipelineRun, _ tally: WorkerTally) throws

  /// Nothing more comes out of the stage.
  func close()

  /// Nothing more is wanted: drops what is in the outlet, and refuses whoever waits.
  func closeAtOnce()
}

/// Turns one element into any number of results, each given to `emit`.
typealias StageBody<Input, Output> =
  @Sendable (
    _ element: Input,
    _ emit: (Output) throws(CancellationError) -> Void
  ) throws -> Void

/// Where the elements come from: one thread pulls them.
struct PipelineSource<Output: Sendable>: PipelineStage {
  /// Called once in each run, by the thread that calls what it returns.
  let makeNext: @Sendable () -> () throws -> Output?
  let outlet: BlockingQueue<Output>

  var waiting: Int { 0 }

  func work(in run: PipelineRun, _ tally: WorkerTally) throws {
    let next = makeNext()
    while !run.hasEnded, let element = try next() {
      tally.noteTaken()
      try outlet.pass(element)
      tally.noteEmitted()
    }
  }

  func close() { outlet.close() }
  func closeAtOnce() { outlet.closeAtOnce() }
}

/// A stage whose results go on as soon as they are there: serial with one worker, parallel with more.
struct PlainStage<Input: Sendable, Output: Sendable>: PipelineStage {
  let body: StageBody<Input, Output>
  let inlet: BlockingQueue<Input>
  let outlet: BlockingQueue<Output>

  var waiting: Int { inlet.count }

  func work(in run: PipelineRun, _ tally: WorkerTally) throws {
    for element in inlet where !run.hasEnded {
      tally.noteTaken()
      try body(element) { result throws(CancellationError) in
        try outlet.pass(result)
        tally.noteEmitted()
      }
    }
  }

  func close() { outlet.close() }
  func closeAtOnce() { outlet.closeAtOnce() }
}

/// A stage of several workers whose results go on in the order of the elements that they come from.
struct OrderedStage<Input: Sendable, Output: Sendable>: PipelineStage {
  let body: StageBody<Input, Output>
  let inlet: BlockingQueue<Input>
  let line: PipelineLine<Output>
  let outlet: BlockingQueue<Output>

  var waiting: Int { inlet.count }

  func work(in run: PipelineRun, _ tally: WorkerTally) throws {
    while let (element, place) = line.take(from: inlet), !run.hasEnded {
      tally.noteTaken()
      // Results that are early. It has the turn, once it has, until it settles.
      var early: [Output] = []
      var hasTurn = false
      try body(element) { result throws(CancellationError) in
        if !hasTurn {
          hasTurn = try line.turnComes(to: place, with: early.count)
          if hasTurn {
            for result in early { try outlet.pass(result) }
            early = []
          }
        }
        if hasTurn { try outlet.pass(result) } else { early.append(result) }
        tally.noteEmitted()
      }
      // Whoever has the turn passes on what others have left, too.
      var due = line.settle(early, at: place)
      while let results = due {
        for result in results { try outlet.pass(result) }
        due = line.advance()
      }
    }
  }

  func close() { outlet.close() }

  func closeAtOnce() {
    line.end()
    outlet.closeAtOnce()
  }
}

extension BlockingQueue {
  /// Puts an element, waiting while the queue is full.
  ///
  /// - Throws: `CancellationError` if the queue is closed: the pipeline has ended.
  fileprivate final func pass(_ element: Element) throws(CancellationError) {
    do throws(QueueClosed<Element>) {
      try put(element)
    } catch {
      throw CancellationError()
    }
  }
}
