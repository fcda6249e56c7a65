import Glibc
import Testing

@testable import Interlock

@Suite struct `A connection` {
  private struct Order: Codable, Hashable, Sendable {
    var name: String
    var amounts: [Double]
    var note: String?
  }

  @Test func `brings values as they were sent, in both directions`() throws {
    let (here, there) = try Connection.pair()
    let orders = (0..<100).map { number in
      Order(
        name: "order \(number)",
        amounts: (0..<number).map { Double($0) / 3 },
        note: number % 2 == 0 ? nil : "urgent"
      )
    }
    for order in orders {
      try here.send(order)
      try there.send([order, order])
      #expect(try there.receive(Order.self) == order)
      #expect(try here.receive([Order].self) == [order, order])
    }
  }

  @Test func `keeps the boundaries of messages, whatever their sizes`() throws {
    let (here, there) = try Connection.pair()
    let part = ConnectionSocket.largestPart
    let sizes = [0, 1, 2, 4096, part - 1, part, part + 1, 2 * part, 1_000_003, 40_000_000, 0, 7]
    @Sendable func message(_ size: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: UInt8(size % 251), count: size)
      for place in stride(from: 0, to: size, by: 1000) {
        bytes[place] = UInt8(truncatingIfNeeded: place / 1000)
      }
      return bytes
    }
    try withCrew { crew in
      try crew.spawn("sender") { for size in sizes { try here.send(bytes: message(size)) } }
      for size in sizes {
        let found = try #require(try there.receiveBytes())
        // Not in one expression: a failure would print it all.
        let isWhole = found == message(size)
        #expect(isWhole, "\(size) bytes")
      }
    }
  }

  @Test func `brings large values`() throws {
    let (here, there) = try Connection.pair()
    let order = Order(
      name: String(repeating: "x", count: 300_000),
      amounts: (0..<200_000).map(Double.init)
    )
    try here.send(order)
    let isEqual = try there.receive(Order.self) == order
    #expect(isEqual)
  }

  @Test func `converses with a worker process`() throws {
    let (here, there) = try Connection.pair()
    let worker = try WorkerProcess(there.handOver(), name: "doubler") { end in
      while let number = try end.receive(Int.self) { try end.send(2 * number) }
    }
    for number in 0..<1000 {
      try here.send(number)
      #expect(try here.receive() == 2 * number)
    }
    here.close()
    try worker.join()
  }

  @Test func `is passed from the worker that made it to another one`() throws {
    let pool = try ProcessPool(workers: 1)
    let end = try pool.run(3) { count in
      let (here, there) = try Connection.pair()
      for number in 0..<count { try here.send(number) }
      return there.handOver()
    }
    #expect(try end.receive() == 0)
    let sum = try pool.run(end.handOver()) { end in
      var sum = 0
      while let number = try end.receive(Int.self) { sum += number }
      return sum
    }
    #expect(sum == 1 + 2)
  }

  private struct Bundle: Codable, Sendable {
    let array: SharedArray<Int>
    let end: Connection
    let name: String
  }

  @Test(arguments: [1, 200_000])
  func `carries shared memory and other connections`(size: Int) throws {
    let (here, there) = try Connection.pair()
    let worker = try WorkerProcess(there.handOver()) { end in
      while let bundle = try end.receive(Bundle.self) {
        bundle.array[0] += bundle.name.utf8.count
        try bundle.end.send("done")
      }
    }
    let array = try SharedArray(repeating: 5, count: 10)
    for round in 1...5 {
      let (mine, yours) = try Connection.pair()
      let name = String(repeating: "n", count: size)
      try here.send(Bundle(array: array, end: yours.handOver(), name: name))
      #expect(try mine.receive() == "done")
      #expect(array[0] == 5 + round * size)
      #expect(try mine.receive(String.self) == nil)
    }
    here.close()
    try worker.join()
  }

  @Test func `may be sent through itself`() throws {
    let (here, there) = try Connection.pair()
    try here.send(there)
    let again = try #require(try there.receive(Connection.self))
    there.close()
    try here.send(1)
    #expect(try again.receive() == 1)
  }

  @Test func `ends when nobody has the other end, after what was sent`() throws {
    let (here, there) = try Connection.pair()
    try here.send(1)
    try here.send(bytes: [2])
    here.close()
    #expect(try there.receive() == 1)
    #expect(try there.receiveBytes() == [2])
    #expect(try there.receive(Int.self) == nil)
    #expect(try there.receiveBytes() == nil)
    #expect(throws: ConnectionError.closedThere) { try there.send(1) }
    #expect(throws: ConnectionError.closedThere) { try there.tryReceive(Int.self) }
    #expect(throws: ConnectionError.closedThere) { try there.receiveBytes(until: .never) }
  }

  @Test func `that closes with messages in it loses none for the other end`() throws {
    let (here, there) = try Connection.pair()
    try here.send(1)
    try there.send(2)
    here.close()
    #expect(try there.receive() == 1)
    #expect(try there.receive(Int.self) == nil)
    #expect(throws: ConnectionError.closedThere) { try there.send(3) }
  }

  @Test(arguments: [true, false])
  func `ends only when all who have an end have let go of it`(isWorkerFirst: Bool) throws {
    let (here, there) = try Connection.pair()
    let worker = try WorkerProcess(there) { end in
      try end.send("ready")
      _ = try end.receive(Int.self)
    }
    #expect(try here.receive() == "ready")
    if isWorkerFirst { worker.kill() } else { there.close() }
    #expect(try !here.poll(for: TestTime.short))
    if isWorkerFirst { there.close() } else { worker.kill() }
    #expect(try here.receive(Int.self) == nil)
    #expect(throws: PoolTaskError<ProcessError>.self) { try worker.join() }
  }

  @Test func `is handed over once, and closed for whoever did so`() throws {
    let (here, there) = try Connection.pair()
    let (carrier, receiver) = try Connection.pair()
    let given = there.handOver()
    #expect(!there.isOpen)
    #expect(throws: ConnectionError.closedHere) { try there.send(1) }
    try carrier.send(given)
    #expect(!given.isOpen)
    #expect(throws: ConnectionError.self) { try carrier.send(given) }
    do {
      let taken = try #require(try receiver.receive(Connection.self))
      try taken.send(1)
      #expect(try here.receive() == 1)
    }
    #expect(try here.receive(Int.self) == nil)
  }

  @Test func `that is handed over and never sent is closed`() throws {
    let (here, there) = try Connection.pair()
    _ = there.handOver()
    #expect(try here.receive(Int.self) == nil)
  }

  @Test func `cannot be stored`() throws {
    let (here, there) = try Connection.pair()
    #expect(throws: EncodingError.self) { try here.encode(to: Cupboard()) }
    there.close()
    #expect(throws: ConnectionError.self) { try here.send(there) }
  }

  @Test func `gives bytes into a buffer, or back with the error if they do not fit`() throws {
    let (here, there) = try Connection.pair()
    var buffer = [UInt8](repeating: 0, count: 4)
    try here.send(bytes: [1, 2, 3])
    try here.send(bytes: [1, 2, 3, 4, 5])
    try here.send(bytes: [9])
    func receive() throws -> Int? {
      var span = buffer.mutableSpan
      return try there.receiveBytes(into: &span)
    }
    #expect(try receive() == 3)
    #expect(buffer == [1, 2, 3, 0])
    let error = #expect(throws: ConnectionError.self) { try receive() }
    #expect(error?.reason == .tooLarge(message: [1, 2, 3, 4, 5]))
    #expect(try receive() == 1)
    here.close()
    #expect(try receive() == nil)
  }

  @Test func `goes on after a message that is not what was asked for`() throws {
    let (here, there) = try Connection.pair()
    try here.send("text")
    try here.send(bytes: [1])
    try here.send(300)
    try here.send(2)
    #expect(throws: ConnectionError.self) { try there.receive(Int.self) }
    #expect(throws: ConnectionError.self) { try there.receive(Int.self) }
    #expect(throws: ConnectionError.self) { try there.receive(Int8.self) }
    #expect(try there.receive() == 2)
  }

  @Test func `leaves nothing behind`() throws {
    let pool = try ProcessPool(workers: 1)
    let isTraceless = try pool.run(50) { rounds in
      let inner = try ProcessPool(workers: 1)
      // A thread that has waited has a descriptor.
      let (first, second) = try Connection.pair()
      _ = try first.poll(for: .zero)
      _ = try inner.run(second.handOver()) { try $0.poll(for: .zero) }
      first.close()
      let before = Belongings()
      for _ in 0..<rounds {
        let (here, there) = try Connection.pair()
        // Nobody receives this one.
        try here.send([here, there])
        try inner.run(there.handOver()) { try $0.send([UInt8](repeating: 1, count: 100_000)) }
        guard try here.receive([UInt8].self)?.count == 100_000 else { return false }
      }
      try eventually { Belongings().areWithin(before) }
      return true
    }
    #expect(isTraceless)
  }
}

/// An encoder that stores things.
private struct Cupboard: Encoder {
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    fatalError("unused")
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer { fatalError("unused") }
  func singleValueContainer() -> any SingleValueEncodingContainer { fatalError("unused") }
}
