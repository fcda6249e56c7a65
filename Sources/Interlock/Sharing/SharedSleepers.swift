/// Those in several processes that sleep until something is there for one of them.
///
/// # Waiting
///
/// `mark` says that somebody may sleep. A sleeper reads `changes`, sets the mark, looks whether it need
/// not sleep at all, and sleeps while `changes` is what it was. Whoever has something for a sleeper
/// takes the mark away, raises `changes` and wakes one: so nobody is woken twice for the same sleep, and
/// no sleeper misses what comes after its look. One that was woken sets the mark again, for others may
/// sleep still, and when it has got what it wanted wakes the next one if there is more.
///
/// There is no count that a death could make wrong. A sleeper that was woken and dies takes the wake-up
/// along; for that case alone the others look again now and then.
struct SharedSleepers: Sendable {
  /// How long a sleeper relies on being woken.
  static let patience = Duration.milliseconds(50)
  /// How many bytes they take.
  static let size = 8

  private let changes: SharedWord
  private let mark: SharedWord

  init(at address: UnsafeMutableRawPointer) {
    unsafe changes = SharedWord(at: address.bindMemory(to: UInt32.self, capacity: 1))
    unsafe mark = SharedWord(at: (address + 4).bindMemory(to: UInt32.self, capacity: 1))
  }

  /// Whether somebody may sleep.
  var mayBeThere: Bool { mark.load(ordering: .sequentiallyConsistent) != 0 }

  /// Wakes some that sleep, if somebody does.
  ///
  /// What is there for them was stored sequentially consistently before: either this sees the mark, or
  /// the sleeper, which sets it before it looks, sees what is there.
  func wake(_ count: Int) {
    guard mayBeThere else { return }
    let before = mark.update(ordering: .sequentiallyConsistent) { _ in 0 }
    guard before != 0 else { return }
    changes.update(ordering: .sequentiallyConsistent) { $0 &+ 1 }
    changes.wake(count)
  }

  /// Wakes all that sleep, whatever the mark says: one that was woken may not have set it again yet.
  func wakeAll() {
    changes.update(ordering: .sequentiallyConsistent) { $0 &+ 1 }
    changes.wake(.max)
  }

  /// Waits until `attempt` has a result.
  ///
  /// - Parameters:
  ///   - deadline: When to give up; `nil` for never.
  ///   - passOn: Wakes others if there is something for them, too.
  ///   - attempt: Is made again and again.
  /// - Returns: `nil` if the deadline has passed or the thread or task was cancelled.
  func wait<Result>(
    until deadline: Deadline?,
    passOn: () -> Void = {},
    _ attempt: () -> Result?
  ) -> Result? {
    SharedWait.run(until: deadline) { wait in
      defer {
        mark.store(1, ordering: .sequentiallyConsistent)
        passOn()
      }
      while true {
        let seen = changes.load(ordering: .sequentiallyConsistent)
        mark.store(1, ordering: .sequentiallyConsistent)
        if let result = attempt() { return result }
        guard wait.sleep(on: changes, while: seen, atMost: Self.patience) else { return nil }
      }
    }
  }
}
