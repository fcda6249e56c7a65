import CInterlock

/// A moment of the monotonic clock at which a blocking call gives up.
///
/// The clock never goes back, does not notice changes of the wall clock, and is the same in all
/// processes of a machine. It stands still while the machine is suspended. Inside an exploration
/// of the checker it is virtual.
///
///     let deadline = Deadline.now + .milliseconds(500)
///     guard isReady.wait(until: deadline) else { return }
public struct Deadline: Hashable, Sendable {
  /// Nanoseconds since the clock's beginning; `UInt64.max` never comes.
  package let nanoseconds: UInt64

  package init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  /// The present moment.
  public static var now: Deadline { Seam.world.now() }

  /// A moment that never comes: the call waits as long as it takes, or until its thread is
  /// cancelled.
  public static let never = Deadline(nanoseconds: .max)

  /// The moment `duration` from now; a negative duration gives the present moment, one that is too
  /// long for the clock (over 500 years) gives ``never``.
  public static func after(_ duration: Duration) -> Deadline { .now + max(duration, .zero) }

  /// Whether the moment has come.
  public var hasPassed: Bool { self != .never && self <= .now }

  /// How long it is until the moment comes: zero if it has, `nil` if it never does.
  public var remaining: Duration? {
    guard self != .never else { return nil }
    let now = Deadline.now
    return now >= self ? .zero : .nanoseconds(Int64(clamping: nanoseconds - now.nanoseconds))
  }

  /// The moment `duration` after `deadline`; before the clock's beginning it is the beginning, and
  /// beyond its end it is ``never``.
  public static func + (deadline: Deadline, duration: Duration) -> Deadline {
    guard deadline != .never else { return .never }
    let (seconds, attoseconds) = duration.components
    let change = Int128(seconds) * 1_000_000_000 + Int128(attoseconds) / 1_000_000_000
    let sum = Int128(deadline.nanoseconds) + change
    return Deadline(nanoseconds: UInt64(clamping: sum))
  }

  /// The time from `start` to `end`, negative if `end` is the earlier one.
  public static func - (end: Deadline, start: Deadline) -> Duration {
    end.nanoseconds >= start.nanoseconds
      ? .nanoseconds(Int64(clamping: end.nanoseconds - start.nanoseconds))
      : .nanoseconds(-Int64(clamping: start.nanoseconds - end.nanoseconds))
  }
}

extension Deadline: Comparable {
  /// Whether the left moment comes before the right one.
  public static func < (left: Deadline, right: Deadline) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Deadline: CustomStringConvertible {
  /// How far away the moment is, as in `in 0.5 seconds`.
  public var description: String {
    guard let remaining else { return "never" }
    return remaining == .zero ? "passed" : "in \(remaining)"
  }
}
