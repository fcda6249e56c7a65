import Glibc
import Interlock

/// The program that finds files by their names.
///
///     let report = try FileSearch(mode: .pool).search(for: .containing("README"), in: ["/usr"]) {
///       for path in $0 { print(String(decoding: path, as: UTF8.self)) }
///     }
///     print("\(report.matches) of \(report.entries)")
///
/// It finds what `find ROOT… -name PATTERN` finds: each root is a candidate itself, by the last
/// component of its path, and so is everything in it, however deep. Symbolic links are candidates
/// and are never followed, so that no search goes round in circles; only folders are ever opened.
///
/// A folder that cannot be read is reported, and the search goes on: one that is not permitted, and
/// also one that vanished, or was replaced by something else, after its name had been read.
///
/// Neither the depth of a tree nor the length of its paths is limited. Memory grows with the number
/// of folders that wait to be searched, by little more than the names of those; the number of open
/// descriptors does not grow.
public struct FileSearch: Sendable {
  /// The variants of the program, whose sources stand side by side, to be compared.
  public enum Mode: String, CaseIterable, Sendable {
    /// One thread, one folder after the other.
    case sequential
    /// Threads that start threads for a part of their folders, and join them.
    case threads
    /// A fixed crew that shares the folders, and a wait group that knows when none is left.
    case waitgroup
    /// Tasks of a thread pool.
    case pool

    /// How many workers are good here, unless somebody says something else: one for each CPU.
    public var defaultWorkers: Int { self == .sequential ? 1 : Processors.available }
  }

  /// Which variant searches.
  public let mode: Mode
  /// How many threads search: as many as were asked for, unless there are not enough descriptors.
  public let workers: Int
  /// Whether folders of other file systems than their root's are found, but not searched.
  public var staysOnFileSystem = false
  /// Whether what is found is handed over folder by folder, for somebody who watches, and not in
  /// larger lists, which cost less.
  public var isPrompt = false

  let budget: DescriptorBudget

  /// Creates a search.
  ///
  /// - Parameters:
  ///   - mode: Which variant searches.
  ///   - workers: How many threads search; `nil` stands for ``Mode/defaultWorkers``.
  /// - Precondition: There is at least one worker.
  public init(mode: Mode = .pool, workers: Int? = nil) {
    self.init(mode: mode, workers: workers, descriptorLimit: DescriptorBudget.systemLimit)
  }

  init(mode: Mode, workers: Int?, descriptorLimit: Int) {
    let workers = mode == .sequential ? 1 : workers ?? mode.defaultWorkers
    precondition(workers > 0, "BUG: FileSearch(workers: \(workers)): nobody would search.")
    self.mode = mode
    budget = DescriptorBudget(limit: descriptorLimit)
    self.workers = min(workers, budget.workerLimit)
  }

  /// Searches all roots, and blocks until that is done.
  ///
  /// - Parameters:
  ///   - pattern: Which names to find.
  ///   - roots: Where to search; a root in a root is searched twice.
  ///   - progress: Where to say how far the search has come, and to look whether to stop.
  ///   - report: Is told about each folder that cannot be read, at once and on the thread that tried;
  ///     perhaps on several threads at the same time.
  ///   - found: Is given what was found, in no particular order, a list at a time; perhaps on several
  ///     threads at the same time.
  /// - Returns: How much was found and seen.
  /// - Throws: ``ThreadError`` if the system has no threads to give.
  public func search(
    for pattern: NamePattern,
    in roots: [String],
    progress: SearchProgress = SearchProgress(),
    reporting report: @escaping @Sendable (InputFailure) -> Void = { _ in },
    found: @escaping @Sendable (PathList) -> Void
  ) throws -> SearchReport {
    let job = SearchJob(
      roots: roots,
      pattern: pattern,
      workers: workers,
      staysOnFileSystem: staysOnFileSystem,
      isPrompt: isPrompt,
      budget: budget,
      progress: progress,
      report: report,
      found: found
    )
    switch mode {
    case .sequential: SequentialSearch.search(job)
    case .threads: try ThreadedSearch.search(job)
    case .waitgroup: try WaitGroupSearch.search(job)
    case .pool: try PoolSearch.search(job)
    }
    return SearchReport(of: progress)
  }
}
