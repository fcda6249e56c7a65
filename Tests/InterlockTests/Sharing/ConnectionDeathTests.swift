import Glibc
import Testing

@testable import Interlock

/// Messages of many sizes: through the socket, and through memory.
private enum Chatter {
  static let sizes = [1, 700, 65_536, 65_537, 300_000, 20]

  static func message(_ number: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: sizes[number % sizes.count])
  }

  /// Sends until somebody ends it, or nobody is there.
  static func send(to end: Connection) throws {
    var number = 0
    while true {
      try end.send(bytes: message(number))
      number += 1
    }
  }

  /// Receives to the end.
  ///
  /// - Returns: How many messages came, each as it was sent and in order; `nil` if not.
  static func receive(from end: Connection, atMost count: Int = .max) throws -> Int? {
    var number = 0
    while number < count, let bytes = try end.receiveBytes() {
      guard bytes == message(number) else { return nil }
      number += 1
    }
    return number
  }
}

private struct Doomed: Codable, Sendable {
  let end: Connection
  /// Before which step it dies.
  let fatal: Int

  init(_ end: Connection, _ dice: inout Dice) {
    self.end = end.handOver()
    fatal = dice.pick(1..<60)
  }

  func run(_ body: (Connection) throws -> Void) throws {
    endWhenStuck()
    _ = try SharedStep.count(dyingAt: fatal) { () throws(any Error) in try body(end) }
  }
}

@Suite struct `The death of whoever has the other end of a connection` {
  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 50])
  func `while sending leaves whole messages, and then the end`(count: Int) throws {
    let (here, there) = try Connection.pair()
    let worker = try WorkerProcess(there.handOver()) { try Chatter.send(to: $0) }
    #expect(try Chatter.receive(from: here, atMost: count) == count)
    worker.kill()
    var number = count
    while let bytes = try here.receiveBytes() {
      let isWhole = bytes == Chatter.message(number)
      #expect(isWhole)
      number += 1
    }
    #expect(throws: PoolTaskError<ProcessError>.self) { try worker.join() }
  }

  @Test(arguments: Seed.all)
  func `at any moment of sending leaves whole messages, and then the end`(seed: Seed) throws {
    var dice = seed.dice()
    for _ in 0..<Deaths.count {
      let (here, there) = try Connection.pair()
      let doomed = Doomed(there, &dice)
      let worker = try WorkerProcess(doomed) { try $0.run { try Chatter.send(to: $0) } }
      #expect(try Chatter.receive(from: here) != nil)
      #expect(throws: PoolTaskError<ProcessError>.self) { try worker.join() }
    }
  }

  @Test(arguments: Seed.all)
  func `at any moment of receiving is an error for the sender`(seed: Seed) throws {
    var dice = seed.dice(stream: 1)
    for _ in 0..<Deaths.count {
      let (here, there) = try Connection.pair()
      let doomed = Doomed(there, &dice)
      let worker = try WorkerProcess(doomed) { try $0.run { _ = try Chatter.receive(from: $0) } }
      #expect(throws: ConnectionError.closedThere) { try Chatter.send(to: here) }
      #expect(try here.receiveBytes() == nil)
      #expect(throws: PoolTaskError<ProcessError>.self) { try worker.join() }
    }
  }

  @Test(arguments: Seed.all)
  func `at any moment of a conversation ends it`(seed: Seed) throws {
    var dice = seed.dice(stream: 2)
    for _ in 0..<Deaths.count {
      let (first, second) = try Connection.pair()
      let survivor = try WorkerProcess(first.handOver()) { end in
        var number = 0
        do throws(ConnectionError) {
          while true {
            try end.send(number)
            guard let answer = try end.receive(Int.self) else { return true }
            if answer != number + 1 { return false }
            number = answer
          }
        } catch {
          return error.reason == .closed
        }
      }
      let doomed = Doomed(second, &dice)
      let victim = try WorkerProcess(doomed) { doomed in
        try doomed.run { end in
          while let number = try end.receive(Int.self) { try end.send(number + 1) }
        }
      }
      #expect(throws: PoolTaskError<ProcessError>.self) { try victim.join() }
      #expect(try survivor.join(for: TestTime.limit) == true)
    }
  }

  @Test func `who shared it with others ends nothing`() throws {
    let (here, there) = try Connection.pair()
    let victim = try WorkerProcess(there) { try Chatter.send(to: $0) }
    _ = try here.receiveBytes()
    victim.kill()
    #expect(throws: PoolTaskError<ProcessError>.self) { try victim.join() }
    while try here.tryReceiveBytes() != nil {}
    try there.send(1)
    #expect(try here.receive() == 1)
  }

  @Test func `takes what it was sent along`() throws {
    let (here, there) = try Connection.pair()
    let (inner, outer) = try Connection.pair()
    let worker = try WorkerProcess(there.handOver()) { end in
      try end.send("ready")
      withExtendedLifetime(end) {
        while true { _ = pause() }
      }
    }
    #expect(try here.receive() == "ready")
    // It is on its way when the receiver dies.
    try here.send(outer.handOver())
    worker.kill()
    #expect(throws: PoolTaskError<ProcessError>.self) { try worker.join() }
    #expect(try inner.receive(Int.self) == nil)
  }
}
