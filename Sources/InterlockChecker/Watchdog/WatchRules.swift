import Interlock

/// When a turn of a fiber has lasted too long.
///
/// A fiber gives way at its next operation. One that does not come to it waits for something that is not the
/// toolkit's, or computes without end. Of the first kind it is if its thread of the system does nothing but
/// sleep; a thread that is only kept from running, by others or by a debugger, does not sleep.
struct WatchRules {
  /// How long a turn may last.
  struct Limits: Hashable, Sendable {
    /// Asleep, and at a stretch.
    var asleep: Duration
    /// At work, in CPU time.
    var computing: Duration
  }

  /// What is seen of a thread at one moment.
  struct Look: Sendable {
    /// Which turn it is: odd while a fiber runs.
    let turn: UInt64
    let moment: Deadline
    /// The CPU time that the thread has used.
    let cpuTime: Duration
    let isAsleep: Bool
  }

  enum Finding: Hashable, Sendable {
    case nothing
    /// The fiber waits for something that nobody here sees.
    case blocked
    /// The fiber computes on and on.
    case endless
  }

  private struct Turn {
    let number: UInt64
    /// The CPU time that had been used when the turn was first seen, and when it was seen last.
    let cpuTimeBefore: Duration
    var cpuTime: Duration
    /// Since when it has been asleep.
    var asleepSince: Deadline
  }

  private let limits: Limits
  private var turn: Turn?

  init(_ limits: Limits) {
    self.limits = limits
  }

  /// Judges what is seen now, in the light of what was seen before.
  mutating func judge(_ look: Look) -> Finding {
    guard !look.turn.isMultiple(of: 2) else {
      turn = nil
      return .nothing
    }
    guard var turn, turn.number == look.turn else {
      turn = Turn(
        number: look.turn,
        cpuTimeBefore: look.cpuTime,
        cpuTime: look.cpuTime,
        asleepSince: look.moment
      )
      return .nothing
    }
    // Who has used CPU time since the last look was awake in between.
    if !look.isAsleep || look.cpuTime != turn.cpuTime { turn.asleepSince = look.moment }
    turn.cpuTime = look.cpuTime
    self.turn = turn
    if look.cpuTime - turn.cpuTimeBefore >= limits.computing { return .endless }
    return look.moment - turn.asleepSince >= limits.asleep ? .blocked : .nothing
  }
}
