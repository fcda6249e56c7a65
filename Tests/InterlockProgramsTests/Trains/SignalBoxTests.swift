import Interlock
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `Signals` {
  private static var boxes: [any SignalBox] {
    [
      OrderedSignals(crossings: 4), ArbitratedSignals(),
      DeadlockingSignals(crossings: 4, isUnlucky: false),
    ]
  }

  @Test func `let nobody onto a crossing before the one that has it gives it back`() throws {
    for box in Self.boxes {
      let hasPassed = try withinPatience {
        let reserved = try box.reserve([2, 3])
        let other = try spawn { () throws(any Error) in
          let reserved = try box.reserve([2, 1])
          for crossing in reserved { box.release(crossing) }
        }
        while other.identity.wait == nil, !other.isFinished { CurrentThread.yield() }
        let hasPassed = other.isFinished
        for crossing in reserved { box.release(crossing) }
        try other.join()
        return hasPassed
      }
      #expect(!hasPassed)
    }
  }

  @Test func `let everybody onto crossings that nobody has`() throws {
    for box in Self.boxes {
      try withinPatience {
        let reserved = try box.reserve([1, 2])
        try spawn { () throws(any Error) in
          for crossing in try box.reserve([3, 4]) { box.release(crossing) }
        }.join()
        for crossing in reserved { box.release(crossing) }
      }
    }
  }

  @Test func `reserve the whole row, or only the next crossing if they are the bad ones`() throws {
    for (box, crossings) in zip(Self.boxes, [[1, 4], [4, 1], [4]]) {
      let reserved = try box.reserve([4, 1])
      #expect(reserved == crossings)
      for crossing in reserved { box.release(crossing) }
    }
  }
}
