import Interlock
import InterlockChecker

// Locks that several threads may have for reading.
extension BugPair {
  static let readersAndWriters: [BugPair] = [staleUpgrade, upgradeInside, writeAsReader]

  private static let staleUpgrade = BugPair(
    "a reader that becomes a writer and does not look again",
    .failure,
    "made twice",
    bug: {
      let cache = ReadWriteLock(0)
      let made = Atomic(0)
      try together(2) {
        guard cache.withReadLock({ $0 }) == 0 else { return }
        cache.withWriteLock { $0 = 1 }
        made.wrappingAdd(1, ordering: .relaxed)
      }
      try require(made.load(ordering: .relaxed) == 1, "the entry was made twice")
    },
    twin: {
      let cache = ReadWriteLock(0)
      let made = Atomic(0)
      try together(2) {
        guard cache.withReadLock({ $0 }) == 0 else { return }
        cache.withWriteLock { value in
          guard value == 0 else { return }
          value = 1
          made.wrappingAdd(1, ordering: .relaxed)
        }
      }
      try require(made.load(ordering: .relaxed) == 1)
    }
  )

  private static let upgradeInside = BugPair(
    "a reader that becomes a writer while it reads",
    .crash,
    "which is inside already",
    bug: {
      let cache = ReadWriteLock(0)
      try together(2) {
        cache.withReadLock { seen in if seen == 0 { cache.withWriteLock { $0 = 1 } } }
      }
    },
    twin: {
      let cache = ReadWriteLock(0)
      try together(2) {
        cache.withWriteLock {
          $0 = 1
        } thenRead: { _ in
        }
      }
    }
  )

  private static let writeAsReader = BugPair(
    "a write under the lock for reading",
    .race,
    "a data race",
    bug: {
      let gate = ReadWriteLock(true)
      let cell = PlainCell(0)
      try together(2) { gate.withReadLock { _ in cell.value += 1 } }
    },
    twin: {
      let gate = ReadWriteLock(true)
      let cell = PlainCell(0)
      try together(2) { gate.withWriteLock { _ in cell.value += 1 } }
      try require(gate.withReadLock { _ in cell.value } == 2)
    }
  )
}
