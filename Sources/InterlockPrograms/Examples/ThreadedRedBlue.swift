import Interlock

/// Two threads that meet at a barrier twice in each round: red speaks before, blue after.
package enum ThreadedRedBlue {
  package static func run(rounds: Int = 3, _ note: (String) -> Void) throws {
    let barrier = Barrier(parties: 2)
    let said = BlockingQueue<String>()
    let red = try spawn(name: "red") {
      for round in 1...rounds {
        try said.put("red   \(round)")
        try barrier.arriveAndWait()
        // Now blue speaks.
        try barrier.arriveAndWait()
      }
    }
    let blue = try spawn(name: "blue") {
      defer { said.close() }
      for round in 1...rounds {
        // Now red speaks.
        try barrier.arriveAndWait()
        try said.put("blue  \(round)")
        try barrier.arriveAndWait()
      }
    }
    for line in said { note(line) }
    try red.join()
    try blue.join()
    note("both have gone")
  }
}
