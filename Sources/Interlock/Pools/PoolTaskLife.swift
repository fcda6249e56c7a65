/// Where a pool task is in its life: one word, and the events that change it.
///
/// | bits | hold |
/// |---|---|
/// | 0–1 | the phase |
/// | 2 | `isAsked`: somebody has asked the task to stop |
/// | 3 | `isFollowed`: whoever ends the task has to tell those who follow it |
/// | 4 | `hasFailed`: it has finished with an error |
/// | 32–63 | the number of the thread that began it; 0 before |
///
/// | phase | next, and who changes it |
/// |---|---|
/// | waiting | → running: the one thread that begins it; → cancelled: anybody |
/// | running | → finished: the thread that began it |
/// | finished, cancelled | no other phase follows |
///
/// `isAsked` and `isFollowed` are set by anybody before the end, and never afterwards; the end clears
/// `isFollowed`.
struct PoolTaskLife: Hashable {
  enum Phase: UInt64 {
    case waiting, running, finished, cancelled
  }

  private static let asked: UInt64 = 1 << 2
  private static let followed: UInt64 = 1 << 3
  private static let failed: UInt64 = 1 << 4
  private static let phaseMask: UInt64 = 0b11

  let bits: UInt64

  init(bits: UInt64) {
    self.bits = bits
  }

  /// The life of a task that nobody has begun.
  static let new = PoolTaskLife(bits: Phase.waiting.rawValue)

  var phase: Phase {
    switch bits & Self.phaseMask {
    case 0: .waiting
    case 1: .running
    case 2: .finished
    default: .cancelled
    }
  }

  var isAsked: Bool { bits & Self.asked != 0 }
  var isFollowed: Bool { bits & Self.followed != 0 }
  var hasFailed: Bool { bits & Self.failed != 0 }

  /// The number of the thread that began the task; 0 before.
  var runner: UInt32 { UInt32(bits >> 32) }

  /// Whether nothing changes any more.
  var isOver: Bool { phase == .finished || phase == .cancelled }
}

// The events. `nil` says that one cannot be now.
extension PoolTaskLife {
  /// The thread with this number begins the task.
  func begun(by runner: UInt32) -> PoolTaskLife? {
    guard phase == .waiting else { return nil }
    return PoolTaskLife(bits: bits | Phase.running.rawValue | UInt64(runner) << 32)
  }

  /// The body has returned, or thrown.
  func finished(failed: Bool) -> PoolTaskLife? {
    guard phase == .running else { return nil }
    let kept = bits & ~(Self.phaseMask | Self.followed)
    return PoolTaskLife(bits: kept | Phase.finished.rawValue | (failed ? Self.failed : 0))
  }

  /// Somebody cancels a task that nobody has begun.
  func cancelled() -> PoolTaskLife? {
    guard phase == .waiting else { return nil }
    return PoolTaskLife(bits: Phase.cancelled.rawValue | Self.asked)
  }

  /// Somebody asks a task to stop that runs.
  func asked() -> PoolTaskLife? {
    guard phase == .running else { return nil }
    return PoolTaskLife(bits: bits | Self.asked)
  }

  /// Somebody wants to be told of the end.
  func followed() -> PoolTaskLife? {
    guard !isOver else { return nil }
    return PoolTaskLife(bits: bits | Self.followed)
  }
}
