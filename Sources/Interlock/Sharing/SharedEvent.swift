/// A fact that threads of several processes wait for.
///
///     let isReady = try SharedEvent()
///     let server = try WorkerProcess(isReady) { isReady in
///       listen()
///       isReady.set()
///       serve()
///     }
///     guard isReady.wait(for: .seconds(5)) else { throw NotReady() }
///
/// ## Ordering
///
/// Everything before `set()` happens before everything after a `wait()` that it lets go.
///
/// ## Waiting
///
/// `wait()` blocks until the event is set. The forms with a deadline give up when it passes, or when the
/// calling thread or task is cancelled: take one of those if the process that is to set the event may
/// die before it does.
///
/// ## Cost
///
/// That of a ``SharedLock``.
public final class SharedEvent: Sendable {
  private struct State: BitwiseCopyable, Sendable {
    var isSet: Bool
  }

  private let cell: RobustCell<State>

  /// Makes an event.
  ///
  /// - Throws: ``SharingError`` if the system has no memory for it.
  public init(isSet: Bool = false) throws(SharingError) {
    cell = try RobustCell(.event, State(isSet: isSet))
  }

  private init(_ cell: RobustCell<State>) {
    self.cell = cell
  }

  /// Whether the event is set.
  public var isSet: Bool { cell.withLock { $0.isSet } }

  /// Makes the event true and lets everybody who waits go on.
  public func set() {
    cell.withLock { $0.isSet = true }
    cell.announceChange()
  }

  /// Makes the event false: whoever comes now waits.
  public func clear() {
    cell.withLock { $0.isSet = false }
  }

  /// Waits until the event is set.
  public func wait() { _ = cell.wait(until: nil) { $0.isSet ? true : nil } }

  /// Waits until the event is set, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether it is; `false` if the deadline passed or the thread or task was cancelled.
  public func wait(until deadline: Deadline) -> Bool {
    cell.wait(until: deadline) { $0.isSet ? true : nil } ?? false
  }

  /// Waits until the event is set, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether it is; `false` if the time was over or the thread or task was cancelled.
  public func wait(for duration: Duration) -> Bool { wait(until: .after(duration)) }
}

extension SharedEvent: Codable {
  /// Hands the event to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws { try cell.encode(to: encoder) }

  /// Takes an event that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is none.
  public convenience init(from decoder: any Decoder) throws {
    self.init(try RobustCell(.event, from: decoder))
  }
}
