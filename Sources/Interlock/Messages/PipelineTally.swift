/// What one stage of a run counts.
final class StageTally: Sendable {
  let name: String
  let workers: [WorkerTally]
  /// Workers that have not left yet.
  private let present: Atomic<Int>

  init(name: String, workers: Int) {
    self.name = name
    self.workers = (0..<workers).map { _ in WorkerTally() }
    present = Atomic(workers)
  }

  // Ordering (P3): acquiring, pairs with `leave`: the numbers are the last ones then.
  var isFinished: Bool { present.load(ordering: .acquiring) == 0 }

  /// A worker has nothing left to do.
  ///
  /// - Returns: Whether it was the last one.
  func leave() -> Bool {
    // Ordering (P3): acquiring and releasing, pairs with itself: whoever is the last closes the outlet
    // after the puts of all others.
    present.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0
  }
}

/// What one worker counts, and nobody else.
final class WorkerTally: Sendable {
  private let takenCount = Atomic(0)
  private let emittedCount = Atomic(0)
  // Workers that write side by side would take the cache line from each other.
  private let distance = InlineArray<14, UInt64>(repeating: 0)

  var taken: Int { takenCount.load(ordering: .relaxed) }
  var emitted: Int { emittedCount.load(ordering: .relaxed) }

  func noteTaken() { Self.increment(takenCount) }
  func noteEmitted() { Self.increment(emittedCount) }

  // Ordering (P4): relaxed. There is one writer, and whoever reads wants a number that may be old.
  private static func increment(_ count: borrowing Atomic<Int>) {
    count.store(count.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
  }
}
