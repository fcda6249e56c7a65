import Interlock

/// How far a run has come that counts winds, for whoever watches it, and the switch that stops it.
///
/// All threads may use it at any time.
///
///     let progress = WindProgress()
///     let display = Alarm(after: .milliseconds(100), repeating: .milliseconds(100)) {
///       print("\(progress.bytes) bytes of \(progress.files) archives so far")
///     }
///     let report = try WindCounter().count(["archives"], progress: progress)
///     display.cancel()
public final class WindProgress: Sendable {
  // Ordering: these are single facts, and nothing else is read because of them; all is relaxed.
  private let byteCount = Atomic<UInt64>(0)
  private let fileCount = Atomic(0)
  private let errorCount = Atomic(0)
  private let stopFlag = Atomic(false)

  /// Nothing so far.
  public init() {}

  /// How many bytes were read.
  public var bytes: UInt64 { byteCount.load(ordering: .relaxed) }

  /// How many archives were read to their end.
  public var files: Int { fileCount.load(ordering: .relaxed) }

  /// How many inputs could not be read, or not to their end.
  public var errors: Int { errorCount.load(ordering: .relaxed) }

  /// Whether ``stop()`` was called.
  public var isStopped: Bool { stopFlag.load(ordering: .relaxed) }

  /// Ends the run soon, with what was counted so far.
  public func stop() { stopFlag.store(true, ordering: .relaxed) }

  func addBytes(_ count: Int) { byteCount.wrappingAdd(UInt64(count), ordering: .relaxed) }
  func addFile() { fileCount.wrappingAdd(1, ordering: .relaxed) }
  func addError() { errorCount.wrappingAdd(1, ordering: .relaxed) }
}
