import Interlock
import Testing

@Suite struct `A select` {
  private static let pairs: [(QueueKind, QueueKind)] = [
    (.single, .single), (.unbounded, .rendezvous), (.rendezvous, .rendezvous),
    (.priority, .unbounded), (.stack, .three),
  ]

  @Test func `that never waits does nothing if nothing can be done`() throws {
    let (empty, full) = (BlockingQueue<Int>(), BlockingQueue<String>(capacity: 1))
    let rendezvous = BlockingQueue<Int>(capacity: 0)
    try full.put("first")
    let result = trySelect(
      .take(from: empty) { _ in 1 },
      .put("second", into: full) { _ in 2 },
      .take(from: rendezvous) { _ in 3 },
      .put(0, into: rendezvous) { _ in 4 }
    )
    #expect(result == nil)
    #expect(empty.waitingTakerCount == 0 && full.waitingPutterCount == 0)
    #expect(rendezvous.waitingTakerCount == 0 && rendezvous.waitingPutterCount == 0)
    #expect(trySelect() as Int? == nil)
  }

  @Test func `does the one thing that can be done`() throws {
    let (empty, queue) = (BlockingQueue<Int>(), BlockingQueue<String>(capacity: 1))
    for _ in 0..<5 {
      let put = select(
        .take(from: empty) { _ in "take" },
        .put("x", into: queue) { $0 == nil ? "put" : "refused" }
      )
      #expect(put == "put")
      #expect(queue.count == 1)
      let taken = trySelect(.take(from: empty) { _ in nil }, .take(from: queue) { $0 })
      #expect(taken == "x")
      #expect(queue.count == 0)
    }
  }

  @Test(arguments: pairs)
  func `waits for whichever comes first`(first: QueueKind, second: QueueKind) throws {
    for place in 0..<2 {
      let (one, two): (BlockingQueue<Int>, BlockingQueue<Int>) = (first.make(), second.make())
      try withCrew { crew in
        let selector = try crew.spawn {
          select(.take(from: one) { (0, $0) }, .take(from: two) { (1, $0) })
        }
        try eventually { one.waitingTakerCount == 1 && two.waitingTakerCount == 1 }
        try selector.waitUntilBlocked()
        #expect(selector.identity.wait == "BlockingQueue.select()")
        try [one, two][place].put(7)
        #expect(try selector.result() == (place, 7))
        #expect(one.waitingTakerCount == 0 && two.waitingTakerCount == 0)
        #expect(one.count == 0 && two.count == 0)
      }
    }
  }

  @Test(arguments: [QueueKind.single, .rendezvous, .boundedPriority])
  func `waits to put and to take at once`(kind: QueueKind) throws {
    let (full, empty): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
    for number in 0..<kind.room { try full.put(number) }
    try withCrew { crew in
      for isPut in [true, false] {
        let selector = try crew.spawn {
          select(.put(100, into: full) { $0 ?? -1 }, .take(from: empty) { $0 ?? -2 })
        }
        try eventually { full.waitingPutterCount == 1 && empty.waitingTakerCount == 1 }
        if isPut {
          let taken = try full.take()
          #expect(try selector.result() == -1)
          #expect(([taken] + full.drain()).sorted() == Array(0..<kind.room) + [100])
          for number in 0..<kind.room { try full.put(number) }
        } else {
          try empty.put(5)
          #expect(try selector.result() == 5)
        }
        #expect(full.waitingPutterCount == 0 && empty.waitingTakerCount == 0)
      }
    }
    #expect(full.count == kind.room)
  }

  @Test func `gives up when its deadline passes or its thread is cancelled`() throws {
    let (empty, full) = (BlockingQueue<Int>(capacity: 0), BlockingQueue<Int>(capacity: 1))
    try full.put(1)
    for deadline in [Deadline.now, .now + .seconds(-1), .after(TestTime.short)] {
      let result = select(
        .take(from: empty) { _ in 1 },
        .put(2, into: full) { _ in 2 },
        until: deadline
      )
      #expect(result == nil && deadline.hasPassed)
    }
    #expect(select(.take(from: empty) { _ in 1 }, for: TestTime.short) == nil)
    try withCrew { crew in
      let selector = try crew.spawn {
        select(.take(from: empty) { _ in 1 }, .put(2, into: full) { _ in 2 }, until: .never)
      }
      try eventually { full.waitingPutterCount == 1 && empty.waitingTakerCount == 1 }
      selector.cancel()
      #expect(try selector.result() == nil)
    }
    #expect(full.waitingPutterCount == 0 && empty.waitingTakerCount == 0)
    #expect(full.drain() == [1])
  }

  @Test func `of nothing waits for its deadline`() {
    let none: [SelectCase<Int>] = []
    let deadline = Deadline.after(TestTime.short)
    #expect(select(among: none, until: deadline) == nil)
    #expect(deadline.hasPassed)
  }

  @Test func `goes on at once when a queue is closed`() throws {
    let (open, closed) = (BlockingQueue<Int>(), BlockingQueue<Int>(capacity: 2))
    try closed.put(1)
    closed.close()
    let take = { select(.take(from: open) { _ in -1 }, .take(from: closed) { $0 }) }
    #expect(take() == 1)
    #expect(take() == nil)
    #expect(select(.put(5, into: closed) { $0 }) == 5)
    #expect(trySelect(.put(6, into: closed) { $0 == 6 }) == true)
  }

  @Test func `may have any number of cases`() throws {
    let queues = (0..<100).map { _ in BlockingQueue<Int>(capacity: 1) }
    let cases = queues.enumerated().map { number, queue in
      SelectCase.take(from: queue) { ($0 ?? 0) * 1000 + number }
    }
    #expect(select(among: cases, until: .now) == nil)
    for number in [0, 99, 41] {
      try queues[number].put(7)
      #expect(select(among: cases, until: .never) == 7000 + number)
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `may name the same queue twice`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    try withCrew { crew in
      let selector = try crew.spawn {
        (0..<10).map { _ in select(.take(from: queue) { $0 }, .take(from: queue) { $0 }) ?? -1 }
      }
      for number in 0..<10 { try queue.put(number) }
      #expect(try selector.result().sorted() == Array(0..<10))
    }
    #expect(queue.waitingTakerCount == 0 && queue.count == 0)
  }

  @Test(arguments: QueueKind.allCases)
  func `may have the same case twice`(kind: QueueKind) throws {
    // Two elements come before the thread looks: it has the first, and must not lose it to the second.
    for _ in 0..<10 {
      let queue: BlockingQueue<Int> = kind.make()
      try withCrew { crew in
        let selector = try crew.spawn {
          let take = SelectCase.take(from: queue) { $0 }
          return select(take, take)
        }
        try eventually { queue.waitingTakerCount == 2 }
        try queue.put(1)
        let isPut = try queue.tryPut(2) == nil
        let selected = try selector.result()
        var all = queue.drain()
        if let selected { all.append(selected) }
        #expect(all.sorted() == (isPut ? [1, 2] : [1]))
      }
    }
  }

  @Test func `never hands its own element to itself`() throws {
    let queue = BlockingQueue<Int>(capacity: 0)
    #expect(trySelect(.put(1, into: queue) { _ in 1 }, .take(from: queue) { _ in 2 }) == nil)
    #expect(
      select(.put(1, into: queue) { _ in 1 }, .take(from: queue) { _ in 2 }, for: TestTime.short)
        == nil
    )
    try withCrew { crew in
      let others = try crew.spawn(count: 2) { number in
        (0..<500).map { _ in
          select(.put(number, into: queue) { _ in -1 }, .take(from: queue) { $0 ?? -2 })
        }
      }
      let results = try others.map { try $0.result() }
      for number in 0..<2 {
        // Whatever one took the other put.
        #expect(!results[number].contains(number) && !results[number].contains(-2))
        let taken = results[number].count { $0 == 1 - number }
        #expect(taken == results[1 - number].count { $0 == -1 })
      }
    }
  }

  @Test func `gives each of its cases a share`() throws {
    let queues = (0..<4).map { _ in BlockingQueue<Int>() }
    for queue in queues { for number in 0..<1000 { try queue.put(number) } }
    var counts = [0, 0, 0, 0]
    for _ in 0..<1000 {
      counts[
        select(
          .take(from: queues[0]) { _ in 0 },
          .take(from: queues[1]) { _ in 1 },
          .take(from: queues[2]) { _ in 2 },
          .take(from: queues[3]) { _ in 3 }
        )
      ] += 1
    }
    for count in counts { #expect(count > 100, "\(counts)") }
  }

  @Test(arguments: 1...4)
  func `gives each of its cases a share, whatever else its thread selects`(others: Int) throws {
    let (one, two, empty) = (BlockingQueue<Int>(), BlockingQueue<Int>(), BlockingQueue<Int>())
    for number in 0..<1000 {
      try one.put(number)
      try two.put(number)
    }
    var counts = [0, 0]
    for _ in 0..<1000 {
      counts[select(.take(from: one) { _ in 0 }, .take(from: two) { _ in 1 })] += 1
      for _ in 0..<others { _ = trySelect(.take(from: empty) { _ in 0 }) }
    }
    for count in counts { #expect(count > 100, "\(counts)") }
  }

  @Test(arguments: [QueueKind.single, .unbounded, .rendezvous, .priority, .stack])
  func `takes each element once, and loses none that it did not choose`(kind: QueueKind) throws {
    let queues: [BlockingQueue<Int>] = (0..<3).map { _ in kind.make() }
    let perThread = 400
    try withCrew { crew in
      let putters = try crew.spawn(count: 3) { number in
        for element in 0..<perThread { try queues[number].put(number * perThread + element) }
      }
      let selectors = try crew.spawn(count: 2) { _ in
        (0..<perThread).map { _ in
          select(
            .take(from: queues[0]) { $0 },
            .take(from: queues[1]) { $0 },
            .take(from: queues[2]) { $0 }
          ) ?? -1
        }
      }
      let takers = try crew.spawn(count: 1) { _ -> [Int] in
        var taken: [Int] = []
        while taken.count < perThread {
          for queue in queues where taken.count < perThread {
            if let element = try queue.tryTake() { taken.append(element) }
          }
          CurrentThread.yield()
        }
        return taken
      }
      let taken = try (selectors + takers).flatMap { try $0.result() }
      for putter in putters { try putter.result() }
      #expect(taken.sorted() == Array(0..<3 * perThread))
    }
    for queue in queues { #expect(queue.count == 0 && queue.waitingTakerCount == 0) }
  }

  @Test(arguments: [QueueKind.single, .three, .unbounded, .rendezvous, .priority])
  func `puts each element once`(kind: QueueKind) throws {
    let queues: [BlockingQueue<Int>] = (0..<2).map { _ in kind.make() }
    try withCrew { crew in
      let selectors = try crew.spawn(count: 2) { number in
        for element in 0..<400 {
          let value = number * 400 + element
          select(.put(value, into: queues[0]) { _ in }, .put(value, into: queues[1]) { _ in })
        }
      }
      let takers = try crew.spawn(count: 2) { number in Array(queues[number]) }
      for selector in selectors { try selector.result() }
      for queue in queues { queue.close() }
      #expect(try takers.flatMap { try $0.result() }.sorted() == Array(0..<800))
    }
  }

  @Test(arguments: [QueueKind.rendezvous, .single])
  func `finds another select that does the opposite`(kind: QueueKind) throws {
    let (a, b): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
    try withCrew { crew in
      let one = try crew.spawn { () -> Int in
        (0..<1000).reduce(0) { sum, _ in
          sum + select(.put(1, into: a) { _ in -1 }, .take(from: b) { $0 ?? 0 })
        }
      }
      let two = try crew.spawn { () -> Int in
        (0..<1000).reduce(0) { sum, _ in
          sum + select(.put(1, into: b) { _ in -1 }, .take(from: a) { $0 ?? 0 })
        }
      }
      let balance = try one.result() + two.result()
      // Puts count -1 and takes 1.
      #expect(balance + a.drain().count + b.drain().count == 0)
    }
  }

  @Test func `calls what follows when it has let go of all queues`() throws {
    let (one, two) = (BlockingQueue<Int>(), BlockingQueue<Int>(capacity: 0))
    try withCrew { crew in
      let selector = try crew.spawn {
        select(
          .take(from: one) { element -> [Int] in
            try? one.put((element ?? 0) + 1)
            return [one.waitingTakerCount, two.waitingTakerCount, (try? one.take()) ?? 0]
          },
          .take(from: two) { _ in [] }
        )
      }
      try eventually { two.waitingTakerCount == 1 }
      try one.put(1)
      #expect(try selector.result() == [0, 0, 2])
    }
  }
}
