import Interlock

/// How far a count has come, for whoever watches it, and the switch that stops it.
///
/// All threads may use it at any time. Watching it costs the count nothing.
///
///     let progress = LetterProgress()
///     let display = Alarm(after: .milliseconds(100), repeating: .milliseconds(100)) {
///       print("\(progress.bytes) bytes of \(progress.files) files so far")
///     }
///     let report = try LetterCounter().count(["books"], progress: progress)
///     display.cancel()
public final class LetterProgress: Sendable {
  // Ordering: these are single facts, and nothing else is read because of them; all is relaxed.
  private let byteCount = Atomic<UInt64>(0)
  private let fileCount = Atomic(0)
  private let errorCount = Atomic(0)
  private let stopFlag = Atomic(false)

  /// Nothing so far.
  public init() {}

  /// How many bytes were read.
  public var bytes: UInt64 { byteCount.load(ordering: .relaxed) }

  /// How many files, streams and web resources were read to their end.
  public var files: Int { fileCount.load(ordering: .relaxed) }

  /// How many inputs could not be read.
  public var errors: Int { errorCount.load(ordering: .relaxed) }

  /// Whether ``stop()`` was called.
  public var isStopped: Bool { stopFlag.load(ordering: .relaxed) }

  /// Ends the count soon, with what was counted so far: within a tenth of a second, or a second if
  /// it waits for the web.
  public func stop() { stopFlag.store(true, ordering: .relaxed) }

  func addBytes(_ count: Int) { byteCount.wrappingAdd(UInt64(count), ordering: .relaxed) }
  func addFile() { fileCount.wrappingAdd(1, ordering: .relaxed) }
  func addError() { errorCount.wrappingAdd(1, ordering: .relaxed) }
}
