/// The lock under the locks: guards a few fields for a few instructions.
///
/// It has no owner, no deadline and no fairness; holders never wait for anything while they have
/// it and never call foreign code. Everything that users see is built with it.
///
/// States of `word`: `free`; `held`; `contended`, held and perhaps slept for. A thread that sleeps
/// has left `contended` behind, and whoever releases `contended` wakes one: no wake is lost. The
/// woken thread takes the lock as `contended`, for it cannot know whether others still sleep.
struct GuardLock: ~Copyable {
  private enum State {
    static let free: UInt32 = 0
    static let held: UInt32 = 1
    static let contended: UInt32 = 2
  }

  private let word = Atomic<UInt32>(State.free)
  /// Whether nobody learns anything by what is guarded that an operation would not tell: a world that
  /// looks at operations need not know of it.
  private let isQuiet: Bool

  init(isQuiet: Bool = false) {
    self.isQuiet = isQuiet
  }

  borrowing func acquire() {
    announce(.acquiring)
    acquireUnseen()
  }

  borrowing func acquireUnseen() {
    // Ordering (G1): acquiring, pairs with the exchange in `release`.
    if word.rawCompareExchange(expected: State.free, desired: State.held, ordering: .acquiring) {
      return
    }
    while exchange(State.contended, ordering: .acquiring) != State.free {
      _ = unsafe Seam.world.park(on: word.address, while: State.contended, until: .never)
    }
  }

  borrowing func release() {
    announce(.releasing)
    releaseUnseen()
  }

  borrowing func releaseUnseen() {
    // Ordering (G1): releasing, pairs with the exchanges in `acquire`.
    if word.rawExchange(State.free, ordering: .releasing) == State.contended {
      unsafe Seam.world.wake(1, on: word.address)
    }
  }

  /// Tells a world that watches words what is about to be done to this one.
  private borrowing func announce(_ ordering: UpdateOrdering) {
    if Seam.isWatched, !isQuiet {
      unsafe Seam.willAccess(.guarding, word.address, ordering.rawValue)
    }
  }

  private borrowing func exchange(_ desired: UInt32, ordering: UpdateOrdering) -> UInt32 {
    announce(ordering)
    return word.rawExchange(desired, ordering: ordering)
  }

  borrowing func withLock<Result: ~Copyable>(_ body: () -> Result) -> Result {
    acquire()
    defer { release() }
    return body()
  }
}

/// Some state and the lock that guards it.
final class Guarded<State>: @unchecked Sendable {
  private let lock: GuardLock
  // SAFETY: touched only in `withLock`, by the one thread that holds `lock`, and `body` cannot
  // come back here: the lock would never let it.
  @exclusivity(unchecked)
  private var state: State

  init(_ state: sending State, isQuiet: Bool = false) {
    lock = GuardLock(isQuiet: isQuiet)
    unsafe self.state = state
  }

  func withLock<Result>(_ body: (inout State) -> Result) -> Result {
    lock.withLock { unsafe body(&state) }
  }

  /// Looks at what only the calling thread changes, which no world need know of.
  func peek<Result>(_ body: (State) -> Result) -> Result {
    lock.acquireUnseen()
    defer { lock.releaseUnseen() }
    return unsafe body(state)
  }

  /// The state when nobody else has a reference any more, such as in the `deinit` of its only owner.
  var last: State { unsafe state }
}
