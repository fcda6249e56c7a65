import Interlock
import Testing

/// What programs expect that are built of queues, as they are in Go.
@Suite struct `Programs of threads and queues` {
  private static let capacities = [0, 1, 2, 10, 100]

  @Test(arguments: capacities)
  func `pass numbers on in order`(capacity: Int) throws {
    let queue = BlockingQueue<Int>(capacity: capacity)
    try withCrew { crew in
      _ = try crew.spawn {
        for number in 0..<2000 { try queue.put(number) }
        queue.close()
      }
      #expect(Array(queue) == Array(0..<2000))
    }
  }

  @Test(arguments: capacities)
  func `add up what several threads send to several`(capacity: Int) throws {
    let queue = BlockingQueue<Int>(capacity: capacity)
    let sums = BlockingQueue<Int>()
    try withCrew { crew in
      let putters = try crew.spawn(count: 4) { _ in
        for number in 1...1000 { try queue.put(number) }
      }
      _ = try crew.spawn(count: 4) { _ in try sums.put(queue.reduce(0, +)) }
      for putter in putters { try putter.result() }
      queue.close()
      #expect(try (0..<4).reduce(0) { sum, _ in try sum + sums.take() } == 4 * 500_500)
    }
  }

  @Test(arguments: capacities)
  func `send a thread that takes and nothing else`(capacity: Int) throws {
    // The first put finds a thread that waits or does not: both have to work.
    for _ in 0..<50 {
      let queue = BlockingQueue<Int>(capacity: capacity)
      try withCrew { crew in
        let taker = try crew.spawn { try queue.take() }
        try queue.put(1)
        #expect(try taker.result() == 1)
      }
    }
  }

  @Test(arguments: capacities)
  func `signal with nothing in the message`(capacity: Int) throws {
    let (ping, pong) = (
      BlockingQueue<Void>(capacity: capacity), BlockingQueue<Void>(capacity: capacity)
    )
    try withCrew { crew in
      let other = try crew.spawn {
        var count = 0
        for _ in ping {
          count += 1
          try pong.put(())
        }
        return count
      }
      for _ in 0..<500 {
        try ping.put(())
        _ = try pong.take()
      }
      ping.close()
      #expect(try other.result() == 500)
    }
  }

  @Test(arguments: [0, 1, 10])
  func `sieve the primes`(capacity: Int) throws {
    @Sendable func generate(into numbers: BlockingQueue<Int>) {
      for number in 2... where (try? numbers.put(number)) == nil { return }
    }
    try withCrew { crew in
      var queues = [BlockingQueue<Int>(capacity: capacity)]
      let source = queues[0]
      try crew.spawn("generator") { generate(into: source) }
      var primes: [Int] = []
      while primes.count < 25 {
        let numbers = queues[queues.count - 1]
        let prime = try numbers.take()
        primes.append(prime)
        let rest = BlockingQueue<Int>(capacity: capacity)
        queues.append(rest)
        try crew.spawn("filter-\(prime)") {
          for number in numbers where number % prime != 0 {
            if (try? rest.put(number)) == nil { return }
          }
        }
      }
      #expect(primes.last == 97)
      #expect(primes.reduce(0, +) == 1060)
      for queue in queues { queue.close() }
    }
  }

  @Test(arguments: [0, 1, 10])
  func `choose between two streams, and know when both have ended`(capacity: Int) throws {
    let streams = (0..<2).map { _ in BlockingQueue<Int>(capacity: capacity) }
    try withCrew { crew in
      _ = try crew.spawn(count: 2) { number in
        for element in 0..<500 { try streams[number].put(number * 500 + element) }
        streams[number].close()
      }
      var open = [0, 1]
      var taken: [[Int]] = [[], []]
      while !open.isEmpty {
        let cases = open.map { number in
          SelectCase.take(from: streams[number]) { (number, $0) }
        }
        guard let (number, element) = select(among: cases, until: .never) else { break }
        if let element { taken[number].append(element) } else { open.removeAll { $0 == number } }
      }
      #expect(taken == [Array(0..<500), Array(500..<1000)])
    }
  }

  @Test(arguments: [0, 1, 10])
  func `send bits that the select chooses`(capacity: Int) throws {
    // A putter that may send a 0 or a 1 to the same queue sends both, in the long run.
    let queue = BlockingQueue<Int>(capacity: capacity)
    try withCrew { crew in
      try crew.spawn {
        for _ in 0..<1000 { select(.put(0, into: queue) { _ in }, .put(1, into: queue) { _ in }) }
        queue.close()
      }
      let ones = queue.count { $0 == 1 }
      #expect((100...900).contains(ones))
    }
  }

  @Test(arguments: [0, 1])
  func `wait at two ends of the same queue`(capacity: Int) throws {
    // Two putters and two takers, all of whom may also have to do with the other side.
    let (left, right) = (
      BlockingQueue<Int>(capacity: capacity), BlockingQueue<Int>(capacity: capacity)
    )
    try withCrew { crew in
      let forwarders = try crew.spawn(count: 2) { _ in
        for element in left { try right.put(element) }
      }
      try crew.spawn {
        for number in 0..<500 { try left.put(number) }
        left.close()
      }
      let taken = try (0..<500).map { _ in try right.take() }
      #expect(taken.sorted() == Array(0..<500))
      for forwarder in forwarders { try forwarder.result() }
    }
  }

  @Test func `measure what is in a queue`() throws {
    let queue = BlockingQueue<Int>(capacity: 10)
    #expect((queue.count, queue.capacity) == (0, 10))
    for number in 1...10 {
      try queue.put(number)
      #expect(queue.count == number)
    }
    #expect((queue.count, queue.capacity) == (10, 10))
  }

  @Test func `send any kind of value`() throws {
    let queue = BlockingQueue<any Sendable>(capacity: 1)
    for value in [1, "two", [3], ()] as [any Sendable] {
      try queue.put(value)
      let taken = try queue.take()
      #expect(type(of: taken) == type(of: value))
    }
    let calls = BlockingQueue<@Sendable (Int) -> Int>(capacity: 2)
    try calls.put { $0 + 1 }
    try calls.put { $0 * 2 }
    #expect(try calls.take()(calls.take()(5)) == 11)
  }

  @Test(arguments: [0, 1])
  func `send queues through queues`(capacity: Int) throws {
    let requests = BlockingQueue<(Int, BlockingQueue<Int>)>(capacity: capacity)
    try withCrew { crew in
      try crew.spawn("server") { for (number, answer) in requests { try? answer.put(number * 2) } }
      let clients = try crew.spawn(count: 3) { client in
        let answer = BlockingQueue<Int>(capacity: capacity)
        return try (0..<100).map { number in
          try requests.put((client * 100 + number, answer))
          return try answer.take()
        }
      }
      for (client, handle) in clients.enumerated() {
        #expect(try handle.result() == (0..<100).map { 2 * (client * 100 + $0) })
      }
      requests.close()
    }
  }
}
