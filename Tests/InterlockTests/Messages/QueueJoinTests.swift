import Interlock
import Testing

@Suite struct `Those who join a queue` {
  @Test(arguments: QueueKind.allCases)
  func `need not wait while nothing was put`(kind: QueueKind) {
    let queue: BlockingQueue<Int> = kind.make()
    queue.join()
    #expect(queue.join(until: .now))
    #expect(queue.join(for: .zero))
  }

  @Test(arguments: QueueKind.keeping)
  func `wait until every element is done`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make(name: "orders")
    let isDone = Atomic(false)
    let count = min(kind.room, 5)
    for number in 0..<count { try queue.put(number) }
    try withCrew { crew in
      let joiners = try crew.spawn(count: 4) { number in
        switch number {
        case 0: queue.join()
        case 1: guard queue.join(until: .never) else { return false }
        case 2: guard queue.join(for: TestTime.long) else { return false }
        default: guard queue.join(until: .after(TestTime.long)) else { return false }
        }
        return isDone.load(ordering: .relaxed)
      }
      for joiner in joiners { try joiner.waitUntilBlocked() }
      #expect(joiners[0].identity.wait == "BlockingQueue.join() on \"orders\"")
      #expect(!queue.join(for: TestTime.short))
      for _ in 0..<count { _ = try queue.take() }
      #expect(!queue.join(until: .now))
      for _ in 1..<count { queue.taskDone() }
      #expect(remains { joiners.allSatisfy { !$0.isFinished } } || count == 1)
      isDone.store(true, ordering: .relaxed)
      queue.taskDone()
      for joiner in joiners { #expect(try joiner.result()) }
      #expect(queue.join(until: .now))
    }
  }

  @Test func `are told by one call for several elements`() throws {
    let queue = BlockingQueue<Int>()
    for number in 0..<100 { try queue.put(number) }
    try withCrew { crew in
      let joiner = try crew.spawn { queue.join() }
      try joiner.waitUntilBlocked()
      #expect(queue.drain().count == 100)
      queue.taskDone(99)
      #expect(!queue.join(until: .now))
      queue.taskDone(1)
      try joiner.result()
    }
  }

  @Test func `see that elements that were given back are done`() throws {
    let queue = BlockingQueue<Int>()
    for number in 0..<10 { try queue.put(number) }
    try withCrew { crew in
      let joiner = try crew.spawn { queue.join() }
      try joiner.waitUntilBlocked()
      _ = try queue.take()
      #expect(queue.closeAtOnce().count == 9)
      #expect(!queue.join(until: .now))
      queue.taskDone()
      try joiner.result()
    }
  }

  @Test func `give up when they are cancelled`() throws {
    let queue = BlockingQueue<Int>()
    try queue.put(1)
    try withCrew { crew in
      let joiner = try crew.spawn { queue.join(until: .never) }
      try joiner.waitUntilBlocked()
      joiner.cancel()
      #expect(try !joiner.result())
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `find all work done that several threads do`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    let sum = Atomic(0)
    try withCrew { crew in
      _ = try crew.spawn(count: 3) { _ in
        for number in queue {
          sum.wrappingAdd(number, ordering: .relaxed)
          queue.taskDone()
        }
      }
      for round in 1...5 {
        for number in 1...100 { try queue.put(number) }
        queue.join()
        #expect(sum.load(ordering: .relaxed) == round * 5050)
      }
      queue.close()
    }
  }

  @Test func `of a rendezvous wait for what was handed over, not for what is offered`() throws {
    let queue = BlockingQueue<Int>(capacity: 0)
    try withCrew { crew in
      _ = try crew.spawn { try queue.put(1) }
      try eventually { queue.waitingPutterCount == 1 }
      #expect(queue.join(until: .now))
      _ = try queue.take()
      #expect(!queue.join(until: .now))
      queue.taskDone()
      #expect(queue.join(until: .now))
    }
  }
}

/// Mistakes in using a queue that end the program.
enum QueueMisuse: String, CaseIterable, Codable, Sendable {
  case doneTooOften, doneBeforeTaken, doneWithNothing, doneWithNegative, doneWithOnesGivenBack
  case negativeCapacity, hugeCapacity, priorityWithoutRoom, stackWithoutRoom, selectOfNothing

  func commit() throws {
    let queue = BlockingQueue<Int>(capacity: 3, name: "orders")
    try queue.put(1)
    switch self {
    case .doneTooOften:
      _ = try queue.take()
      queue.taskDone()
      queue.taskDone()
    case .doneBeforeTaken: queue.taskDone()
    case .doneWithNothing: queue.taskDone(0)
    case .doneWithNegative: queue.taskDone(-1)
    case .doneWithOnesGivenBack: queue.taskDone(queue.closeAtOnce().count)
    case .negativeCapacity: _ = BlockingQueue<Int>(capacity: -1)
    case .hugeCapacity: _ = BlockingQueue<Int>(capacity: 1 << 32)
    case .priorityWithoutRoom: _ = PriorityBlockingQueue<Int>(capacity: 0)
    case .stackWithoutRoom: _ = BlockingStack<Int>(capacity: 0)
    case .selectOfNothing: select() as Void
    }
  }

  var lesson: String {
    switch self {
    case .doneTooOften, .doneWithOnesGivenBack:
      "BUG: BlockingQueue.taskDone(1) on \"orders\": 2 elements are done, but 1 were taken. Call it"
    case .doneBeforeTaken: "1 elements are done, but 0 were taken. Call it once for each element"
    case .doneWithNothing: "BUG: BlockingQueue.taskDone(0)"
    case .doneWithNegative: "BUG: BlockingQueue.taskDone(-1)"
    case .negativeCapacity: "BUG: BlockingQueue(capacity: -1): a capacity is 0"
    case .hugeCapacity: "BUG: BlockingQueue(capacity: 4294967296): a capacity is 0"
    case .priorityWithoutRoom: "(capacity: 0) has no elements to order: give it room for one"
    case .stackWithoutRoom: "(capacity: 0) has no elements to order: give it room for one"
    case .selectOfNothing: "BUG: select() without a case would wait for ever: give it a put"
    }
  }
}

@Suite struct `A mistake with a queue ends the program` {
  @Test(arguments: QueueMisuse.allCases)
  func `with a message that says what to do instead`(misuse: QueueMisuse) async throws {
    let result = try await #require(
      processExitsWith: .failure,
      observing: [\.standardErrorContent]
    ) { [misuse] in
      endWhenStuck()
      try misuse.commit()
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(message.contains(misuse.lesson), "\(message)")
  }
}
