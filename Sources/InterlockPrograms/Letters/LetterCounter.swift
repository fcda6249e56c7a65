import Interlock

/// The program that counts the letters of files, folders, streams and web pages.
///
///     let report = try LetterCounter(mode: .threads).count(["books", "https://example.org/"])
///     print(report.count["e"])
///
/// An input is one of these:
///
/// - a file, of any kind: all its bytes count. A named pipe or a device is read as a stream.
/// - a folder: all regular files in it, however deep. Links inside folders are not followed.
/// - an address that begins with `http://` or `https://`.
/// - `-`: standard input.
///
/// An input that cannot be read is reported and left out, and the others are counted. Memory does
/// not grow with the input: neither with the size of a file nor with the number of files.
public struct LetterCounter: Sendable {
  /// The variants of the program, whose sources stand side by side, to be compared.
  public enum Mode: String, CaseIterable, Sendable {
    /// One thread, one input after the other.
    case sequential
    /// Several threads, each with a count of its own, and sums in the end.
    case threads
    /// Several worker processes, each with memory of its own, that are told where to read.
    ///
    /// What only this process can read, such as a pipe, it counts itself.
    case processes
    /// Several threads that share one count without protecting it: it comes out wrong.
    case racy

    /// How many workers are good here, unless somebody says something else.
    ///
    /// That is one for each CPU. A race needs two, even on one CPU.
    public var defaultWorkers: Int {
      switch self {
      case .sequential: 1
      case .threads, .processes: Processors.available
      case .racy: max(2, Processors.available)
      }
    }
  }

  /// Which variant counts.
  public let mode: Mode
  /// How many threads or processes count.
  public let workers: Int
  /// When to give up on web resources.
  public var webLimits = WebResource.Limits()
  /// Whether the proxies named in the environment are used for the web.
  public var usesProxy = true

  /// Creates a counter.
  ///
  /// - Parameters:
  ///   - mode: Which variant counts.
  ///   - workers: How many threads or processes count; `nil` stands for ``Mode/defaultWorkers``.
  /// - Precondition: There is at least one worker.
  public init(mode: Mode = .threads, workers: Int? = nil) {
    let workers = mode == .sequential ? 1 : workers ?? mode.defaultWorkers
    precondition(workers > 0, "BUG: LetterCounter(workers: \(workers)): nobody would count.")
    self.mode = mode
    self.workers = workers
  }

  /// Counts the letters of all inputs, and blocks until that is done.
  ///
  /// - Parameters:
  ///   - inputs: Paths, web addresses, or `-`.
  ///   - progress: Where to say how far the count has come, and to look whether to stop.
  ///   - report: Is told about each input that cannot be read, at once and on the thread that tried;
  ///     perhaps on several threads at the same time.
  /// - Returns: The count.
  /// - Throws: ``ThreadError`` if the system has no threads to give; ``ProcessError`` if it has no
  ///   processes, or one of them crashed.
  public func count(
    _ inputs: [String],
    progress: LetterProgress = LetterProgress(),
    reporting report: @escaping @Sendable (InputFailure) -> Void = { _ in }
  ) throws -> LetterReport {
    try count(LetterJob(inputs, for: self, progress: progress, report: report))
  }

  func count(_ job: LetterJob) throws -> LetterReport {
    switch mode {
    case .sequential: SequentialLetters.count(job)
    case .threads: try ThreadedLetters.count(job)
    case .processes: try ProcessLetters.count(job)
    case .racy: try RacyLetters.count(job)
    }
  }
}
