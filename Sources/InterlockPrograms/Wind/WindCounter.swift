import Interlock

/// The program that counts from where the wind blows, in archives of weather reports.
///
///     let report = try WindCounter(mode: .threads).count(["archives"])
///     print(report.distribution.sectors)
///
/// It works in stages: *parse* makes reports of the lines of an archive, *extract* takes the winds out of
/// the reports of one station, *count* adds them up.
///
/// An archive has METAR reports, which airports publish every half hour. A line with `#` is a comment.
/// The others belong to reports, each of which goes on until a line has a `=`:
///
///     200804302350 METAR EGLL 302350Z 24013KT 9999 FEW015 BKN040 08/06 Q0999
///                             TEMPO SHRA=
///
/// With the first line that has `TAF` in it the forecasts begin, and nothing more is read. The wind is
/// `24013KT`, 13 knots from 240 degrees, or `VRB02KT`, of variable direction; one with gusts, as in
/// `24013G25KT`, is not counted.
///
/// An input is a file, a folder, which stands for all regular files in it however deep, or `-` for
/// standard input. One that cannot be read is reported and left out, and the others are counted.
/// Memory does not grow with the input.
public struct WindCounter: Sendable {
  /// The variants of the program, whose sources stand side by side, to be compared.
  public enum Mode: String, CaseIterable, Sendable {
    /// One thread, one stage after the other.
    case sequential
    /// Threads for each stage, and bounded queues between them.
    case threads
    /// Processes for each stage, and pipes between them.
    case processes
  }

  /// Which variant counts.
  public let mode: Mode
  /// How many threads or processes work in those stages that have the most to do.
  public let workers: Int
  /// Whose reports count.
  public var station = WeatherStation.heathrow

  /// Creates a counter.
  ///
  /// - Parameters:
  ///   - mode: Which variant counts.
  ///   - workers: How many threads or processes parse, and how many extract; `nil` stands for one for
  ///     each CPU.
  /// - Precondition: There is at least one worker.
  public init(mode: Mode = .threads, workers: Int? = nil) {
    let workers = mode == .sequential ? 1 : workers ?? Processors.available
    precondition(workers > 0, "BUG: WindCounter(workers: \(workers)): nobody would count.")
    self.mode = mode
    self.workers = workers
  }

  /// Counts the winds of all inputs, and blocks until that is done.
  ///
  /// - Parameters:
  ///   - inputs: Paths, or `-`.
  ///   - progress: Where to say how far the run has come, and to look whether to stop.
  ///   - report: Is told about each input that cannot be read, at once and on the thread that tried.
  /// - Returns: The distribution.
  /// - Throws: ``ThreadError`` if the system has no threads to give; ``WindStageError`` if it has no
  ///   processes, or one of them crashed.
  public func count(
    _ inputs: [String],
    progress: WindProgress = WindProgress(),
    reporting report: @escaping @Sendable (InputFailure) -> Void = { _ in }
  ) throws -> WindReport {
    try count(WindJob(inputs, for: self, progress: progress, report: report))
  }

  func count(_ job: WindJob) throws -> WindReport {
    let distribution =
      switch mode {
      case .sequential: SequentialWind.count(job)
      case .threads: try ThreadedWind.count(job)
      case .processes: try ProcessWind.count(job)
      }
    return WindReport(distribution, of: job)
  }
}
