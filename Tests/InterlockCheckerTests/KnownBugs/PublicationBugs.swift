import Interlock
import InterlockChecker

// Memory that one thread makes ready for another.
extension BugPair {
  static let publications: [BugPair] = [
    relaxedFlag, doubleChecked, checkedOnce, earlyIndex, readBeforeJoin, missingFence,
  ]

  private static let relaxedFlag = BugPair(
    "a message behind a relaxed flag",
    .race,
    "a data race",
    bug: {
      let message = PlainCell(0)
      let isSent = Atomic(false)
      try together(
        {
          message.value = 42
          isSent.store(true, ordering: .relaxed)
        },
        { if isSent.load(ordering: .relaxed) { _ = message.value } }
      )
    },
    twin: {
      let message = PlainCell(0)
      let isSent = Atomic(false)
      try together(
        {
          message.value = 42
          isSent.store(true, ordering: .releasing)
        },
        { if isSent.load(ordering: .acquiring) { try require(message.value == 42) } }
      )
    }
  )

  private static let missingFence = BugPair(
    "a message behind one fence only",
    .race,
    "a data race",
    bug: {
      let message = PlainCell(0)
      let isSent = Atomic(false)
      try together(
        {
          message.value = 42
          isSent.store(true, ordering: .relaxed)
        },
        {
          guard isSent.load(ordering: .relaxed) else { return }
          memoryFence(ordering: .acquiring)
          _ = message.value
        }
      )
    },
    twin: {
      let message = PlainCell(0)
      let isSent = Atomic(false)
      try together(
        {
          message.value = 42
          memoryFence(ordering: .releasing)
          isSent.store(true, ordering: .relaxed)
        },
        {
          guard isSent.load(ordering: .relaxed) else { return }
          memoryFence(ordering: .acquiring)
          try require(message.value == 42)
        }
      )
    }
  )

  private static let doubleChecked = BugPair(
    "double-checked initialisation with a relaxed flag",
    .race,
    "a data race",
    bug: { try makeWhatIsMissing(looking: .relaxed, telling: .relaxed) },
    twin: { try makeWhatIsMissing(looking: .acquiring, telling: .releasing) }
  )

  /// Two make a value unless it is made, and look twice: before they have a lock, and then.
  private static func makeWhatIsMissing(
    looking: LoadOrdering,
    telling: StoreOrdering
  ) throws {
    let lock = Lock()
    let isMade = Atomic(false)
    let value = PlainCell(0)
    try together(2) {
      if !isMade.load(ordering: looking) {
        lock.withLock {
          guard !isMade.load(ordering: .relaxed) else { return }
          value.value = 42
          isMade.store(true, ordering: telling)
        }
      }
      try require(value.value == 42)
    }
  }

  private static let checkedOnce = BugPair(
    "an initialisation that checks before the lock only",
    .failure,
    "made twice",
    bug: {
      let isMade = Atomic(false)
      let count = Mutex(0)
      try together(2) {
        guard !isMade.load(ordering: .acquiring) else { return }
        count.withLock { $0 += 1 }
        isMade.store(true, ordering: .releasing)
      }
      try require(count.withLock { $0 } == 1, "it was made twice")
    },
    twin: {
      let made = Atomic(0)
      let once = Once { made.wrappingAdd(1, ordering: .relaxed).newValue }
      try together(2) { _ = once.value }
      try require(made.load(ordering: .relaxed) == 1)
    }
  )

  private static let earlyIndex = BugPair(
    "a ring buffer that publishes the index before the element",
    .race,
    "a data race",
    bug: {
      let slot = PlainCell(0)
      let filled = Atomic(0)
      try together(
        {
          filled.store(1, ordering: .releasing)
          slot.value = 7
        },
        { if filled.load(ordering: .acquiring) == 1 { _ = slot.value } }
      )
    },
    twin: {
      let slot = PlainCell(0)
      let filled = Atomic(0)
      try together(
        {
          slot.value = 7
          filled.store(1, ordering: .releasing)
        },
        { if filled.load(ordering: .acquiring) == 1 { try require(slot.value == 7) } }
      )
    }
  )

  private static let readBeforeJoin = BugPair(
    "a result that is read before the thread was joined",
    .race,
    "\"main\" reads it",
    bug: {
      let result = PlainCell(0)
      let worker = try spawn(name: "worker") { result.value = 42 }
      let seen = result.value
      worker.join()
      _ = seen
    },
    twin: {
      let result = PlainCell(0)
      let worker = try spawn(name: "worker") { result.value = 42 }
      worker.join()
      try require(result.value == 42)
    }
  )
}
