import Glibc
import Interlock

/// What is to be counted, and how: the same for all threads of a run.
struct WindJob: Sendable {
  let inputs: [String]
  let station: WeatherStation
  let workers: Int
  let progress: WindProgress
  /// How large the texts are that go from stage to stage.
  var sizes = WindSizes()
  /// What `-` stands for.
  var standardInput = STDIN_FILENO
  private let report: @Sendable (InputFailure) -> Void

  init(
    _ inputs: [String],
    for counter: WindCounter,
    progress: WindProgress = WindProgress(),
    report: @escaping @Sendable (InputFailure) -> Void = { _ in }
  ) {
    self.inputs = inputs
    self.progress = progress
    self.report = report
    station = counter.station
    workers = counter.workers
  }

  /// Whether the threads of this job should end: somebody wants it, or one of them failed to start
  /// and the others were cancelled.
  var shouldStop: Bool {
    if CurrentThread.isCancelled { progress.stop() }
    return progress.isStopped
  }

  /// Says that an input cannot be read.
  func fail(_ failure: InputFailure) {
    progress.addError()
    report(failure)
  }
}

/// How much of an archive is dealt with at a time.
struct WindSizes: Codable, Sendable {
  /// How many bytes a text has at the most: so many that handing it over costs little, and so few that
  /// it stays in a CPU's own cache from one stage to the next.
  var text = 256 << 10
  /// How many bytes a report has at the most, of which a text has room for four; what is longer is none.
  var report = 64 << 10
  /// How many texts wait between two stages at the most.
  var queue = 4
}
