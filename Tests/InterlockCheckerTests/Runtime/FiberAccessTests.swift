import InterlockChecker
import Testing

// The runtime ends a program in which two accesses to a variable overlap. It sees those of a thread.
@Suite struct `Accesses to variables` {
  @Test func `are kept apart by this runtime`() {
    #expect(Fiber.isolatesAccesses)
  }

  @Test func `may end in another order than they have begun, in different fibers`() throws {
    let pool = FiberPool()
    let cells = (0..<3).map { _ in Cell() }
    for _ in 0..<300 {
      let fibers = try cells.map { cell in
        try pool.start { cell.modify { Fiber.suspend() } }
      }
      for fiber in fibers { #expect(fiber.resume().isSuspended) }
      for fiber in fibers { #expect(fiber.resume().isFinished) }
      for fiber in fibers { pool.giveBack(fiber) }
    }
    #expect(cells.map(\.number) == [600, 600, 600])
  }

  @Test func `of two fibers to one variable are no error of either`() throws {
    let cell = Cell()
    let fibers = try (0..<2).map { _ in try Fiber() }
    for fiber in fibers { fiber.start { cell.modify { Fiber.suspend() } } }
    for fiber in fibers { #expect(fiber.resume().isSuspended) }
    for fiber in fibers { #expect(fiber.resume().isFinished) }
  }

  @Test func `of the host go on while fibers run`() throws {
    let (own, other) = (Cell(), Cell())
    let fiber = try Fiber()
    var states: [Bool] = []
    own.modify {
      fiber.start { other.modify { Fiber.suspend() } }
      states.append(fiber.resume().isSuspended)
      other.modify {}
      own.modifyAfterwards()
      states.append(fiber.resume().isFinished)
    }
    #expect(states == [true, true])
    own.modify {}
    other.modify {}
  }

  @Test func `that are lost with a fiber are in nobody's way`() throws {
    let cell = Cell()
    let fiber = try Fiber()
    for round in 0..<300 {
      fiber.start {
        cell.modify {
          if round.isMultiple(of: 3) { Failure.abort.happen() }
          Fiber.suspend()
        }
      }
      #expect(!fiber.resume().isFinished)
      fiber.abandon()
      cell.modify {}
    }
  }

  @Test func `that overlap in one fiber, or in one and its host, are still found`() async {
    await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let cell = Cell()
      let fiber = try Fiber()
      fiber.start {
        cell.modify {
          Fiber.suspend()
          cell.modify {}
        }
      }
      #expect(fiber.resume().isSuspended)
      #expect(fiber.resume().crash?.cause == .abort)

      var crash: Crash?
      let other = Cell()
      other.modify {
        fiber.start { other.modify {} }
        crash = fiber.resume().crash
      }
      #expect(crash?.cause == .abort)
    }
  }
}

extension Cell {
  /// An access that is over before this returns, to another variable than `number`.
  fileprivate func modifyAfterwards() {
    let another = Cell()
    another.modify { another.touch() }
  }

  private func touch() {}
}
