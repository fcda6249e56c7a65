import Interlock

/// Makes sure that a race is lost at least once, by arranging one bad moment.
///
/// A scheduler may put a thread aside at any moment, and sooner or later it does so between reading
/// the totals and writing them back. How soon depends on the machine and on luck; a lesson has no
/// time to wait for it. So the first thread that wants to write is put aside, as if by the
/// scheduler, until another one wants to write too. Both have read the totals without what the other
/// has counted. Now they write, one after the other, and the second overwrites what the first has
/// counted: of the two, the one that has found letters goes first, so that there is something to
/// lose.
///
/// Until the moment is over nobody else reads or writes, as nobody else might have been given a CPU.
/// Afterwards the threads are left to the scheduler. If nobody else comes, the thread that was put
/// aside goes on: there is nothing to lose then.
///
/// So with two threads, two pieces, and a letter in one of them, the result is wrong, on one CPU as
/// on many.
final class BadMoment: Sendable {
  private enum Stage {
    /// Nobody has been put aside.
    case ahead
    /// A thread that has counted so many letters was put aside; its totals grow old.
    case waiting(letters: UInt64)
    /// The thread that was put aside writes, and the one that came later does so before or after.
    case firstWrites(isLast: Bool)
    /// The thread that came later writes, and the one that was put aside does so before or after.
    case secondWrites(isLast: Bool)
    /// It is over.
    case past
  }

  private struct State {
    var stage = Stage.ahead
    /// How many threads may still come.
    var threads: Int

    /// Whether the others may read and write.
    var isQuiet: Bool {
      switch stage {
      case .firstWrites, .secondWrites: false
      case .ahead, .waiting, .past: true
      }
    }

    /// Whether the thread that was put aside may go on.
    var isTimeForFirst: Bool {
      if case .firstWrites = stage { return true }
      return threads == 1
    }

    var isTimeForSecond: Bool {
      if case .secondWrites = stage { return true }
      return false
    }
  }

  private enum Role {
    case first
    case second
    case other
  }

  private let state: Monitor<State>

  /// A moment for so many threads.
  init(threads: Int) {
    state = Monitor(State(threads: threads), name: "bad moment")
  }

  /// Lets the calling thread read the totals.
  func read(_ totals: () -> [UInt64]) -> [UInt64] {
    state.withLock(when: \.isQuiet) { _ in totals() }
  }

  /// Lets the calling thread write the totals back, with the letters that it has added.
  func write(letters: UInt64, _ writeBack: () -> Void) {
    let role = state.withLock(when: \.isQuiet) { Self.enter(letters, &$0) }
    switch role {
    case .first:
      // The form with a deadline, because it gives up when another thread could not be started.
      _ = state.withLock(when: \.isTimeForFirst, until: .never) { _ in }
    case .second: state.withLock(when: \.isTimeForSecond) { _ in }
    case .other: break
    }
    writeBack()
    if role != .other { state.withLock { Self.finish(role, &$0) } }
  }

  /// The calling thread will not come any more.
  func leave() {
    state.withLock { $0.threads -= 1 }
  }

  private static func enter(_ letters: UInt64, _ state: inout State) -> Role {
    switch state.stage {
    case .ahead:
      state.stage = .waiting(letters: letters)
      return .first
    case .waiting where letters > 0:
      state.stage = .secondWrites(isLast: false)
      return .second
    case .waiting(let lettersOfFirst) where lettersOfFirst > 0:
      state.stage = .firstWrites(isLast: false)
      return .second
    case .waiting, .firstWrites, .secondWrites, .past:
      return .other
    }
  }

  private static func finish(_ role: Role, _ state: inout State) {
    switch (role, state.stage) {
    case (.first, .firstWrites(isLast: false)): state.stage = .secondWrites(isLast: true)
    case (.second, .secondWrites(isLast: false)): state.stage = .firstWrites(isLast: true)
    case (.first, _), (.second, _): state.stage = .past
    case (.other, _): break
    }
  }
}
