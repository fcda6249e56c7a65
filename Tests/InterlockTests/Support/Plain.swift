import Glibc

/// A number with no protection of its own: what a lock under test has to protect.
///
/// The Thread Sanitizer sees every access to it, so a lock with a wrong memory ordering is found
/// even on a machine where it happens to work. That is why the class is not generic: accesses to a
/// generic property are made in the runtime, where the sanitizer does not look.
final class PlainCount: @unchecked Sendable {
  // SAFETY: whoever uses it holds the lock under test; whether that suffices is what is tested.
  private nonisolated(unsafe) var number = 0

  /// The number, for a caller that is alone with it.
  var count: Int { unsafe number }

  /// Adds one, with a pause for others to come in between if they can.
  func increment(pausing: Bool = false) {
    let old = unsafe number
    if pausing { sched_yield() }
    unsafe number = old + 1
  }

  func decrement() {
    unsafe number -= 1
  }
}

/// A list with no protection of its own.
final class PlainList: @unchecked Sendable {
  // SAFETY: as for `PlainCount`.
  private nonisolated(unsafe) var numbers: [Int] = []

  /// The list, for a caller that is alone with it.
  var list: [Int] { unsafe numbers }

  func append(_ number: Int) {
    unsafe numbers.append(number)
  }
}
