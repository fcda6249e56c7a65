import Glibc
import Testing

@testable import Interlock

@Suite struct `A death at a queue between processes` {
  /// What processes do until they are killed.
  private struct Storm: Codable, Sendable {
    let queue: SharedQueue<Element>
    /// For each element that was put, how often it was taken.
    let marks: SharedArray<UInt8>
    let number: Int
    /// Before which step it dies.
    var fatal = 0

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

    static let length = 1_000
    static let survivorLength = 4_000 * Deaths.count

    func produce() throws {
      try dieSoon {
        for element in 0..<Self.length { try queue.put(Element(number, element)) }
        throw Harm(description: "it has lived too long")
      }
    }

    func consume() throws {
      try dieSoon {
        while true {
          let element = try queue.take()
          try Harm.unless(element.isWhole, "an element is torn")
          mark(element)
          queue.taskDone()
        }
      }
    }

    private func dieSoon(_ body: () throws -> Void) throws {
      endWhenStuck()
      _ = try SharedStep.count(dyingAt: fatal) { () throws(any Error) in try body() }
    }

    func mark(_ element: Element) {
      marks[element.producer * Self.length + element.number] += 1
    }
  }

  @Test(arguments: Seed.all)
  func `tears nothing, and loses what the dead had in hand, in storms`(_ seed: Seed) throws {
    let producers = (Deaths.count + 1) / 2
    let consumers = producers
    let pool = try ProcessPool(workers: 4)
    defer { pool.close() }
    let queue = try SharedQueue<Storm.Element>(capacity: 16, byteCapacity: 2048)
    let count = producers * Storm.length + Storm.survivorLength
    let marks = try SharedArray(repeating: UInt8(0), count: count)
    var dice = seed.dice()
    let tasks = try (0..<(producers + consumers)).map { number in
      let storm = Storm(
        queue: queue,
        marks: marks,
        number: number / 2,
        fatal: dice.pick(1..<4_000)
      )
      return number.isMultiple(of: 2)
        ? try pool.submit(storm) { try $0.produce() }
        : try pool.submit(storm) { try $0.consume() }
    }
    // Two that live: in the midst of all that they put and take, so that nobody waits for ever.
    let own = Storm(queue: queue, marks: marks, number: producers)
    let isOver = Event()
    let survived = try withCrew { crew in
      defer { isOver.set() }
      let consumer = try crew.spawn {
        for element in own.queue {
          guard element.isWhole else { throw Stuck("an element was torn, and a whole one") }
          own.mark(element)
          own.queue.taskDone()
        }
      }
      let producer = try crew.spawn {
        var number = 0
        while !isOver.isSet, number < Storm.survivorLength {
          // As many as are taken.
          guard own.queue.count == 0 else {
            _ = isOver.wait(for: .milliseconds(1))
            continue
          }
          guard try own.queue.put(Storm.Element(own.number, number), for: TestTime.limit) == nil
          else { throw Stuck("there was no room") }
          number += 1
        }
        return number
      }
      for task in tasks {
        let error = #expect(throws: PoolTaskError<ProcessError>.self) { try task.join() }
        guard case .failed(let failure)? = error else { continue }
        #expect(failure.reason == .crashed(.killed(signal: SIGKILL)))
      }
      isOver.set()
      let survived = try producer.result()
      queue.close()
      try consumer.result()
      return survived
    }
    var missing = 0
    for producer in 0...producers {
      let start = producer * Storm.length
      let own = marks[start..<(producer == producers ? count : start + Storm.length)]
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
    /// Before which step it dies.
    let fatal: Int

    func run() throws {
      endWhenStuck()
      _ = try SharedStep.count(dyingAt: fatal) { () throws(any Error) in
        while true {
          begun[0] += 1
          try queue.put(begun[0])
          // It never waits, so it is always in the middle of something.
          try Harm.unless(try queue.take() == begun[0] - 3, "others come out")
          queue.taskDone()
        }
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
    for _ in 0..<Deaths.count {
      try queue.put(contentsOf: [begun[0] + 1, begun[0] + 2, begun[0] + 3])
      begun[0] += 3
      let loop = Loop(queue: queue, begun: begun, fatal: dice.pick(1..<300))
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
