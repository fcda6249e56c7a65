import Interlock

/// Two processes that send a ball back and forth, through a connection.
enum ProcessPingPong {
  static func run(_ note: (String) -> Void) throws {
    let (here, there) = try Connection.pair()
    let partner = try WorkerProcess(there.handOver(), name: "partner") { end in
      // Until nobody serves any more.
      while let ball = try end.receive(Int.self) { try end.send(ball + 1) }
    }
    var ball = 0
    for _ in 1...5 {
      note("ping \(ball)")
      try here.send(ball)
      guard let answer = try here.receive(Int.self) else { break }
      ball = answer + 1
      note("pong \(answer)")
    }
    here.close()
    try partner.join()
    note("the partner has gone")
  }
}
