import Interlock

/// Ends what fibers do if it does not come to an end by itself: the one thread of the process that looks.
///
/// It is started with the first exploration, looks now and then while there is one, and sleeps otherwise. See
/// Documentation/Internals/Watchdog.md.
final class Watchdog: Sendable {
  static let shared = Watchdog()

  /// How many looks there are within the shortest limit.
  private static let looks = 4
  private static let longestPause = Duration.milliseconds(250)
  private static let shortestPause = Duration.milliseconds(2)

  private struct State {
    var watches: [Watch] = []
    var isStarted = false
  }

  private let state = Monitor(State())

  /// Watches the turns of the calling thread.
  ///
  /// - Parameter limits: How long each may last.
  /// - Returns: What to hand to ``end(_:)``; `nil` if the thread is watched already, or cannot be.
  func begin(_ limits: WatchRules.Limits) -> Watch? {
    guard let watch = Watch(limits) else { return nil }
    let mustStart = state.withLock { state in
      state.watches.append(watch)
      defer { state.isStarted = true }
      return !state.isStarted
    }
    if mustStart { start() }
    return watch
  }

  /// Watches no more.
  ///
  /// The caller is the thread that is watched.
  func end(_ watch: Watch) {
    state.withLock { $0.watches.removeAll { $0 === watch } }
    watch.end()
  }

  private func start() {
    do {
      try spawn(name: "watchdog") { while true { self.look() } }
    } catch {
      // Nobody watches; the next one tries again.
      state.withLock { $0.isStarted = false }
    }
  }

  /// Looks at everybody, as soon as there is somebody, and pauses.
  private func look() {
    let isNeeded: @Sendable (borrowing State) -> Bool = { !$0.watches.isEmpty }
    let pause = state.withLock(when: isNeeded) { state in
      for watch in state.watches { watch.look() }
      return state.watches.map(\.limits).map { min($0.asleep, $0.computing) }.min() ?? .zero
    }
    CurrentThread.sleep(for: min(max(pause / Self.looks, Self.shortestPause), Self.longestPause))
  }
}
