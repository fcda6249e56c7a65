import Interlock

/// Two threads that send a ball back and forth, through a queue for each direction.
package enum ThreadedPingPong {
  package static func run(rounds: Int = 5, _ note: (String) -> Void) throws {
    let there = BlockingQueue<Int>(capacity: 1)
    let back = BlockingQueue<Int>(capacity: 1)
    let partner = try spawn(name: "partner") {
      // Until nobody serves any more.
      for ball in there { try back.put(ball + 1) }
    }
    var ball = 0
    for _ in 1...rounds {
      note("ping \(ball)")
      try there.put(ball)
      ball = try back.take() + 1
      note("pong \(ball - 1)")
    }
    there.close()
    try partner.join()
    note("the partner has gone")
  }
}
