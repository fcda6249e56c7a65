import Interlock

/// How far a search has come, for whoever watches it, and the switch that stops it.
///
/// All threads may use it at any time. The numbers are those of a moment ago: workers add to them
/// now and then.
public final class SearchProgress: Sendable {
  private let tally = Mutex(SearchTally(), name: "progress")
  // Ordering: these are single facts, and nothing else is read because of them; all is relaxed.
  private let errorCount = Atomic(0)
  private let stopFlag = Atomic(false)

  /// Nothing so far.
  public init() {}

  /// How many folders were read.
  public var directories: Int { tally.withLock { $0.directories } }

  /// How many names were compared: the roots', and those of all entries of all folders.
  public var entries: Int { tally.withLock { $0.entries } }

  /// How many paths were found.
  public var matches: Int { tally.withLock { $0.matches } }

  /// How many folders could not be read, or not to their end.
  public var errors: Int { errorCount.load(ordering: .relaxed) }

  /// Whether ``stop()`` was called.
  public var isStopped: Bool { stopFlag.load(ordering: .relaxed) }

  /// Ends the search soon: each worker finishes the folder that it is reading.
  public func stop() { stopFlag.store(true, ordering: .relaxed) }

  func add(_ part: SearchTally) {
    tally.withLock { tally in
      tally.directories += part.directories
      tally.entries += part.entries
      tally.matches += part.matches
    }
  }

  func addError() { errorCount.wrappingAdd(1, ordering: .relaxed) }
}

/// What one worker has counted.
struct SearchTally {
  var directories = 0
  var entries = 0
  var matches = 0
}
