import CInterlock
import Glibc

/// A word in memory that several processes share.
///
/// The seam does not see it: other processes are beyond every world. What it changes is a ``SharedStep``.
@safe
struct SharedWord: @unchecked Sendable {
  // SAFETY: whoever makes a word keeps the memory mapped while it is used. It is aligned, and all
  // processes touch it by atomic operations only.
  let address: UnsafeMutablePointer<UInt32>

  init(at address: UnsafeMutablePointer<UInt32>) {
    unsafe self.address = address
  }

  func load(ordering: LoadOrdering) -> UInt32 {
    unsafe interlock_load_32(address, ordering.rawValue)
  }

  func store(_ value: UInt32, ordering: StoreOrdering) {
    SharedStep.pass()
    unsafe interlock_store_32(address, value, ordering.rawValue)
  }

  /// Replaces the value if it is `expected`; otherwise stores in `expected` what it is.
  func compareExchange(
    _ expected: inout UInt32,
    _ desired: UInt32,
    ordering: UpdateOrdering
  ) -> Bool {
    SharedStep.pass()
    return unsafe interlock_compare_exchange_32(
      address,
      &expected,
      desired,
      ordering.rawValue,
      ordering.onFailure.rawValue
    )
  }

  /// Replaces the value by what `next` makes of it.
  ///
  /// - Returns: What it was.
  @discardableResult
  func update(ordering: UpdateOrdering, _ next: (UInt32) -> UInt32) -> UInt32 {
    var seen = load(ordering: .relaxed)
    while !compareExchange(&seen, next(seen), ordering: ordering) {}
    return seen
  }

  /// Sleeps while the value is `expected`; may return for no reason.
  ///
  /// - Returns: `false` if the deadline passed.
  func sleep(while expected: UInt32, until deadline: Deadline) -> Bool {
    unsafe interlock_shared_futex_wait(address, expected, deadline.nanoseconds) != ETIMEDOUT
  }

  /// Wakes up to `count` of those that sleep on the word, in whatever process.
  func wake(_ count: Int = 1) {
    _ = unsafe interlock_shared_futex_wake(address, Int32(clamping: count))
  }
}
