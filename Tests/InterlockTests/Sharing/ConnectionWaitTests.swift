import Testing

@testable import Interlock

@Suite struct `Waiting at a connection` {
  private static let large = [UInt8](repeating: 1, count: 100_000)

  /// Sends until there is no room.
  private func fill(_ end: Connection) throws -> Int {
    var count = 0
    while try end.trySend(bytes: Self.large) { count += 1 }
    return count
  }

  @Test func `for nothing gives up at the deadline`() throws {
    let (here, there) = try Connection.pair()
    let start = Deadline.now
    #expect(try here.tryReceive(Int.self) == nil)
    #expect(try here.receive(Int.self, for: TestTime.short) == nil)
    #expect(try here.receiveBytes(for: TestTime.short) == nil)
    #expect(try here.poll(for: TestTime.short) == false)
    #expect(try [here, there].waitForFirst(for: TestTime.short) == nil)
    #expect(Deadline.now - start >= TestTime.short * 4)
    #expect(try here.poll(until: .now) == false)
    try there.send(1)
    #expect(try here.poll(until: .now))
    #expect(try here.receive(Int.self, until: .now) == 1)
  }

  @Test func `for room gives up at the deadline, and has sent nothing`() throws {
    let (here, there) = try Connection.pair()
    let count = try fill(here)
    // Memory that nobody has received is bounded.
    #expect((1...10).contains(count))
    let start = Deadline.now
    #expect(try !here.send(bytes: Self.large, for: TestTime.short))
    #expect(try !here.send(Self.large, for: TestTime.short))
    #expect(Deadline.now - start >= TestTime.short * 2)
    here.close()
    for _ in 0..<count { #expect(try there.receiveBytes()?.count == Self.large.count) }
    #expect(try there.receiveBytes() == nil)
  }

  @Test func `ends by cancellation with a deadline`() throws {
    let (here, there) = try Connection.pair()
    let (full, other) = try Connection.pair()
    _ = try fill(full)
    let receiver = try spawn { () throws(ConnectionError) in
      try here.receive(Int.self, until: .never)
    }
    let sender = try spawn { () throws(ConnectionError) in
      try full.send(bytes: Self.large, until: .never)
    }
    let poller = try spawn { () throws(ConnectionError) in
      try [here, other].waitForFirst(until: .never) === other
    }
    let waiter = try spawn { () throws(ConnectionError) in
      try [there].waitForFirst(until: .never) == nil
    }
    #expect(try poller.join())
    try eventually { here.waiterCount == 1 && full.waiterCount == 1 && there.waiterCount == 1 }
    #expect(remains { here.waiterCount == 1 && full.waiterCount == 1 })
    receiver.cancel()
    sender.cancel()
    waiter.cancel()
    #expect(try receiver.join() == nil)
    #expect(try !sender.join())
    #expect(try waiter.join())
    // Nothing was taken or lost by those that gave up.
    try there.send(5)
    #expect(try here.receive() == 5)
  }

  @Test func `does not end by cancellation without a deadline`() throws {
    let (here, there) = try Connection.pair()
    let receiver = try spawn { () throws(ConnectionError) in try here.receive(Int.self) }
    receiver.cancel()
    try eventually { here.waiterCount == 1 }
    #expect(remains { here.waiterCount == 1 })
    try there.send(1)
    #expect(try receiver.join() == 1)
  }

  @Test func `ends when the end is closed by another thread`() throws {
    let (here, there) = try Connection.pair()
    let (full, other) = try Connection.pair()
    _ = try fill(full)
    try withCrew { crew in
      _ = try crew.spawn(count: 4, "receiver") { number in
        #expect(throws: ConnectionError.closedHere) {
          number % 2 == 0 ? try here.receive(Int.self) : try here.receive(Int.self, until: .never)
        }
      }
      _ = try crew.spawn(count: 2, "poller") { _ in
        #expect(throws: ConnectionError.closedHere) { try [there, here].waitForFirst() }
      }
      try crew.spawn("sender") {
        #expect(throws: ConnectionError.closedHere) { try full.send(bytes: Self.large) }
      }
      try eventually { here.waiterCount == 6 && full.waiterCount == 1 }
      here.close()
      full.close()
    }
    // The other side sees the end although threads waited.
    #expect(try there.receive(Int.self) == nil)
    while try other.receiveBytes() != nil {}
  }

  @Test func `ends when the other end is closed`() throws {
    let (here, there) = try Connection.pair()
    let (full, other) = try Connection.pair()
    _ = try fill(full)
    try withCrew { crew in
      try crew.spawn("receiver") { () throws(any Error) in
        #expect(try here.receive(Int.self) == nil)
      }
      try crew.spawn("poller") { () throws(any Error) in
        #expect(try here.poll(until: .never))
      }
      try crew.spawn("sender") {
        #expect(throws: ConnectionError.closedThere) { try full.send(bytes: Self.large) }
      }
      try eventually { here.waiterCount == 2 && full.waiterCount == 1 }
      there.close()
      other.close()
    }
  }

  @Test func `at several finds the one that has something, each in its turn`() throws {
    let pairs = try (0..<5).map { _ in try Connection.pair() }
    let ends = pairs.map(\.0)
    for (number, pair) in pairs.enumerated() {
      let waiter = try spawn { () throws(ConnectionError) in try ends.waitForFirst() }
      try pair.1.send(number)
      let first = try waiter.join()
      #expect(first === pair.0)
      #expect(try first.receive() == number)
    }
    // All have something now.
    for pair in pairs { try pair.1.send(0) }
    var found: Set<ObjectIdentifier> = []
    try eventually {
      found.insert(ObjectIdentifier(try ends.waitForFirst()))
      return found.count == ends.count
    }
  }

  @Test func `at several worker processes hears of each one's end`() throws {
    let workers = try (0..<3).map { number in
      let (here, there) = try Connection.pair()
      let worker = try WorkerProcess(there.handOver()) { end in try end.send("hello") }
      return (here, worker)
    }
    var left = workers.map(\.0)
    var greetings = 0
    while !left.isEmpty {
      let end = try #require(try left.waitForFirst(for: TestTime.limit))
      if try end.receive(String.self) == nil {
        left.removeAll { $0 === end }
      } else {
        greetings += 1
      }
    }
    #expect(greetings == 3)
    for (_, worker) in workers { try worker.join() }
  }

  @Test func `of two threads for each other is a conversation`() throws {
    let (here, there) = try Connection.pair()
    try withCrew { crew in
      try crew.spawn("ping") {
        for number in 0..<20_000 {
          try here.send(number)
          guard try here.receive(Int.self) == number + 1 else { throw Stuck("a wrong answer") }
        }
        here.close()
      }
      try crew.spawn("pong") {
        while let number = try there.receive(Int.self) { try there.send(number + 1) }
      }
    }
  }

  @Test func `of many threads at both ends loses nothing and mixes nothing`() throws {
    let (here, there) = try Connection.pair()
    let received = Mutex<[[Int]]>([])
    let (senders, each) = (4, 500)
    try withCrew { crew in
      let threads = try crew.spawn(count: senders, "sender") { number in
        for index in 0..<each {
          // Some go through memory.
          let size = index % 50 == 0 ? 20_000 : index % 7 + 2
          try here.send([number, index] + [Int](repeating: number * each + index, count: size))
        }
      }
      _ = try crew.spawn(count: 3, "receiver") { _ in
        var mine: [[Int]] = []
        while let message = try there.receive([Int].self) {
          guard message.dropFirst(2).allSatisfy({ $0 == message[0] * each + message[1] }) else {
            throw Stuck("messages were mixed")
          }
          mine.append(Array(message.prefix(2)))
        }
        received.withLock { $0 += mine }
      }
      for thread in threads { try thread.join() }
      here.close()
    }
    let all = received.withLock { Set($0) }
    #expect(all.count == senders * each)
    #expect(received.withLock { $0.count } == senders * each)
  }
}
