import Glibc
import Testing

@testable import Interlock

/// Where a process dies in the middle of a call.
private enum FatalStep: String, Codable, CaseIterable, Sendable {
  case lockedForPutting, written, put
  case lockedForTaking, copied, claimed, moved, taken, done, closed

  /// Whether the element that was being put is in the queue.
  var isPut: Bool? {
    switch self {
    case .lockedForPutting, .written: false
    case .put: true
    default: nil
    }
  }

  /// Whether the first element is gone.
  var isTaken: Bool { [.moved, .taken, .done].contains(self) }

  func die(in queue: SharedQueue<Int>) throws {
    func die() { kill(getpid(), SIGKILL) }
    let core = queue.core
    switch self {
    case .lockedForPutting:
      _ = unsafe core.tryPut(1) { _, _ in
        die()
        return false
      }
    case .written:
      var element = 9
      _ = unsafe withUnsafeBytes(of: &element) { bytes in
        unsafe core.tryPut(1) { _, place in
          let isPlaced = unsafe place(bytes)
          die()
          return isPlaced
        }
      }
    case .put:
      try queue.put(9)
      die()
    case .lockedForTaking:
      core.lockTaking()
      die()
    case .copied:
      _ = core.tryTake(max: 1) { element in
        _ = element.bytes
        die()
      }
    case .claimed:
      core.lockTaking()
      core.accounts.take(1, core.accountNumber) { die() }
    case .moved:
      core.lockTaking()
      core.accounts.take(1, core.accountNumber) {
        var position = QueuePosition(bits: core.head.load(ordering: .relaxed))
        position.pass(2)
        core.head.store(position.bits, ordering: .releasing)
        die()
      }
    case .taken:
      _ = try queue.take()
      die()
    case .done:
      _ = try queue.take()
      queue.taskDone()
      die()
    case .closed:
      queue.close()
      die()
    }
    // The signal may come to another thread first.
    while true { pause() }
  }
}

@Suite struct `A death at a queue between processes` {
  private struct Fall: Codable, Sendable {
    let queue: SharedQueue<Int>
    let step: FatalStep
  }

  @Test(arguments: FatalStep.allCases)
  private func `leaves it whole, at each step`(_ step: FatalStep) throws {
    let pool = try ProcessPool(workers: 1)
    defer { pool.close() }
    for round in 0..<5 {
      let queue = try SharedQueue<Int>(capacity: 4)
      // At another place of the ring each time.
      for number in 0..<round {
        try queue.put(number)
        #expect(try queue.take() == number)
        queue.taskDone()
      }
      try queue.put(contentsOf: [1, 2, 3])
      #expect(throws: ProcessError.self) {
        try pool.run(Fall(queue: queue, step: step)) { try $0.step.die(in: $0.queue) }
      }
      var expected = [1, 2, 3]
      if step.isTaken { expected.removeFirst() }
      if step.isPut == true { expected.append(9) }
      #expect(queue.count == expected.count)
      if step != .closed {
        while expected.count < 4 {
          #expect(try queue.tryPut(expected.count + 10) == nil)
          expected.append(expected.count + 10)
        }
        #expect(try queue.tryPut(0) == 0)
      }
      #expect(queue.isClosed == (step == .closed))
      #expect(try queue.take(max: 10) == expected)
      queue.taskDone(expected.count)
      let isLost = step == .moved || step == .taken
      #expect(queue.lostCount == (isLost ? 1 : 0))
      if isLost {
        #expect(throws: ParticipantDied.self) { try queue.join() }
        queue.declareMended()
      }
      try queue.join()
    }
  }

  /// What processes do until they are killed.
  private struct Storm: Codable, Sendable {
    let queue: SharedQueue<Element>
    /// For each element that was put, how often it was taken.
    let marks: SharedArray<UInt8>
    let number: Int
    let patience: UInt32

    struct Element: Codable, Sendable {
      var producer: Int
      var number: Int
      /// Makes torn elements recognizable, and is of all sizes.
      var rest: [UInt8]

      init(_ producer: Int, _ number: Int) {
        self.producer = producer
        self.number = number
        rest = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 61)
      }

      var isWhole: Bool {
        rest.count == number % 61
          && rest.allSatisfy { $0 == UInt8(truncatingIfNeeded: number) }
      }
    }

    static let length = 20_000

    func dieSoon() throws {
      let patience = patience
      _ = try spawn {
        usleep(patience)
        kill(getpid(), SIGKILL)
      }
    }

    func produce() throws {
      try dieSoon()
      for element in 0..<Self.length { try queue.put(Element(number, element)) }
      while true { pause() }
    }

    func consume() throws {
      try dieSoon()
      while true {
        let element = try queue.take()
        guard element.isWhole else { exit(77) }
        mark(element)
        queue.taskDone()
      }
    }

    func mark(_ element: Element) {
      marks[element.producer * Self.length + element.number] += 1
    }
  }

  @Test(arguments: Seed.all)
  func `tears nothing, and loses what the dead had in hand, in storms`(_ seed: Seed) throws {
    let producers = 100
    let consumers = 100
    let pool = try ProcessPool(workers: 4)
    defer { pool.close() }
    let queue = try SharedQueue<Storm.Element>(capacity: 16, byteCapacity: 2048)
    let marks = try SharedArray(repeating: UInt8(0), count: (producers + 1) * Storm.length)
    var dice = seed.dice()
    let tasks = try (0..<(producers + consumers)).map { number in
      let storm = Storm(
        queue: queue,
        marks: marks,
        number: number / 2,
        patience: UInt32(dice.pick(0..<3_000))
      )
      return number.isMultiple(of: 2)
        ? try pool.submit(storm) { try $0.produce() }
        : try pool.submit(storm) { try $0.consume() }
    }
    // Two that live: in the midst of all that they put and take everything there is.
    let own = Storm(queue: queue, marks: marks, number: producers, patience: 0)
    let survived = Storm.length / 10
    try withCrew { crew in
      let consumer = try crew.spawn {
        for element in own.queue {
          guard element.isWhole else { throw Stuck("an element was torn, and a whole one") }
          own.mark(element)
          own.queue.taskDone()
        }
      }
      let producer = try crew.spawn {
        for number in 0..<survived {
          let element = Storm.Element(own.number, number)
          guard try own.queue.put(element, for: TestTime.limit) == nil else {
            throw Stuck("there was no room")
          }
        }
      }
      for task in tasks {
        let error = #expect(throws: PoolTaskError<ProcessError>.self) { try task.join() }
        guard case .failed(let failure)? = error else { continue }
        #expect(failure.reason == .crashed(.killed(signal: SIGKILL)))
      }
      try producer.result()
      queue.close()
      try consumer.result()
    }
    var missing = 0
    for producer in 0...producers {
      let own = marks[(producer * Storm.length)..<((producer + 1) * Storm.length)]
      #expect(own.allSatisfy { $0 <= 1 }, "each once")
      // What a dead one has put is gapless.
      let end = producer == producers ? survived : (own.lastIndex(of: 1) ?? -1) + 1 - own.startIndex
      missing += own.prefix(max(0, end)).count { $0 == 0 }
    }
    #expect(missing <= queue.lostCount)
    #expect(queue.lostCount <= consumers)
    queue.declareMended()
    try queue.join()
  }

  /// What is in the queue are numbers without a gap; which one was put last is in `begun`.
  private struct Loop: Codable, Sendable {
    let queue: SharedQueue<Int>
    let begun: SharedArray<Int>
    let patience: UInt32

    func run() throws {
      let patience = patience
      _ = try spawn {
        usleep(patience)
        kill(getpid(), SIGKILL)
      }
      while true {
        begun[0] += 1
        try queue.put(begun[0])
        // It never waits, so it is always in the middle of something.
        guard try queue.take() == begun[0] - 3 else { exit(77) }
        queue.taskDone()
      }
    }
  }

  @Test(arguments: Seed.all)
  func `leaves it whole, at any moment`(_ seed: Seed) throws {
    let pool = try ProcessPool(workers: 2)
    defer { pool.close() }
    var dice = seed.dice()
    let queue = try SharedQueue<Int>(capacity: 5)
    let begun = try SharedArray(repeating: 0, count: 1)
    for _ in 0..<150 {
      try queue.put(contentsOf: [begun[0] + 1, begun[0] + 2, begun[0] + 3])
      begun[0] += 3
      let loop = Loop(queue: queue, begun: begun, patience: UInt32(dice.pick(0..<300)))
      let error = #expect(throws: ProcessError.self) { try pool.run(loop) { try $0.run() } }
      #expect(error?.reason == .crashed(.killed(signal: SIGKILL)))
      let lost = queue.lostCount
      #expect(0...1 ~= lost)
      let left = try queue.take(max: 10)
      queue.taskDone(left.count)
      #expect(3...4 ~= left.count)
      #expect(left == Array(left[0]..<(left[0] + left.count)))
      // The last one was put or not; if it was, the first may have been taken.
      #expect(left.last == begun[0] || left.last == begun[0] - 1 && left.count == 3 && lost == 0)
      queue.declareMended()
      #expect(try queue.join(for: TestTime.limit))
    }
  }

  @Test func `does not keep others waiting`() throws {
    let pool = try ProcessPool(workers: 3)
    defer { pool.close() }
    // Two wait, one is killed, and one element comes: the other one has it, or gets it soon.
    for round in 0..<30 {
      let queue = try SharedQueue<Int>(capacity: 1)
      let victim = try pool.submit(Fall(queue: queue, step: .taken)) { fall in
        _ = try spawn { kill(getpid(), SIGKILL) }
        _ = try fall.queue.take()
        while true { pause() }
      }
      let taker = try pool.submit(queue) { try $0.take(for: .seconds(30)) }
      var isTaken = false
      while !isTaken {
        _ = try queue.put(round, for: .milliseconds(1))
        isTaken = taker.state == .finished
      }
      #expect(try taker.join() == round)
      #expect(throws: PoolTaskError<ProcessError>.self) { try victim.join() }
    }
  }

  @Test func `leaves nothing behind`() throws {
    let pool = try ProcessPool(workers: 1)
    let isTraceless = try pool.run(60) { rounds in
      let inner = try ProcessPool(workers: 1)
      _ = try inner.run(0) { $0 }
      let before = Belongings()
      for number in 0..<rounds {
        let queue = try SharedQueue<String>(capacity: 10)
        _ = try? inner.run(queue) { queue in
          try queue.put("last words")
          kill(getpid(), SIGKILL)
        }
        guard try queue.take() == "last words" else { return false }
        if number.isMultiple(of: 2) { try queue.put("left there") }
      }
      _ = try inner.run(0) { $0 }
      try eventually { Belongings().areWithin(before) }
      return true
    }
    #expect(isTraceless)
  }
}
