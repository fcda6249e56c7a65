import Testing

@testable import Interlock

/// An end that only the victim has, and one that others have, too.
struct Ends: Codable, Sendable {
  let own: Connection
  let common: Connection
}

enum ConnectionAct: String, FatalAct {
  case sending, sendingMuch, sendingMemory, receiving, waiting, conversing

  private static let much = [UInt8](repeating: 7, count: 200_000)

  /// What there is to be received.
  static func isWhole(_ bytes: [UInt8]) -> Bool { bytes == [1, 2, 3] || bytes == much }

  func perform(on ends: Ends, _ stage: Stage) throws {
    switch self {
    case .sending: for end in [ends.own, ends.common] { try end.send(bytes: [1, 2, 3]) }
    case .sendingMuch: for end in [ends.own, ends.common] { try end.send(bytes: Self.much) }
    case .sendingMemory: try ends.own.send(SharedArray([1, 2, 3]))
    case .receiving, .waiting:
      for end in [ends.own, ends.common] {
        let bytes = try end.receiveBytes(for: TestTime.long)
        try Harm.unless(bytes == [1, 2, 3], "something else was received")
      }
    case .conversing:
      try ends.own.send(1)
      let answer = try ends.own.receive(Int.self, for: TestTime.long)
      try Harm.unless(answer == 2, "no answer was received")
    }
  }
}

@Suite struct `A death in the middle of a call of a connection` {
  /// The ends of the survivors.
  private struct Survivors {
    let ends: Ends
    /// The other end of the victim's own one.
    let own: Connection
    /// Both ends of the one that others have, too.
    let common: (Connection, Connection)

    init() throws {
      let (here, there) = try Connection.pair()
      common = try Connection.pair()
      own = here
      ends = Ends(own: there.handOver(), common: common.1)
    }
  }

  /// Receives to the end: whole messages, no more than were sent.
  private func receiveAll(_ end: Connection, atMost count: Int) throws {
    var received = 0
    while let bytes = try end.receiveBytes() {
      received += 1
      try Harm.unless(ConnectionAct.isWhole(bytes), "a message is torn")
    }
    try Harm.unless(received <= count, "\(received) messages were received")
  }

  /// Waits until nobody has the other end: a process that others start has it for a moment, too.
  private func waitUntilClosed(_ end: Connection) throws {
    try eventually {
      do throws(ConnectionError) {
        _ = try end.trySend(1)
        return false
      } catch {
        return error == .closedThere
      }
    }
  }

  @Test(arguments: [ConnectionAct.sending, .sendingMuch])
  func `leaves whole messages, and then the end`(_ act: ConnectionAct) throws {
    var survivors = try Survivors()
    let make = {
      survivors = try Survivors()
      return survivors.ends
    }
    try dieAtEachStep(of: act, with: make()) { _, trial in
      let (own, common) = (survivors.own, survivors.common)
      let waiter = try trial.wait { try own.receiveBytes() }
      try trial.begin()
      let first = try waiter.result()
      try Harm.unless(first.map(ConnectionAct.isWhole) ?? true, "a message is torn")
      let fate = try trial.end()
      try Harm.unless(first != nil || fate == .died, "nothing was received")
      try receiveAll(own, atMost: 0)
      // The other one is as good as before.
      while let bytes = try common.0.tryReceiveBytes() {
        try Harm.unless(ConnectionAct.isWhole(bytes), "a message is torn")
      }
      try common.1.send(5)
      try Harm.unless(try common.0.receive() == 5, "it does not work any more")
    }
  }

  @Test func `leaves what came along, or nothing`() throws {
    var survivors = try Survivors()
    let make = {
      survivors = try Survivors()
      return survivors.ends
    }
    try dieAtEachStep(of: ConnectionAct.sendingMemory, with: make()) { _, trial in
      let own = survivors.own
      let fate = try trial.run()
      let array = try own.receive(SharedArray<Int>.self)
      try Harm.unless(array.map { Array($0) == [1, 2, 3] } ?? (fate == .died), "it is torn")
      try receiveAll(own, atMost: 0)
    }
  }

  @Test func `leaves others the messages that it has not received`() throws {
    var survivors = try Survivors()
    let make = {
      survivors = try Survivors()
      return survivors.ends
    }
    try dieAtEachStep(of: ConnectionAct.waiting, with: make()) { _, trial in
      let (own, common) = (survivors.own, survivors.common)
      // One more waits at the end that others have, too.
      let waiter = try trial.wait { try common.1.receiveBytes(for: TestTime.long) }
      try trial.begin()
      try trial.waitUntilAsleep()
      _ = try? own.send(bytes: [1, 2, 3])
      for _ in 0..<2 { try common.0.send(bytes: [1, 2, 3]) }
      let fate = try trial.end()
      try Harm.unless(try waiter.result() == [1, 2, 3], "one that waits gets nothing")
      let rest = try common.1.tryReceiveBytes()
      try Harm.unless(rest == nil || fate == .died && rest == [1, 2, 3], "too much is there")
      try waitUntilClosed(own)
      try receiveAll(own, atMost: 0)
    }
  }

  @Test func `ends a conversation`() throws {
    var survivors = try Survivors()
    let make = {
      survivors = try Survivors()
      return survivors.ends
    }
    try dieAtEachStep(of: ConnectionAct.conversing, with: make()) { _, trial in
      let own = survivors.own
      try trial.begin()
      let question = try own.receive(Int.self)
      try Harm.unless(question == nil || question == 1, "something else was received")
      if question != nil { _ = try? own.send(2) }
      let fate = try trial.end()
      try Harm.unless(question != nil || fate == .died, "nothing was received")
      try waitUntilClosed(own)
      try receiveAll(own, atMost: 0)
    }
  }
}
