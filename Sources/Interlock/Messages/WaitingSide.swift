import Synchronization

/// Those who wait to put, or those who wait to take, and a word that tells whether there are any.
///
/// Nobody who puts or takes wants to acquire a guard to find out that nobody waits. So a waiter
///
/// 1. stands in line and sets the word, under the guard,
/// 2. passes a fence,
/// 3. looks once more whether it can be served, and only then sleeps,
///
/// and whoever changes the queue
///
/// 1. changes it, sequentially consistent, in a way that the second look notices,
/// 2. reads the word,
/// 3. if it is set exchanges it to zero, and if it was the first to do so wakes one waiter, setting
///    the word again if others remain.
///
/// No wake-up is lost: either the waiter's second look comes after the change and sees it, or the
/// change's look comes after the word was set and sees that. Two changes may wake only one waiter;
/// therefore **whoever was woken looks for more when it is done, and wakes the next** (`passOn` of
/// ``QueueRequest``), also if it does not want anything any more.
///
/// The word is `nobody` if nobody waits, or if somebody is about to wake a waiter and sets it again.
@usableFromInline
struct WaitingSide: ~Copyable, Sendable {
  @usableFromInline enum Presence {
    @usableFromInline static let nobody: UInt32 = 0
    @usableFromInline static let somebody: UInt32 = 1
  }

  private struct Waiter {
    let sleeper: Sleeper
    let place: Int
  }

  @usableFromInline let presence = Interlock::Atomic<UInt32>(Presence.nobody)
  private let line = Guarded<[Waiter]>([])

  init() {}

  /// Wakes one waiter, if there is one.
  ///
  /// `isWatched` is a literal: whether the world may want to see it.
  @inlinable @inline(__always)
  func announce(isWatched: Bool = true) {
    if hasWaiters(isWatched: isWatched) { wakeNext() }
  }

  /// Whether somebody waits.
  ///
  /// `isWatched` is a literal: whether the world may want to see it.
  @inlinable @inline(__always)
  func hasWaiters(isWatched: Bool = true) -> Bool {
    // Ordering (Q4): sequentially consistent, after the change that is announced.
    presence.load(ordering: .sequentiallyConsistent, isWatched: isWatched) != Presence.nobody
  }

  /// Stands in line.
  ///
  /// - Parameters:
  ///   - sleeper: Who waits.
  ///   - place: What it calls this line, if it stands in several.
  ///   - isBack: Whether it stood here before, was woken, and came too late: then it goes first.
  func enter(_ sleeper: Sleeper, place: Int = 0, isBack: Bool = false) {
    line.withLock { line in
      let waiter = Waiter(sleeper: sleeper, place: place)
      line.insert(waiter, at: isBack ? 0 : line.count)
      note(line)
    }
    // Ordering (Q4): the word before the second look.
    memoryFence(ordering: .sequentiallyConsistent)
  }

  /// Leaves the line.
  ///
  /// - Returns: `false` if the sleeper stood there no more, because it was found and woken, or about
  ///   to be woken from another line.
  func leave(_ sleeper: Sleeper, place: Int = 0) -> Bool {
    line.withLock { line in
      guard let index = line.firstIndex(where: { $0.sleeper === sleeper && $0.place == place })
      else { return false }
      line.remove(at: index)
      note(line)
      return true
    }
  }

  /// Wakes the first waiter that nobody else has woken.
  @usableFromInline @inline(never)
  func wakeNext() {
    // Whoever finds zero leaves it to the one who wrote it, and to those who are woken.
    guard presence.exchange(Presence.nobody, ordering: .sequentiallyConsistent) != Presence.nobody
    else { return }
    let woken: Sleeper? = line.withLock { line in
      // In case that nobody is left.
      note(line)
      while !line.isEmpty {
        let waiter = line.removeFirst()
        // Before the signal: whoever is woken must find the word set if others remain.
        note(line)
        if waiter.sleeper.signal(.tryAgain, from: waiter.place) { return waiter.sleeper }
      }
      return nil
    }
    woken?.wake()
  }

  /// Wakes all waiters, if `condition` holds while they are in line.
  func wakeAll(
    _ reason: ThreadRecord.WakeReason = .tryAgain,
    if condition: () -> Bool = { true }
  ) {
    let woken: [Waiter] = line.withLock { line in
      guard condition() else { return [] }
      let waiters = line
      line = []
      note(line)
      return waiters.filter { $0.sleeper.signal(reason, from: $0.place) }
    }
    for waiter in woken { waiter.sleeper.wake() }
  }

  /// The threads in line, the one that came first in front; tasks are left out.
  var threads: [ThreadIdentity] {
    line.withLock { $0 }.compactMap { waiter in
      guard case .thread(let thread) = waiter.sleeper else { return nil }
      return ThreadIdentity(thread)
    }
  }

  /// How many threads and tasks are in line.
  var count: Int { line.withLock { $0.count } }

  private func note(_ line: [Waiter]) {
    let presence = line.isEmpty ? Presence.nobody : Presence.somebody
    self.presence.store(presence, ordering: .sequentiallyConsistent)
  }
}
