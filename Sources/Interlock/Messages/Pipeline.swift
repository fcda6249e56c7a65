/// Elements on their way through stages that work at the same time, each in threads of its own.
///
/// A pipeline is for work that every element goes through step by step: read, parse, extract, count.
/// Between two stages is a queue of limited size. A stage that is slow holds up those before it
/// instead of filling the memory, and can be given more threads, without any other stage knowing.
///
///     let lines = ["EGLL 24010KT", "EGLL VRB02KT 9999"]
///     let winds = Pipeline(from: lines, name: "winds", capacity: 64)
///       .stage("split", .ordered(workers: 2), emitting: Substring.self) { line, emit in
///         for word in line.split(separator: " ") { try emit(word) }
///       }
///       .filter("wind") { $0.hasSuffix("KT") }
///       .stage("direction", .parallel(workers: 2)) { Int($0.prefix(3)) }
///     var variable = 0
///     try winds.run { direction in
///       if direction == nil { variable += 1 }
///     }
///
/// A pipeline is a value that says what is to be done. Nothing starts before ``run(reportingTo:_:)``,
/// ``collect(reportingTo:)`` or ``reduce(into:reportingTo:_:)``, and no thread outlives that call. It can
/// run any number of times.
///
/// ## How it ends
///
/// - When the source is exhausted, each stage ends after its last element, one after the other.
/// - When the source, a stage or the closure that is given the results throws, all of them end: what is
///   in the queues is dropped, the threads are cancelled, and every stage stops before its next element.
///   When all threads have ended the error goes on to the caller, as it was thrown. If several throw
///   it is the one that came first; ``PipelineProgress/failedStage`` tells who that was.
/// - When the calling thread is cancelled the same happens, and the caller gets a `CancellationError`.
///
/// A body that takes long finds out from ``CurrentThread/isCancelled`` that it is not wanted any more;
/// one that waits for something else should do so with a deadline (``Deadline/never`` will do), for
/// that wait gives way to cancellation. The call returns when all bodies have.
///
/// ## Ordering
///
/// Everything a stage does with an element happens before everything that the next stage does with the
/// results of it. A serial or an ordered stage passes on its results in the order in which it took the
/// elements, which behind a parallel stage is the order in which they arrived.
///
/// ## Waiting
///
/// The caller blocks until all is done. A stage waits while there is nothing to take, and while the
/// queue behind it is full.
///
/// ## Cost
///
/// One thread for the source and one for each worker, and for each element one put and one take in every
/// stage: see ``BlockingQueue``. An ordered stage with several workers adds a lock and a guard or two. If the
/// elements are cheaper than that, let them be arrays of elements.
public struct Pipeline<Output: Sendable>: Sendable {
  /// Adds the stages to a plan, and returns where the results come out.
  ///
  /// The queue is named after who takes from it.
  typealias Build = @Sendable (_ plan: inout PipelinePlan, _ taker: String) -> BlockingQueue<Output>

  /// What the pipeline was called, for reports.
  public let name: String?

  /// How many elements each queue between two stages can hold.
  public let capacity: Int

  let build: Build

  init(name: String?, capacity: Int, build: @escaping Build) {
    self.name = name
    self.capacity = capacity
    self.build = build
  }

  /// Creates a pipeline of elements that are pulled one by one, until there is none.
  ///
  ///     let lines = Pipeline(name: "lines") { try reader.nextLine() }
  ///
  /// - Parameters:
  ///   - name: What to call the pipeline in reports.
  ///   - capacity: How many elements each queue between two stages can hold.
  ///   - next: The next element, or `nil` at the end. One thread calls it, and only while there is room.
  /// - Precondition: `capacity` is at least 1.
  public init(
    name: String? = nil,
    capacity: Int = 64,
    next: @escaping @Sendable () throws -> Output?
  ) {
    self.init(name: name, capacity: capacity, makeNext: { next })
  }

  /// Creates a pipeline of the elements of a sequence.
  ///
  /// - Parameters:
  ///   - sequence: The elements. One thread iterates over them, lazily: it asks for the next one only
  ///     while there is room.
  ///   - name: What to call the pipeline in reports.
  ///   - capacity: How many elements each queue between two stages can hold.
  /// - Precondition: `capacity` is at least 1.
  public init<Elements: Sequence<Output> & Sendable>(
    from sequence: Elements,
    name: String? = nil,
    capacity: Int = 64
  ) {
    self.init(
      name: name,
      capacity: capacity,
      makeNext: {
        var iterator = sequence.makeIterator()
        return { iterator.next() }
      }
    )
  }

  /// Creates a pipeline of the elements that others put into a queue, until it is closed.
  ///
  /// - Parameters:
  ///   - queue: The elements. If the pipeline ends before its time, those that it has not taken stay
  ///     there.
  ///   - name: What to call the pipeline in reports.
  ///   - capacity: How many elements each queue between two stages can hold.
  /// - Precondition: `capacity` is at least 1.
  public init(from queue: BlockingQueue<Output>, name: String? = nil, capacity: Int = 64) {
    // It gives way to the cancellation of its thread, which an iterator of the queue would not.
    self.init(name: name, capacity: capacity) { try? queue.take(until: .never) }
  }

  private init(
    name: String?,
    capacity: Int,
    makeNext: @escaping @Sendable () -> () throws -> Output?
  ) {
    guard capacity > 0 else {
      misuse(
        "Pipeline(capacity: \(capacity))\(name.map { " \"\($0)\"" } ?? ""): a queue between two stages "
          + "has room for one element or more."
      )
    }
    self.init(name: name, capacity: capacity) { plan, taker in
      let queue = plan.makeQueue(of: Output.self, for: taker)
      plan.append(PipelineSource(makeNext: makeNext, outlet: queue), name: "source")
      return queue
    }
  }
}
