import Interlock
import Testing

@testable import InterlockPrograms

/// What a search has found and reported.
struct SearchOutcome {
  let report: SearchReport
  /// Sorted, byte by byte.
  let paths: [[UInt8]]
  let failures: [InputFailure]

  /// The paths as text, as far as they are.
  var texts: [String] { paths.map { String(decoding: $0, as: UTF8.self) } }
}

extension FileSearch {
  /// All variants that are worth a test, with few descriptors or as many as the system gives.
  static func variants(descriptorLimit: Int = 1024) -> [FileSearch] {
    Mode.allCases.flatMap { mode in
      (mode == .sequential ? [1] : [1, 2, 8]).map { workers in
        FileSearch(mode: mode, workers: workers, descriptorLimit: descriptorLimit)
      }
    }
  }

  /// Searches, collects what is found, and lets `watch` see each list on the thread that found it.
  func outcome(
    for pattern: NamePattern,
    in roots: [String],
    progress: SearchProgress = SearchProgress(),
    watch: @escaping @Sendable (PathList) -> Void = { _ in }
  ) throws -> SearchOutcome {
    let lists = Mutex<[PathList]>([])
    let failures = FailureList()
    let report = try search(
      for: pattern,
      in: roots,
      progress: progress,
      reporting: failures.append
    ) { @Sendable list in
      lists.withLock { $0.append(list) }
      watch(list)
    }
    let paths = lists.withLock { $0 }.joined().map(Array.init)
    return SearchOutcome(
      report: report,
      paths: paths.sorted { $0.lexicographicallyPrecedes($1) },
      failures: failures.all
    )
  }
}

extension FileSearch: CustomTestStringConvertible {
  /// How failures name it.
  public var testDescription: String { "\(mode), \(workers) workers" }
}
