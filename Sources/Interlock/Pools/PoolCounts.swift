/// What a pool counts: one such set for each worker, and one for all other threads.
///
/// A worker's is changed by that worker only, so a load and a store make one addition; the other
/// one's additions are indivisible.
struct PoolCounts: ~Copyable, Sendable {
  private let isShared: Bool
  private let submitted = Atomic<Int>(0)
  private let begun = Atomic<Int>(0)
  private let succeeded = Atomic<Int>(0)
  private let failed = Atomic<Int>(0)
  private let cancelled = Atomic<Int>(0)

  init(isShared: Bool) {
    self.isShared = isShared
  }

  private func add(_ number: Int = 1, to word: borrowing Atomic<Int>) {
    // Ordering (Q1): releasing, pairs with the loads in `add(to:)`: whoever sees an end sees the
    // beginning too.
    if isShared {
      word.wrappingAdd(number, ordering: .releasing)
    } else {
      word.store(word.load(ordering: .relaxed) + number, ordering: .releasing)
    }
  }

  func noteSubmission() { add(to: submitted) }
  func noteBeginning() { add(to: begun) }
  func noteEnd(failed hasFailed: Bool) {
    if hasFailed { add(to: failed) } else { add(to: succeeded) }
  }
  /// Others may cancel too: only for the shared counts.
  func noteCancellation() { add(to: cancelled) }

  /// Adds these counts to the sums.
  func add(to sums: inout PoolSums) {
    // Ordering (Q1): acquiring, pairs with the additions. The ends are read first.
    sums.succeeded += succeeded.load(ordering: .acquiring)
    sums.failed += failed.load(ordering: .acquiring)
    sums.cancelled += cancelled.load(ordering: .acquiring)
    sums.begun += begun.load(ordering: .acquiring)
    sums.submitted += submitted.load(ordering: .acquiring)
  }

  /// Adds the sums of a worker that is no more.
  func add(_ sums: PoolSums) {
    add(sums.submitted, to: submitted)
    add(sums.begun, to: begun)
    add(sums.succeeded, to: succeeded)
    add(sums.failed, to: failed)
    add(sums.cancelled, to: cancelled)
  }
}

/// What all the counts of a pool come to.
struct PoolSums {
  var submitted = 0
  var begun = 0
  var succeeded = 0
  var failed = 0
  var cancelled = 0
}
