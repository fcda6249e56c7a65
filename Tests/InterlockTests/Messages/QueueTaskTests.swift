import Interlock
import Testing

/// Queues in asynchronous code: what waits is the task, and no thread.
@Suite struct `Tasks and queues` {
  @Test(arguments: QueueKind.allCases)
  func `many more tasks than threads wait to take`(kind: QueueKind) async throws {
    let queue: BlockingQueue<Int> = kind.make()
    let taken = try await withThrowingTaskGroup(of: Int?.self) { group in
      for _ in 0..<64 { group.addTask { try await queue.take() } }
      try await untilTrue { queue.waitingTakerCount == 64 }
      let putter = try spawn { for number in 0..<64 { try queue.put(number) } }
      var taken: [Int] = []
      for try await element in group { if let element { taken.append(element) } }
      try await putter.value
      return taken
    }
    #expect(taken.sorted() == Array(0..<64))
    #expect(queue.waitingTakerCount == 0)
  }

  @Test(arguments: QueueKind.limited)
  func `many more tasks than threads wait to put`(kind: QueueKind) async throws {
    let queue: BlockingQueue<Int> = kind.make()
    for number in 0..<kind.room { _ = try await queue.put(number) }
    try await withThrowingTaskGroup(of: Int?.self) { group in
      for number in 0..<64 { group.addTask { try await queue.put(10_000 + number) } }
      try await untilTrue { queue.waitingPutterCount == 64 }
      let taker = try spawn { try (0..<64 + kind.room).map { _ in try queue.take() } }
      for try await refused in group { #expect(refused == nil) }
      let taken = try await taker.value
      #expect(taken.sorted() == Array(0..<kind.room) + (10_000..<10_064))
    }
    #expect(queue.waitingPutterCount == 0)
  }

  @Test(arguments: QueueKind.allCases)
  func `a cancelled task takes nothing along`(kind: QueueKind) async throws {
    let queue: BlockingQueue<Int> = kind.make()
    let taker = Task { try await queue.take() }
    try await untilTrue { queue.waitingTakerCount == 1 }
    taker.cancel()
    #expect(try await taker.value == nil)
    #expect(queue.waitingTakerCount == 0)
    let patient = Task { try await queue.take() }
    try await untilTrue { queue.waitingTakerCount == 1 }
    #expect(try await queue.put(1) == nil)
    #expect(try await patient.value == 1)
    guard kind.capacity != nil else { return }
    for number in 0..<kind.room { _ = try await queue.put(number) }
    let putter = Task { try await queue.put(99) }
    try await untilTrue { queue.waitingPutterCount == 1 }
    putter.cancel()
    #expect(try await putter.value == 99)
    #expect(queue.waitingPutterCount == 0)
    #expect(queue.drain().count == kind.room)
  }

  @Test(arguments: QueueKind.allCases)
  func `a task that was cancelled before does not wait`(kind: QueueKind) async throws {
    let queue: BlockingQueue<Int> = kind.make()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      let taken = try await queue.take()
      for number in 0..<kind.room { _ = try await queue.put(number) }
      let refused = kind.capacity == nil ? 7 : try await queue.put(7)
      return (taken, refused)
    }
    task.cancel()
    #expect(try await task.value == (nil, 7))
    #expect(queue.count == kind.room)
  }

  @Test(arguments: QueueKind.allCases)
  func `tasks learn that a queue is closed`(kind: QueueKind) async throws {
    let (queue, full): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
    let taker = Task { try await queue.take() }
    try await untilTrue { queue.waitingTakerCount == 1 }
    queue.close()
    let error = await #expect(throws: QueueClosed<Int>.self) { try await taker.value }
    #expect(error?.refused == nil)
    await #expect(throws: QueueClosed<Int>.self) { try await queue.take() }
    guard kind.capacity != nil else { return }
    for number in 0..<kind.room { _ = try await full.put(number) }
    let putter = Task { try await full.put(99) }
    try await untilTrue { full.waitingPutterCount == 1 }
    full.close()
    let refusal = await #expect(throws: QueueClosed<Int>.self) { try await putter.value }
    #expect(refusal?.refused == 99)
  }

  @Test(arguments: QueueKind.allCases)
  func `tasks iterate over a queue until it is closed`(kind: QueueKind) async throws {
    let queue: BlockingQueue<Int> = kind.make()
    let putter = try spawn {
      for number in 0..<1000 { try queue.put(number) }
      queue.close()
    }
    let taken = await withTaskGroup(of: [Int].self) { group in
      for _ in 0..<3 {
        group.addTask {
          var taken: [Int] = []
          for await element in queue.stream { taken.append(element) }
          return taken
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    try await putter.value
    #expect(taken.sorted() == Array(0..<1000))
  }

  @Test func `a stream ends when its task is cancelled, and takes nothing along`() async throws {
    let queue = BlockingQueue<Int>()
    let task = Task {
      var taken: [Int] = []
      for await element in queue.stream { taken.append(element) }
      return taken
    }
    _ = try await queue.put(1)
    try await untilTrue { queue.count == 0 && queue.waitingTakerCount == 1 }
    task.cancel()
    #expect(await task.value == [1])
    _ = try await queue.put(2)
    #expect(queue.drain() == [2])
  }

  @Test func `tasks join a queue`() async throws {
    let queue = BlockingQueue<Int>()
    #expect(await queue.join())
    _ = try await queue.put(1)
    let impatient = Task { await queue.join() }
    impatient.cancel()
    #expect(await !impatient.value)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 { group.addTask { await queue.join() } }
      let worker = try spawn {
        _ = try queue.take()
        queue.taskDone()
      }
      for try await isDone in group { #expect(isDone) }
      try await worker.value
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `tasks and threads share a queue`(kind: QueueKind) async throws {
    let queue: BlockingQueue<Int> = kind.make()
    let perWorker = 300
    let threads = try (0..<2).map { number in
      try spawn {
        for element in 0..<perWorker { try queue.put(number * perWorker + element) }
      }
    }
    let takers = try (0..<2).map { _ in
      try spawn { try (0..<perWorker).map { _ in try queue.take() } }
    }
    let taken = try await withThrowingTaskGroup(of: [Int].self) { group in
      for number in 2..<4 {
        group.addTask {
          for element in 0..<perWorker {
            let refused = try await queue.put(number * perWorker + element)
            #expect(refused == nil)
          }
          return []
        }
        group.addTask {
          var taken: [Int] = []
          while taken.count < perWorker, let element = try await queue.take() {
            taken.append(element)
          }
          return taken
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    var all = taken
    for thread in threads { try await thread.value }
    for taker in takers { all += try await taker.value }
    #expect(all.sorted() == Array(0..<4 * perWorker))
    #expect(queue.waitingTakerCount == 0 && queue.waitingPutterCount == 0)
  }

  @Test(arguments: QueueKind.allCases, Seed.all)
  func `tasks that are cancelled at any time lose no element`(
    kind: QueueKind,
    seed: Seed
  ) async throws {
    let queue: BlockingQueue<Int> = kind.make()
    let kept = Shared(Mutex<[Int]>([]))
    var dice = seed.dice()
    let putters = (0..<60).map { number in
      Task {
        if let refused = try await queue.put(number) { kept.value.withLock { $0.append(refused) } }
      }
    }
    let takers = (0..<60).map { _ in
      Task {
        if let element = try await queue.take() { kept.value.withLock { $0.append(element) } }
      }
    }
    for index in 0..<60 {
      if dice.isOne(in: 3) { putters[index].cancel() }
      if dice.isOne(in: 3) { takers[index].cancel() }
      if dice.isOne(in: 4) { await Task.yield() }
    }
    // Whoever still waits has nobody to wait for.
    for task in putters { task.cancel() }
    for task in putters { try await task.value }
    for task in takers { task.cancel() }
    for task in takers { try await task.value }
    let all = kept.value.withLock { $0 } + queue.drain()
    #expect(all.sorted() == Array(0..<60))
    #expect(queue.waitingTakerCount == 0 && queue.waitingPutterCount == 0)
  }

  /// Waits for a state without blocking a thread.
  ///
  /// It waits longer than others: other tests block the threads that tasks run on.
  private func untilTrue(_ condition: () -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + TestTime.limit * 5
    while !condition() {
      if clock.now > end { throw Stuck("the state awaited did not come") }
      try await Task.sleep(for: .microseconds(100))
    }
  }
}
