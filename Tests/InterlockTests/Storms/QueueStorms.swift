import Interlock
import Testing

@Suite struct `A storm of threads that put, take, select and give up` {
  private static let threads = 8
  private static let operations = 250

  /// What one thread did: the elements that it put, and those that it took.
  private struct Ledger: Sendable {
    var put: [Int] = []
    var taken: [Int] = []

    /// Notes how a put ended.
    mutating func note(_ element: Int, refused: Int?) {
      if refused == nil { put.append(element) } else { assert(refused == element) }
    }
  }

  private func work(
    _ queues: [BlockingQueue<Int>],
    _ number: Int,
    _ dice: inout Dice
  ) throws(QueueClosed<Int>) -> Ledger {
    var ledger = Ledger()
    for operation in 0..<Self.operations {
      let element = number * Self.operations + operation
      let queue = queues[dice.pick(0..<queues.count)]
      let other = queues[dice.pick(0..<queues.count)]
      switch dice.pick(0..<9) {
      case 0: ledger.note(element, refused: try queue.tryPut(element))
      case 1, 2: ledger.note(element, refused: try queue.put(element, until: dice.deadline))
      case 3: if let taken = try queue.tryTake() { ledger.taken.append(taken) }
      case 4, 5:
        if let taken = try queue.take(until: dice.deadline) { ledger.taken.append(taken) }
      case 6: ledger.taken += queue.drain(max: dice.pick(0..<3))
      case 7:
        let taken = select(
          .take(from: queue) { $0 },
          .take(from: other) { $0 },
          until: dice.deadline
        )
        if let element = taken ?? nil { ledger.taken.append(element) }
      default:
        let change = select(
          .put(element, into: queue) { refused in (put: refused == nil, taken: Int?.none) },
          .take(from: other) { (put: false, taken: $0) },
          until: dice.deadline
        )
        if change?.put == true { ledger.put.append(element) }
        if let taken = change?.taken { ledger.taken.append(taken) }
      }
    }
    return ledger
  }

  @Test(arguments: QueueKind.allCases, Seed.all)
  func `loses no element and doubles none`(kind: QueueKind, seed: Seed) throws {
    let queues: [BlockingQueue<Int>] = [kind.make(), kind.make()]
    try withCrew { crew in
      let handles = try crew.spawn(count: Self.threads, "storm") { number in
        var dice = seed.dice(stream: number)
        return try work(queues, number, &dice)
      }
      var dice = seed.dice(stream: -1)
      for handle in handles where dice.isOne(in: 3) {
        for _ in 0..<dice.pick(0..<50) { CurrentThread.yield() }
        handle.cancel()
      }
      let ledgers = try handles.map { try $0.result() }
      let left = queues.flatMap { $0.drain() }
      let put = ledgers.flatMap(\.put)
      #expect((ledgers.flatMap(\.taken) + left).sorted() == put.sorted())
      for queue in queues {
        #expect(queue.count == 0)
        #expect(queue.waitingPutterCount == 0 && queue.waitingTakerCount == 0)
      }
    }
  }

  @Test(arguments: QueueKind.allCases, Seed.all)
  func `lets nobody wait for what is there`(kind: QueueKind, seed: Seed) throws {
    // Takers and selecting threads wait without a deadline for exactly as much as is put, while
    // others wait, give up and pass by: a wake-up that one of them keeps for itself is missed.
    let (queue, other): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
    let perThread = 150
    try withCrew { crew in
      let patient = try crew.spawn(count: 2, "patient") { _ in
        try (0..<perThread).map { _ in try queue.take() }
      }
      let selecting = try crew.spawn(count: 2, "selecting") { _ in
        (0..<perThread).map { _ in
          select(.take(from: queue) { $0 ?? -1 }, .take(from: other) { $0 ?? -1 })
        }
      }
      let hasty = try crew.spawn(count: 2, "hasty") { number -> Int in
        var dice = seed.dice(stream: number)
        for _ in 0..<2 * perThread {
          // What it takes it gives to the other queue, so that the numbers stay right.
          if let element = try queue.take(until: dice.deadline) { try queue.put(element) }
        }
        return 0
      }
      let putters = try crew.spawn(count: 4, "putter") { number in
        var dice = seed.dice(stream: 10 + number)
        for element in 0..<perThread {
          if dice.isOne(in: 4) { CurrentThread.yield() }
          try queue.put(number * perThread + element)
        }
      }
      let taken = try (patient + selecting).flatMap { try $0.result() }
      for handle in putters { try handle.result() }
      for handle in hasty { _ = try handle.result() }
      #expect(taken.sorted() == Array(0..<4 * perThread))
    }
    #expect(queue.count == 0 && other.waitingTakerCount == 0)
  }

  @Test(arguments: QueueKind.allCases, Seed.all)
  func `ends with every element taken, refused or left when a queue is closed in it`(
    kind: QueueKind,
    seed: Seed
  ) throws {
    var dice = seed.dice(stream: -2)
    for round in 0..<10 {
      let queue: BlockingQueue<Int> = kind.make()
      let atOnce = dice.isOne(in: 2)
      let pause = dice.pick(0..<200)
      try withCrew { crew in
        let putters = try crew.spawn(count: 3) { number -> [Int] in
          var dice = seed.dice(stream: 10 * round + number)
          var put: [Int] = []
          do throws(QueueClosed<Int>) {
            while put.count < 10_000 {
              let element = number * 10_000 + put.count
              let isPut =
                dice.isOne(in: 2)
                ? try queue.put(element, until: dice.deadline) == nil
                : try queue.put(element, .plain) == nil
              if isPut { put.append(element) }
            }
          } catch {
            #expect(error.refused == number * 10_000 + put.count)
          }
          return put
        }
        let takers = try crew.spawn(count: 3) { _ in Array(queue) }
        for _ in 0..<pause { CurrentThread.yield() }
        let left = atOnce ? queue.closeAtOnce() : []
        queue.close()
        let put = try putters.flatMap { try $0.result() }
        let taken = try takers.flatMap { try $0.result() }
        #expect((taken + left).sorted() == put.sorted())
      }
    }
  }
}
