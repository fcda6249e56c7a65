import Interlock

/// The program that measures polygons.
///
///     let report = try AreaMeasurer(mode: .processes).measure("polygons.txt")
///     if let total = report.total { print(total) }
///
/// Each line of the input is a polygon, `(x,y),(x,y),…`, with whole numbers of 64 bits. Its area is
/// found by the shoelace formula, exactly; the direction of its corners does not matter, and with one
/// or two points it is 0. A line that is none is reported, and the others are measured.
///
/// Memory does not grow with the input. A line of more than 64 MiB is an error of that line.
public struct AreaMeasurer: Sendable {
  /// The variants of the program, whose sources stand side by side, to be compared.
  public enum Mode: String, CaseIterable, Sendable {
    /// One thread, one segment after the other.
    case sequential
    /// The threads of a pool.
    case threads
    /// Worker processes of a pool, each with memory of its own.
    case processes
  }

  /// Which variant measures.
  public let mode: Mode
  /// How many threads or processes measure.
  public let workers: Int
  /// How large the parts of the input are that are measured at a time, in bytes; `nil` for what is good.
  package var segmentSize: Int?

  /// Creates a measurer.
  ///
  /// - Parameters:
  ///   - mode: Which variant measures.
  ///   - workers: How many threads or processes measure; `nil` stands for one for each CPU.
  /// - Precondition: There is at least one worker.
  public init(mode: Mode = .processes, workers: Int? = nil) {
    let workers = mode == .sequential ? 1 : workers ?? Processors.available
    precondition(workers > 0, "BUG: AreaMeasurer(workers: \(workers)): nobody would measure.")
    self.mode = mode
    self.workers = workers
  }

  /// Measures the polygons of an input, and blocks until that is done.
  ///
  /// The calling thread calls `report` and `write`, in the order of the lines.
  ///
  /// - Parameters:
  ///   - input: A path, or `-` for standard input.
  ///   - progress: Where to say how far the run has come, and to look whether to stop.
  ///   - report: Is told about each line that is no polygon, and about an input that cannot be read.
  ///   - write: Is given the areas as text, one a line, many at once. A line that is no polygon has an
  ///     empty line there, so that the line numbers are the same.
  /// - Returns: The sum.
  /// - Throws: ``ThreadError`` or ``ProcessError`` if the system has no workers to give or a worker
  ///   crashed, and what `write` throws.
  public func measure(
    _ input: String,
    progress: AreaProgress = AreaProgress(),
    reporting report: @escaping (InputFailure) -> Void = { _ in },
    writing write: (([UInt8]) throws -> Void)? = nil
  ) throws -> AreaReport {
    let job = AreaJob(input, for: self, progress: progress, keepsText: write != nil)
    return try measure(job, reporting: report, writing: write ?? { _ in })
  }

  func measure(
    _ job: AreaJob,
    reporting report: @escaping (InputFailure) -> Void = { _ in },
    writing write: @escaping ([UInt8]) throws -> Void = { _ in }
  ) throws -> AreaReport {
    var tally = AreaTally(for: job, report: report, write: write)
    var segments: AreaSegments
    do throws(SystemError) {
      segments = try AreaSegments(of: job)
    } catch {
      tally.fail(error)
      return tally.finish()
    }
    try measure(job, &segments, &tally)
    if let error = segments.error { tally.fail(error) }
    return tally.finish()
  }

  private func measure(
    _ job: AreaJob,
    _ segments: inout AreaSegments,
    _ tally: inout AreaTally
  ) throws {
    switch mode {
    case .sequential: try SequentialAreas.measure(&segments, to: &tally)
    case .threads: try ThreadedAreas.measure(job, &segments, to: &tally)
    case .processes: try ProcessAreas.measure(job, &segments, to: &tally)
    }
  }
}
