import Interlock

/// How far a run has come that measures polygons, for whoever watches it, and the switch that stops
/// it.
///
/// All threads may use it at any time.
///
///     let progress = AreaProgress()
///     let display = Alarm(after: .milliseconds(100), repeating: .milliseconds(100)) {
///       print("\(progress.polygons) polygons so far")
///     }
///     let report = try AreaMeasurer().measure("polygons.txt", progress: progress)
///     display.cancel()
public final class AreaProgress: Sendable {
  // Ordering: these are single facts, and nothing else is read because of them; all is relaxed.
  private let polygonCount = Atomic(0)
  private let byteCount = Atomic<UInt64>(0)
  private let errorCount = Atomic(0)
  private let stopFlag = Atomic(false)

  /// Nothing so far.
  public init() {}

  /// How many polygons were measured.
  public var polygons: Int { polygonCount.load(ordering: .relaxed) }

  /// How many bytes these lines had, and those that are no polygons.
  public var bytes: UInt64 { byteCount.load(ordering: .relaxed) }

  /// How many lines were no polygons, and one more if the input could not be read to its end.
  public var errors: Int { errorCount.load(ordering: .relaxed) }

  /// Whether ``stop()`` was called.
  public var isStopped: Bool { stopFlag.load(ordering: .relaxed) }

  /// Ends the run soon, with what was measured so far.
  public func stop() { stopFlag.store(true, ordering: .relaxed) }

  func add(polygons: Int, bytes: Int, errors: Int) {
    polygonCount.wrappingAdd(polygons, ordering: .relaxed)
    byteCount.wrappingAdd(UInt64(bytes), ordering: .relaxed)
    errorCount.wrappingAdd(errors, ordering: .relaxed)
  }
}
