import Glibc
import Testing

@testable import Interlock

/// What a worker puts or takes.
struct QueueErrand<Element: Codable & Sendable>: Codable, Sendable {
  let queue: SharedQueue<Element>
  var number = 0
  var count = 0
}

@Suite struct `A queue between processes` {
  private static let length = 4_000

  /// A producer's number, and the element's.
  struct Ticket: Codable, Hashable, Sendable {
    var producer: Int32
    var number: Int32
  }

  /// The same, not as plain bytes and not always of the same size.
  struct Letter: Codable, Hashable, Sendable {
    var ticket: Ticket
    var text: String

    init(_ producer: Int, _ number: Int) {
      ticket = Ticket(producer: Int32(producer), number: Int32(number))
      text = String(repeating: "\(number)", count: number % 29)
    }
  }

  private static func check(_ hauls: [[Ticket]]) {
    for haul in hauls {
      for producer in 0..<2 {
        let numbers = haul.filter { $0.producer == producer }.map(\.number)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "in order")
      }
    }
    let all = hauls.flatMap(\.self)
    #expect(all.count == 2 * length)
    #expect(Set(all).count == 2 * length, "each once")
  }

  @Test func `brings each element to one taker, in its producer's order`() throws {
    let pool = try ProcessPool(workers: 4)
    let queue = try SharedQueue<Ticket>(capacity: 7)
    let takers = try (0..<2).map { _ in
      try pool.submit(QueueErrand(queue: queue)) { errand in Array(errand.queue) }
    }
    let putters = try (0..<2).map { number in
      let errand = QueueErrand(queue: queue, number: number, count: Self.length)
      return try pool.submit(errand) { errand in
        for number in 0..<errand.count {
          try errand.queue.put(Ticket(producer: Int32(errand.number), number: Int32(number)))
        }
      }
    }
    for putter in putters { try putter.join() }
    queue.close()
    Self.check(try takers.map { try $0.join() })
    #expect(queue.count == 0)
  }

  @Test func `brings elements that have no fixed size, round and round`() throws {
    let pool = try ProcessPool(workers: 4)
    let queue = try SharedQueue<Letter>(capacity: 50, byteCapacity: 1000)
    #expect(queue.byteCapacity == 1024)
    let takers = try (0..<2).map { _ in
      try pool.submit(QueueErrand(queue: queue)) { errand in
        try errand.queue.map { letter in
          guard letter == Letter(Int(letter.ticket.producer), Int(letter.ticket.number)) else {
            throw Stuck("a letter is torn")
          }
          return letter.ticket
        }
      }
    }
    let putters = try (0..<2).map { number in
      let errand = QueueErrand(queue: queue, number: number, count: Self.length)
      return try pool.submit(errand) { errand in
        for number in 0..<errand.count { try errand.queue.put(Letter(errand.number, number)) }
      }
    }
    for putter in putters { try putter.join() }
    queue.close()
    Self.check(try takers.map { try $0.join() })
  }

  @Test func `takes and gives several at once`() throws {
    let pool = try ProcessPool(workers: 1)
    let numbers = try SharedQueue<Int>(capacity: 10)
    let letters = try SharedQueue<Letter>(capacity: 10)
    let putter = try pool.submit(QueueErrand(queue: numbers, count: 1000)) { errand in
      try errand.queue.put(contentsOf: Array(0..<errand.count))
    }
    var taken: [Int] = []
    while taken.count < 1000 {
      let some = try numbers.take(max: 300)
      #expect(1...10 ~= some.count)
      taken += some
    }
    try putter.join()
    #expect(taken == Array(0..<1000))
    let five = (0..<5).map { Letter(0, $0) }
    try letters.put(contentsOf: five)
    #expect(try letters.take(max: 3) + letters.take(max: 3) == five)
    try letters.put(contentsOf: [])
    #expect(letters.count == 0)
  }

  @Test func `has as many elements as it has room for`() throws {
    let queue = try SharedQueue<Int>(capacity: 3)
    for number in 0..<3 { #expect(try queue.tryPut(number) == nil) }
    #expect(try queue.tryPut(3) == 3)
    #expect(queue.count == 3)
    #expect(try queue.take() == 0)
    #expect(try queue.tryPut(3) == nil)
    #expect(try queue.tryPut(4) == 4)
    // The bytes may be what there is no room for: each takes 24.
    let texts = try SharedQueue<String>(capacity: 100, byteCapacity: 64)
    #expect(try texts.tryPut("one") == nil)
    #expect(try texts.tryPut("two") == nil)
    #expect(try texts.tryPut("a text that is longer") == "a text that is longer")
    #expect(try (texts.take(), texts.take()) == ("one", "two"))
    #expect(try texts.tryTake() == nil)
    #expect(try texts.tryPut("a text that is longer") == nil)
    #expect(try texts.tryTake() == "a text that is longer")
  }

  private struct Odd: Codable, Hashable, Sendable {
    var a: UInt8 = 1
    var b: UInt16 = 2
    var c: UInt8 = 3
  }

  private enum Choice: Codable, Hashable, Sendable {
    case none
    case some(Int, String)
  }

  private func goesThrough<Element: Codable & Hashable & Sendable>(_ elements: [Element]) throws {
    let queue = try SharedQueue<Element>(capacity: elements.count)
    for element in elements { try queue.put(element) }
    #expect(try queue.take(max: elements.count) == elements)
    for element in elements {
      try queue.put(element)
      #expect(try queue.take() == element)
      #expect(try queue.tryPut(element) == nil)
      #expect(try queue.tryTake() == element)
    }
  }

  @Test func `takes elements of all kinds`() throws {
    try goesThrough([Odd(), Odd(a: 7)])
    try goesThrough([UInt8(1), 2, 255])
    try goesThrough([Int128.max, .min])
    try goesThrough([true, false])
    try goesThrough([Choice.none, .some(1, "one")])
    try goesThrough([1, nil])
    try goesThrough([[1, 2, 3], []])
    try goesThrough([Set([1]), []])
    try goesThrough([String(repeating: "long", count: 2000)])
  }

  @Test func `refuses what does not fit, with words`() throws {
    let texts = try SharedQueue<String>(capacity: 1, byteCapacity: 64)
    let large = #expect(throws: SharingError.self) {
      try texts.put(String(repeating: "large", count: 20))
    }
    #expect(large?.reason == .tooLarge)
    let numbers = try SharedQueue<Int128>(capacity: 1, byteCapacity: 8)
    #expect(throws: SharingError.self) { try numbers.put(1) }
    #expect(throws: SharingError.self) { try numbers.tryPut(1) }
    #expect(throws: SharingError.self) { try numbers.put(contentsOf: [1]) }
    let memories = try SharedQueue<SharedMemory>(capacity: 1)
    let shared = #expect(throws: SharingError.self) {
      try memories.put(SharedMemory(byteCount: 1))
    }
    #expect(shared?.reason == .notSendable)
    #expect(memories.count == 0)
    #expect(throws: SharingError.self) {
      try SharedQueue<Int>(capacity: 1 << 30, byteCapacity: .max)
    }
  }

  @Test func `is closed for those who put, and emptied by those who take`() throws {
    let pool = try ProcessPool(workers: 1)
    let queue = try SharedQueue<Int>(capacity: 5)
    try queue.put(contentsOf: [1, 2, 3])
    try pool.run(queue) { $0.close() }
    #expect(queue.isClosed)
    #expect(throws: QueueClosed<Int>.self) { try queue.put(4) }
    do {
      _ = try queue.tryPut(5)
      Issue.record("it was put")
    } catch let error as QueueClosed<Int> {
      #expect(error.refused == 5)
    }
    do {
      try queue.put(contentsOf: [6, 7])
      Issue.record("they were put")
    } catch let error as QueueClosed<[Int]> {
      #expect(error.refused == [6, 7])
    }
    #expect(try queue.take() == 1)
    #expect(Array(queue) == [2, 3])
    #expect(throws: QueueClosed<Int>.self) { try queue.take() }
    #expect(throws: QueueClosed<Int>.self) { try queue.tryTake() }
    #expect(throws: QueueClosed<Int>.self) { try queue.take(max: 2) }
    queue.close()
  }

  @Test func `lets go those who wait when it is closed`() throws {
    let pool = try ProcessPool(workers: 2)
    for round in 0..<20 {
      let full = try SharedQueue<Int>(capacity: 1)
      let empty = try SharedQueue<String>(capacity: 1)
      try full.put(0)
      let putter = try pool.submit(full) { queue in
        do {
          try queue.put(9)
          return 0
        } catch let error as QueueClosed<Int> {
          return error.refused ?? -1
        }
      }
      let taker = try pool.submit(empty) { Array($0).count }
      if round.isMultiple(of: 2) { try eventually { taker.state == .running } }
      #expect(full.closeAtOnce() == [0] || round.isMultiple(of: 2) == false)
      empty.close()
      #expect(try putter.join() == 9)
      #expect(try taker.join() == 0)
      try full.join()
    }
  }

  @Test func `is not waited for longer than was said`() throws {
    let queue = try SharedQueue<Int>(capacity: 1)
    #expect(try queue.take(until: .now) == nil)
    #expect(try queue.take(for: TestTime.short) == nil)
    try queue.put(1)
    #expect(try queue.put(2, until: .now) == 2)
    #expect(try queue.put(2, for: TestTime.short) == 2)
    #expect(try !queue.join(for: TestTime.short))
    try withCrew { crew in
      let full = try crew.spawn { try queue.put(3, until: .never) }
      let join = try crew.spawn { try queue.join(until: .never) }
      full.cancel()
      join.cancel()
      #expect(try full.result() == 3)
      #expect(try join.result() == false)
      #expect(try queue.take() == 1)
      let empty = try crew.spawn { try queue.take(until: .never) }
      empty.cancel()
      #expect(try empty.result() == nil)
    }
  }

  @Test func `knows when all is done, in whatever process`() throws {
    let pool = try ProcessPool(workers: 2)
    let queue = try SharedQueue<Int>(capacity: 100)
    let sum = try SharedValue(0)
    struct Work: Codable, Sendable {
      let queue: SharedQueue<Int>
      let sum: SharedValue<Int>
    }
    let workers = try (0..<2).map { _ in
      try pool.submit(Work(queue: queue, sum: sum)) { work in
        for number in work.queue {
          work.sum.withLock { $0 += number }
          work.queue.taskDone()
        }
      }
    }
    var expected = 0
    for round in 1...20 {
      for number in 0..<100 { try queue.put(number * round) }
      expected += 4950 * round
      try queue.join()
      #expect(sum.current == expected)
    }
    try queue.put(1)
    queue.closeAtOnce()
    try queue.join()
    for worker in workers { try worker.join() }
    #expect(queue.lostCount == 0)
  }

  @Test func `says when a process has died that was not done`() throws {
    let pool = try ProcessPool(workers: 1)
    let queue = try SharedQueue<Int>(capacity: 10)
    for round in 1...5 {
      try queue.put(contentsOf: [1, 2, 3])
      let task = try pool.submit(queue) { queue in
        _ = try queue.take(max: 2)
        queue.taskDone()
        kill(getpid(), SIGKILL)
      }
      #expect(throws: PoolTaskError<ProcessError>.self) { try task.join() }
      #expect(queue.lostCount == 1)
      #expect(throws: ParticipantDied.self) { try queue.join() }
      #expect(throws: ParticipantDied.self) { try queue.join(for: TestTime.limit) }
      queue.declareMended()
      #expect(queue.lostCount == 0)
      #expect(try !queue.join(until: .now))
      #expect(try queue.take() == 3)
      queue.taskDone()
      #expect(try queue.join(for: TestTime.limit), "round \(round)")
    }
  }

  @Test func `one that is mended later is still told of`() throws {
    let pool = try ProcessPool(workers: 1)
    let queue = try SharedQueue<Int>(capacity: 10)
    // Those that come later get the account of one that has died.
    for number in 1...5 {
      try queue.put(number)
      _ = try? pool.run(queue) { queue in
        _ = try queue.take()
        kill(getpid(), SIGKILL)
      }
      #expect(queue.lostCount == number)
    }
    queue.declareMended()
    try queue.join()
  }

  @Test func `goes on when its numbers begin again`() throws {
    let queue = try SharedQueue<String>(capacity: 3, byteCapacity: 256)
    // As if so many had been put and taken.
    let position = UInt64(UInt32.max - 5) << 32 | UInt64(UInt32.max - 9)
    let core = queue.core
    for word in [core.tail, core.head, core.seenTail, core.seenHead] {
      word.store(position, ordering: .releasing)
    }
    #expect(queue.count == 0)
    for number in 0..<20 {
      let texts = (0..<3).map { String(repeating: "\(number)", count: 10 + $0) }
      try queue.put(contentsOf: texts)
      #expect(queue.count == 3)
      #expect(try queue.tryPut("") == "")
      #expect(try queue.take(max: 3) == texts)
      queue.taskDone(3)
    }
    try queue.join()
  }

  @Test func `serves threads, too`() throws {
    let queue = try SharedQueue<Int>(capacity: 3)
    try withCrew { crew in
      let takers = try crew.spawn(count: 3) { _ in queue.reduce(0, +) }
      let putters = try crew.spawn(count: 3) { number in
        for element in 0..<2_000 { try queue.put(element * 3 + number) }
      }
      for putter in putters { try putter.result() }
      queue.close()
      #expect(try takers.map { try $0.result() }.reduce(0, +) == 6_000 * 5_999 / 2)
    }
  }

  @Test func `is what it was made as, and nothing else`() throws {
    let pool = try ProcessPool(workers: 1)
    struct Texts: Codable, Sendable {
      let queue: SharedQueue<String>
    }
    let queue = try SharedQueue<Int>(capacity: 3)
    #expect(throws: SharingError.self) {
      try SharedQueueCore(of: String.self, queue.core.memory, queue.core.family, isUniform: false)
    }
    #expect(throws: SharingError.self) {
      let memory = try SharedMemory(byteCount: 100)
      _ = try SharedQueueCore(of: Int.self, memory, queue.core.family, isUniform: true)
    }
    #expect(try pool.run(queue) { $0.capacity } == 3)
  }
}

@Suite struct `A queue between processes, misused` {
  @Test func `says what to do instead`() async {
    await #expect(processExitsWith: .failure) { _ = try SharedQueue<Int>(capacity: 0) }
    await #expect(processExitsWith: .failure) {
      _ = try SharedQueue<Int>(capacity: 1, byteCapacity: 0)
    }
    await #expect(processExitsWith: .failure) { try SharedQueue<Int>(capacity: 1).taskDone() }
    await #expect(processExitsWith: .failure) { try SharedQueue<Int>(capacity: 1).taskDone(0) }
    await #expect(processExitsWith: .failure) { _ = try SharedQueue<Int>(capacity: 1).take(max: 0) }
    await #expect(processExitsWith: .failure) {
      let queue = try SharedQueue<Int>(capacity: 1)
      try queue.put(1)
      queue.closeAtOnce()
      queue.taskDone()
    }
  }
}
