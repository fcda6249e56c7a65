import CInterlock
import Interlock

/// One thread of the system whose turns are watched.
@safe
final class Watch: @unchecked Sendable {
  // SAFETY: allocated in `init` and freed in `deinit`. What C changes in it, it changes atomically, or in the
  // thread that is watched.
  private let watch: UnsafeMutablePointer<interlock_watch>
  // Guarded by: the watchdog's lock.
  private var rules: WatchRules
  let limits: WatchRules.Limits

  /// Begins to count the turns of the calling thread.
  ///
  /// - Returns: `nil` if that is done already, or cannot be done.
  init?(_ limits: WatchRules.Limits) {
    self.limits = limits
    rules = WatchRules(limits)
    unsafe watch = .allocate(capacity: 1)
    unsafe watch.initialize(to: interlock_watch())
    guard unsafe interlock_watch_begin(watch) else { return nil }
  }

  deinit {
    unsafe watch.deallocate()
  }

  /// Ceases to count the turns of the calling thread, whose watch it is.
  func end() { interlock_watch_end() }

  /// Looks at the thread, and ends its turn if that has lasted too long.
  ///
  /// The caller has the watchdog's lock, and the watch has not ended.
  func look() {
    let turn = turn
    let isAsleep = unsafe interlock_watch_is_asleep(watch)
    let cpuTime = unsafe interlock_watch_cpu_time(watch)
    // What was seen may be of the next turn.
    guard self.turn == turn else { return }
    let look = WatchRules.Look(
      turn: turn,
      moment: .now,
      cpuTime: .nanoseconds(Int64(clamping: cpuTime)),
      isAsleep: isAsleep
    )
    condemn(turn, rules.judge(look))
  }

  /// Which turn it is.
  var turn: UInt64 { unsafe interlock_watch_turn(watch) }

  /// Ends a turn of the thread, if it still lasts when the thread hears of it.
  func condemn(_ turn: UInt64, _ finding: WatchRules.Finding) {
    switch finding {
    case .nothing: break
    case .blocked: unsafe interlock_watch_condemn(watch, turn, Int32(INTERLOCK_FIBER_BLOCKED))
    case .endless: unsafe interlock_watch_condemn(watch, turn, Int32(INTERLOCK_FIBER_ENDLESS))
    }
  }
}
