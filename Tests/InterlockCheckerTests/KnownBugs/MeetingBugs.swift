import Interlock
import InterlockChecker

// Barriers and events.
extension BugPair {
  static let meetings: [BugPair] = [
    barrierReuse, missingBarrier, tooManyParties, oneBarrierForTwoPhases, leftAlone, pulse,
    eventAsMutex,
  ]

  /// A barrier for two threads, made by hand.
  private final class HandMadeBarrier: Sendable {
    private let lock = Lock()
    private let turn: Condition
    private let arrived = PlainCell(0)
    private let round = PlainCell(0)
    /// Whether who waits looks at the round, and not at how many have arrived.
    private let hasRounds: Bool

    init(hasRounds: Bool) {
      turn = Condition(lock, name: "turn")
      self.hasRounds = hasRounds
    }

    func arrive() {
      lock.withLock {
        arrived.value += 1
        let mine = round.value
        if arrived.value == 2 {
          if hasRounds { arrived.value = 0 }
          round.value += 1
          turn.notifyAll()
        } else if hasRounds {
          turn.wait { round.value == mine }
        } else {
          turn.wait { arrived.value < 2 }
          arrived.value = 0
        }
      }
    }
  }

  private static let barrierReuse = BugPair(
    "a barrier that is used again before all have left",
    .deadlock,
    "Condition.wait() on \"turn\"",
    bug: {
      let barrier = HandMadeBarrier(hasRounds: false)
      try together(2) { for _ in 0..<2 { barrier.arrive() } }
    },
    twin: {
      let barrier = HandMadeBarrier(hasRounds: true)
      try together(2) { for _ in 0..<2 { barrier.arrive() } }
    }
  )

  private static let missingBarrier = BugPair(
    "a phase that begins before the last one has ended",
    .race,
    "a data race",
    bug: {
      let halves = [PlainCell(0), PlainCell(0)]
      @Sendable func work(_ number: Int) {
        halves[number].value = 1
        _ = halves[1 - number].value
      }
      try together({ work(0) }, { work(1) })
    },
    twin: {
      let halves = [PlainCell(0), PlainCell(0)]
      let barrier = Barrier(parties: 2)
      @Sendable func work(_ number: Int) throws {
        halves[number].value = 1
        _ = try barrier.arriveAndWait()
        try require(halves[1 - number].value == 1)
      }
      try together({ try work(0) }, { try work(1) })
    }
  )

  private static let oneBarrierForTwoPhases = BugPair(
    "two phases and one barrier between them",
    .race,
    "a data race",
    bug: {
      let cell = PlainCell(0)
      let barrier = Barrier(parties: 2)
      try together(
        {
          cell.value = 1
          _ = try barrier.arriveAndWait()
          cell.value = 2
        },
        {
          _ = try barrier.arriveAndWait()
          _ = cell.value
        }
      )
    },
    twin: {
      let cell = PlainCell(0)
      let barrier = Barrier(parties: 2)
      try together(
        {
          cell.value = 1
          _ = try barrier.arriveAndWait()
          _ = try barrier.arriveAndWait()
          cell.value = 2
        },
        {
          _ = try barrier.arriveAndWait()
          try require(cell.value == 1)
          _ = try barrier.arriveAndWait()
        }
      )
    }
  )

  private static let tooManyParties = BugPair(
    "a barrier for one thread more than there are",
    .deadlock,
    "on \"start\"",
    bug: {
      let barrier = Barrier(parties: 3, name: "start")
      try together(2) { _ = try barrier.arriveAndWait() }
    },
    twin: {
      let barrier = Barrier(parties: 2, name: "start")
      try together(2) { _ = try barrier.arriveAndWait() }
    }
  )

  private static let leftAlone = BugPair(
    "a thread that leaves early, and the others at the barrier",
    .deadlock,
    "on \"phase\"",
    bug: {
      let barrier = Barrier(parties: 2, name: "phase")
      @Sendable func work(_ isIdle: Bool) throws {
        if isIdle { return }
        _ = try barrier.arriveAndWait()
      }
      try together({ try work(true) }, { try work(false) })
    },
    twin: {
      let barrier = Barrier(parties: 2, name: "phase")
      @Sendable func work(_ isIdle: Bool) throws {
        if isIdle { return try barrier.arriveAndDrop() }
        _ = try barrier.arriveAndWait()
      }
      try together({ try work(true) }, { try work(false) })
    }
  )

  private static let pulse = BugPair(
    "an event that is set and cleared at once",
    .deadlock,
    "Event.wait() on \"go\"",
    bug: {
      let event = Interlock.Event(name: "go")
      try together(
        { event.wait() },
        {
          event.set()
          event.clear()
        }
      )
    },
    twin: {
      let event = Interlock.Event(name: "go")
      try together({ event.wait() }, { event.set() })
    }
  )

  private static let eventAsMutex = BugPair(
    "an event that two threads wait for and then clear",
    .race,
    "a data race",
    bug: {
      let event = Interlock.Event(isSet: true)
      let cell = PlainCell(0)
      try together(2) {
        event.wait()
        event.clear()
        cell.value += 1
        event.set()
      }
    },
    twin: {
      let semaphore = Semaphore(permits: 1)
      let cell = PlainCell(0)
      try together(2) { semaphore.withPermit { cell.value += 1 } }
    }
  )
}
