import Glibc

/// A variable with no protection of its own: what a lock under test has to protect.
///
/// The Thread Sanitizer sees every access to it, so a lock with a wrong memory ordering is found
/// even on a machine where it happens to work.
final class Plain<Value>: @unchecked Sendable {
  // SAFETY: whoever uses it holds the lock under test; whether that suffices is what is tested.
  nonisolated(unsafe) var value: Value

  init(_ value: Value) {
    unsafe self.value = value
  }
}

extension Plain<Int> {
  /// Adds one, with a pause for others to come in between if they can.
  func increment(pausing: Bool = false) {
    let old = unsafe value
    if pausing { pauseBriefly() }
    unsafe value = old + 1
  }

  /// The value, for a caller that is alone with it.
  var count: Int { unsafe value }
}

extension Plain<[Int]> {
  func append(_ number: Int) {
    unsafe value.append(number)
  }

  /// The value, for a caller that is alone with it.
  var list: [Int] { unsafe value }
}

/// Lets other threads run, now.
private func pauseBriefly() {
  sched_yield()
}
