import Interlock
import InterlockChecker

// Things that should happen at once, and do not.
extension BugPair {
  static let updates: [BugPair] = [
    lostUpdate, lostUpdateOfMemory, splitSection, checkThenAct, wrongLock, unlockedReader,
    tornInvariant, splitCounter, lostMaximum, twoLocksForOneThing, stolenClaim,
  ]

  private static let lostUpdate = BugPair(
    "lost update of an atomic word",
    .failure,
    "lost",
    bug: {
      let word = Atomic(0)
      try together(2) {
        let value = word.load(ordering: .acquiring)
        word.store(value + 1, ordering: .releasing)
      }
      try require(word.load(ordering: .relaxed) == 2, "an update was lost")
    },
    twin: {
      let word = Atomic(0)
      try together(2) { word.wrappingAdd(1, ordering: .relaxed) }
      try require(word.load(ordering: .relaxed) == 2)
    }
  )

  private static let lostUpdateOfMemory = BugPair(
    "lost update of plain memory",
    .race,
    "a data race",
    bug: {
      let cell = PlainCell(0)
      try together(2) { cell.value += 1 }
    },
    twin: {
      let cell = PlainCell(0)
      let lock = Lock()
      try together(2) { lock.withLock { cell.value += 1 } }
      try require(cell.value == 2)
    }
  )

  private static let splitSection = BugPair(
    "read in one critical section, written in another",
    .failure,
    "lost",
    bug: {
      let count = Mutex(0)
      try together(2) {
        let seen = count.withLock { $0 }
        count.withLock { $0 = seen + 1 }
      }
      try require(count.withLock { $0 } == 2, "an update was lost")
    },
    twin: {
      let count = Mutex(0)
      try together(2) { count.withLock { $0 += 1 } }
      try require(count.withLock { $0 } == 2)
    }
  )

  private static let checkThenAct = BugPair(
    "check, then act: two withdrawals",
    .failure,
    "overdrawn",
    bug: {
      let balance = Mutex(100)
      try together(2) {
        let isEnough = balance.withLock { $0 >= 80 }
        if isEnough { balance.withLock { $0 -= 80 } }
      }
      try require(balance.withLock { $0 } >= 0, "the account is overdrawn")
    },
    twin: {
      let balance = Mutex(100)
      try together(2) { balance.withLock { if $0 >= 80 { $0 -= 80 } } }
      try require(balance.withLock { $0 } == 20)
    }
  )

  private static let wrongLock = BugPair(
    "each thread takes a lock of its own",
    .race,
    "a data race",
    bug: {
      let cell = PlainCell(0)
      let (one, other) = (Lock(), Lock())
      try together(
        { one.withLock { cell.value += 1 } },
        { other.withLock { cell.value += 1 } }
      )
    },
    twin: {
      let cell = PlainCell(0)
      let lock = Lock()
      try together(
        { lock.withLock { cell.value += 1 } },
        { lock.withLock { cell.value += 1 } }
      )
    }
  )

  private static let unlockedReader = BugPair(
    "who only reads takes no lock",
    .race,
    "reads it",
    bug: {
      let cell = PlainCell(0)
      let lock = Lock()
      try together({ lock.withLock { cell.value = 1 } }, { _ = cell.value })
    },
    twin: {
      let cell = PlainCell(0)
      let lock = Lock()
      try together({ lock.withLock { cell.value = 1 } }, { _ = lock.withLock { cell.value } })
    }
  )

  private static let tornInvariant = BugPair(
    "a transfer in two critical sections",
    .failure,
    "money",
    bug: {
      let accounts = Mutex([100, 0])
      try together(
        {
          accounts.withLock { $0[0] -= 30 }
          accounts.withLock { $0[1] += 30 }
        },
        {
          let sum = accounts.withLock { $0[0] + $0[1] }
          try require(sum == 100, "money is missing")
        }
      )
    },
    twin: {
      let accounts = Mutex([100, 0])
      try together(
        {
          accounts.withLock {
            $0[0] -= 30
            $0[1] += 30
          }
        },
        {
          let sum = accounts.withLock { $0[0] + $0[1] }
          try require(sum == 100)
        }
      )
    }
  )

  private static let splitCounter = BugPair(
    "a counter in two words",
    .failure,
    "torn",
    bug: {
      let high = Atomic(0)
      let low = Atomic(9)
      try together(
        {
          low.store(0, ordering: .releasing)
          high.store(1, ordering: .releasing)
        },
        {
          let value = high.load(ordering: .acquiring) * 10 + low.load(ordering: .acquiring)
          try require(value == 9 || value == 10, "the counter is torn")
        }
      )
    },
    twin: {
      let counter = Atomic(9)
      try together(
        { counter.store(10, ordering: .releasing) },
        {
          let value = counter.load(ordering: .acquiring)
          try require(value == 9 || value == 10)
        }
      )
    }
  )

  private static let lostMaximum = BugPair(
    "a maximum that is compared and then stored",
    .failure,
    "greatest",
    bug: {
      let greatest = Atomic(0)
      @Sendable func offer(_ value: Int) {
        guard value > greatest.load(ordering: .acquiring) else { return }
        greatest.store(value, ordering: .releasing)
      }
      try together({ offer(5) }, { offer(7) })
      try require(greatest.load(ordering: .relaxed) == 7, "the greatest was overwritten")
    },
    twin: {
      let greatest = Atomic(0)
      try together(
        { greatest.max(5, ordering: .relaxed) },
        { greatest.max(7, ordering: .relaxed) }
      )
      try require(greatest.load(ordering: .relaxed) == 7)
    }
  )

  private static let twoLocksForOneThing = BugPair(
    "a lock for writing and one for reading",
    .race,
    "a data race",
    bug: {
      let cell = PlainCell(0)
      let (writing, reading) = (Lock(name: "writing"), Lock(name: "reading"))
      try together(
        { writing.withLock { cell.value = 1 } },
        { _ = reading.withLock { cell.value } }
      )
    },
    twin: {
      let cell = PlainCell(0)
      let (writing, reading) = (Lock(name: "writing"), Lock(name: "reading"))
      try together(
        { writing.withLock { reading.withLock { cell.value = 1 } } },
        { _ = reading.withLock { cell.value } }
      )
    }
  )

  private static let stolenClaim = BugPair(
    "a flag that is tested and then set",
    .failure,
    "two threads",
    bug: {
      let isTaken = Atomic(false)
      let inside = Atomic(0)
      try together(2) {
        guard !isTaken.load(ordering: .acquiring) else { return }
        isTaken.store(true, ordering: .releasing)
        inside.wrappingAdd(1, ordering: .relaxed)
      }
      try require(inside.load(ordering: .relaxed) == 1, "two threads have the claim")
    },
    twin: {
      let isTaken = Atomic(false)
      let inside = Atomic(0)
      try together(2) {
        guard !isTaken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        inside.wrappingAdd(1, ordering: .relaxed)
      }
      try require(inside.load(ordering: .relaxed) == 1)
    }
  )
}
