import Interlock
import Testing

@testable import InterlockChecker

/// Bodies whose executions are few because two objects are two.
@Suite struct `Objects that are made in an execution` {
  private func count(
    reportsRaces: Bool = true,
    _ body: @escaping @Sendable () throws -> Void
  ) throws -> Int {
    var exploration = Exploration(strategy: .exhaustive)
    exploration.reportsRaces = reportsRaces
    let coverage = try exploration.run(body)
    #expect(coverage.verdict == .proved)
    return coverage.executions
  }

  /// The first thread's store is to one word if it comes before that of the second, else to the other
  /// word: then the third thread has nothing to do with it.
  @Test(arguments: [true, false])
  func `are two, though one operation touches now one and now the other`(reportsRaces: Bool) throws
  {
    let counted = try count(reportsRaces: reportsRaces) {
      let words = [Box(Atomic(0)), Box(Atomic(0))]
      let choice = Box(Atomic(0))
      try together(
        { words[choice.value.load(ordering: .acquiring)].value.store(1, ordering: .releasing) },
        { choice.value.store(1, ordering: .releasing) },
        { words[0].value.store(2, ordering: .releasing) }
      )
    }
    #expect(counted == 3)
  }

  @Test func `are two among hundreds that were made in one step`() throws {
    let counted = try count {
      let words = (0..<400).map { _ in Box(Atomic(0)) }
      let choice = Box(Atomic(10))
      try together(
        { words[choice.value.load(ordering: .acquiring)].value.store(1, ordering: .releasing) },
        { choice.value.store(390, ordering: .releasing) },
        { words[10].value.store(2, ordering: .releasing) }
      )
    }
    #expect(counted == 3)
  }

  @Test func `are two local variables`() throws {
    let counted = try count {
      let choice = Atomic(0)
      let one = Atomic(0)
      let other = Atomic(0)
      try withThreads { scope in
        try scope.spawn {
          if choice.load(ordering: .acquiring) == 0 {
            one.store(1, ordering: .releasing)
          } else {
            other.store(1, ordering: .releasing)
          }
        }
        try scope.spawn { choice.store(1, ordering: .releasing) }
        try scope.spawn { one.store(2, ordering: .releasing) }
      }
    }
    #expect(counted == 3)
  }

  @Test func `are others than those whose memory they have`() throws {
    let counted = try count {
      let step = { @Sendable in
        for count in [2, 6] {
          let locks = (0..<count).map { _ in Lock() }
          for lock in locks { lock.withLock {} }
        }
      }
      try together(step, step)
    }
    #expect(counted == 1)
  }

  /// The first execution makes two locks in one step where the others make one.
  @Test func `are told from one that is made once and stays`() throws {
    let counted = try count {
      let lasting = Lasting.lock
      let lock = Lock()
      try together({ lock.withLock {} }, { lock.withLock {} })
      lasting.withLock {}
    }
    #expect(counted == 2)
  }

  private enum Lasting {
    static let lock = Lock()
  }
}

/// Bodies in which the same operation touches now one object and now another one.
@Suite struct `Objects that depend on what a thread has seen` {
  @Test func `are locks of which one is free and the other is held`() throws {
    let coverage = try explore {
      let choice = Atomic(0)
      let locks = [Lock(name: "one"), Lock(name: "two")]
      let sum = Box(Mutex(0))
      try together(
        { locks[choice.load(ordering: .acquiring)].withLock { sum.value.withLock { $0 += 1 } } },
        {
          locks[1 - choice.load(ordering: .acquiring)].withLock { sum.value.withLock { $0 += 1 } }
        },
        {
          choice.store(1, ordering: .releasing)
          locks[0].withLock { locks[1].withLock {} }
        }
      )
      try require(sum.value.withLock { $0 } == 2)
    }
    #expect(coverage.verdict == .proved)
  }

  @Test func `are a condition and what its lock guards`() throws {
    let coverage = try explore {
      let lock = Lock()
      let ready = Condition(lock)
      let isReady = PlainCell(false)
      try together(
        { lock.withLock { while !isReady.value { ready.wait() } } },
        { lock.withLock { while !isReady.value { ready.wait() } } },
        {
          lock.withLock {
            isReady.value = true
            ready.notify(1)
            ready.notify(1)
          }
        }
      )
    }
    #expect(coverage.verdict == .proved)
  }
}

/// Names of what nobody has seen made.
@Suite struct `Names of objects` {
  private func slot(_ thread: Int, _ number: Int) -> ObjectNames.Slot {
    ObjectNames.Slot(thread: thread, number: number, sort: .word)
  }

  @Test func `follow from the operations that touch them`() {
    var names = ObjectNames(nil)
    names.beginExecution()
    let name = names.name(of: 0x1000, for: slot(1, 0)) { _ in nil }
    let other = names.name(of: 0x2000, for: slot(2, 0)) { _ in nil }
    #expect(name != other)
    names.beginExecution()
    #expect(names.name(of: 0x2000, for: slot(1, 0)) { _ in nil } == name)
    #expect(names.name(of: 0x1000, for: slot(2, 0)) { _ in nil } == other)
    #expect(names.generation == 0)
  }

  @Test func `are one from when an operation touches now one and now the other`() {
    var names = ObjectNames(nil)
    names.beginExecution()
    _ = names.name(of: 0x1000, for: slot(1, 0)) { _ in nil }
    _ = names.name(of: 0x2000, for: slot(2, 0)) { _ in nil }
    _ = names.name(of: 0x2000, for: slot(1, 0)) { _ in nil }
    #expect(names.generation == 1)
    let name = names.name(of: 0x1000, for: slot(3, 0)) { _ in nil }
    let other = names.name(of: 0x2000, for: slot(4, 0)) { _ in nil }
    #expect(name == other)
    #expect(names.place(of: 0x1000) != names.place(of: 0x2000))
  }

  @Test func `follow from the frame in which they are, if there is one`() {
    var names = ObjectNames(nil)
    func name(_ address: UInt, _ slot: ObjectNames.Slot) -> Int {
      names.name(of: address, for: slot) { .frame(of: 0, depth: Int(0x9000 - $0)) }
    }
    names.beginExecution()
    let one = name(0x8000, slot(1, 0))
    let other = name(0x8010, slot(2, 0))
    #expect(name(0x8010, slot(1, 0)) == other)
    #expect(one != other)
    #expect(names.generation == 0)
  }
}
