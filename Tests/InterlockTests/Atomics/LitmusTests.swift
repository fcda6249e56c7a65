import Interlock
import Testing

/// Small programs whose outcomes tell what the orderings promise.
///
/// Two threads run each of them many times, side by side. The processor of this machine may be
/// stricter than the promise; the Thread Sanitizer is not, so run these with it too.
@Suite struct `The orderings of atomics` {
  private static let rounds = 600

  /// Runs `first` and `second` at the same time, again and again, and lets `look` see each outcome.
  private func race(
    _ first: @escaping @Sendable () -> Void,
    _ second: @escaping @Sendable () -> Void,
    look: @escaping @Sendable (_ round: Int) -> Void
  ) throws {
    let turn = Shared(Atomic(0))
    let isDone = Shared(Atomic(0))
    try withCrew { crew in
      _ = try crew.spawn(count: 2) { number in
        for round in 1...Self.rounds {
          // Both begin together, or nearly.
          while turn.value.load(ordering: .acquiring) < round { CurrentThread.yield() }
          if number == 0 { first() } else { second() }
          isDone.value.wrappingAdd(1, ordering: .releasing)
        }
      }
      for round in 1...Self.rounds {
        turn.value.store(round, ordering: .releasing)
        while isDone.value.load(ordering: .acquiring) < 2 * round { CurrentThread.yield() }
        look(round)
      }
    }
  }

  @Test func `a message that was released is there when its flag is acquired`() throws {
    let message = PlainCount()
    let flag = Atomic(0)
    try withCrew { crew in
      let reader = try crew.spawn { () -> Bool in
        for round in 1...Self.rounds {
          while flag.load(ordering: .acquiring) < 2 * round - 1 { CurrentThread.yield() }
          guard message.count == round else { return false }
          flag.store(2 * round, ordering: .releasing)
        }
        return true
      }
      _ = try crew.spawn {
        for round in 1...Self.rounds {
          message.increment()
          flag.store(2 * round - 1, ordering: .releasing)
          while flag.load(ordering: .acquiring) < 2 * round && !CurrentThread.isCancelled {
            CurrentThread.yield()
          }
        }
      }
      #expect(try reader.result())
    }
  }

  @Test func `sequentially consistent stores and loads never pass each other`() throws {
    let (x, y) = (Shared(Atomic(0)), Shared(Atomic(0)))
    let (seenX, seenY) = (Shared(Atomic(0)), Shared(Atomic(0)))
    let bothOld = Shared(Atomic(0))
    try race {
      x.value.store(1, ordering: .sequentiallyConsistent)
      seenY.value.store(y.value.load(ordering: .sequentiallyConsistent), ordering: .relaxed)
    } _: {
      y.value.store(1, ordering: .sequentiallyConsistent)
      seenX.value.store(x.value.load(ordering: .sequentiallyConsistent), ordering: .relaxed)
    } look: { _ in
      let isOld =
        seenX.value.load(ordering: .relaxed) == 0 && seenY.value.load(ordering: .relaxed) == 0
      if isOld { bothOld.value.wrappingAdd(1, ordering: .relaxed) }
      x.value.store(0, ordering: .relaxed)
      y.value.store(0, ordering: .relaxed)
    }
    #expect(bothOld.value.load(ordering: .relaxed) == 0)
  }

  @Test func `a fence orders the relaxed accesses around it`() throws {
    let (x, y) = (Shared(Atomic(0)), Shared(Atomic(0)))
    let (seenX, seenY) = (Shared(Atomic(0)), Shared(Atomic(0)))
    let bothOld = Shared(Atomic(0))
    try race {
      x.value.store(1, ordering: .relaxed)
      memoryFence(ordering: .sequentiallyConsistent)
      seenY.value.store(y.value.load(ordering: .relaxed), ordering: .relaxed)
    } _: {
      y.value.store(1, ordering: .relaxed)
      memoryFence(ordering: .sequentiallyConsistent)
      seenX.value.store(x.value.load(ordering: .relaxed), ordering: .relaxed)
    } look: { _ in
      let isOld =
        seenX.value.load(ordering: .relaxed) == 0 && seenY.value.load(ordering: .relaxed) == 0
      if isOld { bothOld.value.wrappingAdd(1, ordering: .relaxed) }
      x.value.store(0, ordering: .relaxed)
      y.value.store(0, ordering: .relaxed)
    }
    #expect(bothOld.value.load(ordering: .relaxed) == 0)
  }

  @Test func `only one of two compare-exchanges wins`() throws {
    let word = Shared(Atomic(0))
    let winners = Shared(Atomic(0))
    let wrong = Shared(Atomic(0))
    let compete: @Sendable () -> Void = {
      if word.value.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged {
        winners.value.wrappingAdd(1, ordering: .relaxed)
      }
    }
    try race(compete, compete) { round in
      if winners.value.load(ordering: .relaxed) != round {
        wrong.value.wrappingAdd(1, ordering: .relaxed)
      }
      word.value.store(0, ordering: .relaxed)
    }
    #expect(wrong.value.load(ordering: .relaxed) == 0)
  }

  @Test func `one word is never seen to go back`() throws {
    let word = Atomic(0)
    try withCrew { crew in
      _ = try crew.spawn { for value in 1...50_000 { word.store(value, ordering: .relaxed) } }
      let readers = try crew.spawn(count: 2) { _ in
        var last = 0
        while last < 50_000 {
          let now = word.load(ordering: .relaxed)
          guard now >= last else { return false }
          last = now
        }
        return true
      }
      for reader in readers { #expect(try reader.result()) }
    }
  }
}
