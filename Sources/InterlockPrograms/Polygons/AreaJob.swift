import Glibc
import Interlock

/// What is to be measured, and how.
struct AreaJob: Sendable {
  let input: String
  let workers: Int
  let progress: AreaProgress
  /// Whether somebody wants the areas one by one.
  let keepsText: Bool
  /// How long a line may be.
  var lineLimit = 64 << 20
  /// How large segments are; `nil` for what is good.
  var segmentSize: Int?
  /// How much of a file is read at a time: so much that reading costs little, and stays in a cache.
  var readSize = 1 << 20
  /// What `-` stands for.
  var standardInput = STDIN_FILENO

  init(
    _ input: String,
    for measurer: AreaMeasurer,
    progress: AreaProgress = AreaProgress(),
    keepsText: Bool = false
  ) {
    self.input = input
    self.progress = progress
    self.keepsText = keepsText
    workers = measurer.workers
    segmentSize = measurer.segmentSize
  }

  /// Whether to end soon: somebody wants it.
  var shouldStop: Bool {
    if CurrentThread.isCancelled { progress.stop() }
    return progress.isStopped
  }

  /// How many segments are under way at the same time: for each worker the one that it measures, one
  /// to go on with, and one whose turn has not come to be added.
  private var segmentsUnderWay: Int { 3 * workers }

  /// Hands segments out, and adds what comes of them in their order.
  ///
  /// - Parameters:
  ///   - segments: The segments.
  ///   - tally: Where to add.
  ///   - submit: Lets somebody measure a segment.
  ///   - join: Waits until that is done.
  /// - Throws: What `submit`, `join` and writing the areas throw.
  func handOut<Task>(
    _ segments: inout AreaSegments,
    to tally: inout AreaTally,
    submit: (AreaSegment) throws -> Task,
    join: (Task) throws -> Result<SegmentAreas, SystemError>
  ) throws {
    var underWay: [Task] = []
    while let segment = segments.next() {
      if underWay.count == segmentsUnderWay { try tally.add(try join(underWay.removeFirst())) }
      // What comes behind a part that cannot be read has no line numbers.
      if tally.hasFailed { return }
      underWay.append(try submit(segment))
    }
    for task in underWay { try tally.add(try join(task)) }
  }
}
