import Interlock
import Testing

/// What all kinds of queues promise to those who put and take.
@Suite struct `Every queue` {
  @Test(arguments: QueueKind.allCases)
  func `tells its name and its capacity`(kind: QueueKind) {
    let queue: BlockingQueue<Int> = kind.make(name: "orders")
    #expect(queue.name == "orders")
    #expect(queue.capacity == kind.capacity)
    #expect((kind.make() as BlockingQueue<Int>).name == nil)
    #expect(queue.count == 0)
    #expect(!queue.isClosed)
    #expect(queue.waitingPutterCount == 0)
    #expect(queue.waitingTakerCount == 0)
  }

  @Test(arguments: QueueKind.keeping)
  func `gives out in its order what was put, and counts it`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    for number in 0..<kind.room {
      #expect(queue.count == number)
      try queue.put(number)
    }
    #expect(queue.count == kind.room)
    var taken: [Int] = []
    for number in 0..<kind.room {
      taken.append(try queue.take())
      #expect(queue.count == kind.room - number - 1)
    }
    #expect(taken == kind.order(Array(0..<kind.room)))
  }

  @Test(arguments: QueueKind.keeping)
  func `puts and takes in every form without waiting if it need not`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    for round in 0..<2 * kind.room {
      switch round % 4 {
      case 0: try queue.put(round)
      case 1: #expect(try queue.tryPut(round) == nil)
      case 2: #expect(try queue.put(round, until: .now) == nil)
      default: #expect(try queue.put(round, for: .zero) == nil)
      }
      switch round % 5 {
      case 0: #expect(try queue.take() == round)
      case 1: #expect(try queue.tryTake() == round)
      case 2: #expect(try queue.take(until: .now) == round)
      case 3: #expect(try queue.take(for: .seconds(-1)) == round)
      default: #expect(queue.drain() == [round])
      }
    }
    #expect(queue.count == 0)
  }

  @Test(arguments: QueueKind.limited)
  func `hands an element back for which it has no room`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    for number in 0..<kind.room { try queue.put(number) }
    #expect(try queue.tryPut(-1) == -1)
    for deadline in [Deadline.now, .now + .seconds(-1), .after(TestTime.short)] {
      #expect(try queue.put(-2, until: deadline) == -2)
      #expect(deadline.hasPassed)
    }
    #expect(try queue.put(-3, for: .zero) == -3)
    #expect(try queue.put(-4, for: .seconds(-1)) == -4)
    #expect(queue.waitingPutterCount == 0)
    #expect(queue.drain() == kind.order(Array(0..<kind.room)))
  }

  @Test(arguments: QueueKind.allCases)
  func `has nothing to take while it is empty`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    #expect(try queue.tryTake() == nil)
    for deadline in [Deadline.now, .now + .seconds(-1), .after(TestTime.short)] {
      #expect(try queue.take(until: deadline) == nil)
      #expect(deadline.hasPassed)
    }
    #expect(try queue.take(for: .zero) == nil)
    #expect(queue.drain() == [])
    #expect(queue.waitingTakerCount == 0)
  }

  @Test(arguments: QueueKind.limited)
  func `lets a put wait until something is taken`(kind: QueueKind) throws {
    for form in [PutForm.plain, .until, .for] {
      let queue: BlockingQueue<Int> = kind.make(name: "orders")
      for number in 0..<kind.room { try queue.put(number) }
      try withCrew { crew in
        let putter = try crew.spawn { () throws(QueueClosed<Int>) -> Int? in
          try queue.put(10_000, form)
        }
        try eventually { queue.waitingPutterCount == 1 }
        try putter.waitUntilBlocked()
        #expect(putter.identity.wait == "BlockingQueue.put() on \"orders\"")
        #expect(!putter.isFinished)
        let first = try queue.take()
        #expect(try putter.result() == nil)
        #expect(queue.waitingPutterCount == 0)
        #expect(([first] + queue.drain()).sorted() == Array(0..<kind.room) + [10_000])
      }
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `lets a take wait until something is put`(kind: QueueKind) throws {
    for form in [TakeForm.plain, .until, .for] {
      let queue: BlockingQueue<Int> = kind.make(name: "orders")
      try withCrew { crew in
        let taker = try crew.spawn { () throws(QueueClosed<Int>) -> Int? in
          try queue.take(form)
        }
        try eventually { queue.waitingTakerCount == 1 }
        try taker.waitUntilBlocked()
        #expect(taker.identity.wait == "BlockingQueue.take() on \"orders\"")
        try queue.put(7)
        #expect(try taker.result() == 7)
        #expect(queue.waitingTakerCount == 0)
        #expect(queue.count == 0)
      }
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `serves those who wait to take in the order in which they came`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    try withCrew { crew in
      var takers: [ThreadHandle<Int, QueueClosed<Int>>] = []
      for number in 0..<5 {
        takers.append(try crew.spawn { () throws(QueueClosed<Int>) in try queue.take() })
        try eventually { queue.waitingTakerCount == number + 1 }
        try takers[number].waitUntilBlocked()
      }
      for number in 0..<5 {
        try queue.put(number)
        #expect(try takers[number].result() == number)
      }
    }
  }

  @Test(arguments: QueueKind.limited)
  func `serves those who wait to put in the order in which they came`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    for number in 0..<kind.room { try queue.put(number) }
    try withCrew { crew in
      var putters: [ThreadHandle<Void, QueueClosed<Int>>] = []
      for number in 0..<5 {
        putters.append(
          try crew.spawn { () throws(QueueClosed<Int>) in try queue.put(10_000 + number) }
        )
        try eventually { queue.waitingPutterCount == number + 1 }
        try putters[number].waitUntilBlocked()
      }
      for number in 0..<5 {
        _ = try queue.take()
        try putters[number].result()
        #expect(queue.waitingPutterCount == 4 - number)
      }
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `lets a cancelled thread go, which takes nothing along`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    try withCrew { crew in
      let patient = try crew.spawn { try queue.take() }
      try eventually { queue.waitingTakerCount == 1 }
      let taker = try crew.spawn { try queue.take(until: .never) }
      try eventually { queue.waitingTakerCount == 2 }
      taker.cancel()
      #expect(try taker.result() == nil)
      #expect(queue.waitingTakerCount == 1)
      try queue.put(1)
      #expect(try patient.result() == 1)
    }
    guard kind.capacity != nil else { return }
    for number in 0..<kind.room { try queue.put(number) }
    try withCrew { crew in
      let putter = try crew.spawn { try queue.put(99, until: .after(TestTime.long)) }
      try eventually { queue.waitingPutterCount == 1 }
      putter.cancel()
      #expect(try putter.result() == 99)
      #expect(queue.waitingPutterCount == 0)
    }
    #expect(queue.drain().count == kind.room)
  }

  @Test(arguments: QueueKind.allCases)
  func `takes no notice of cancellation in its plain forms`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    try withCrew { crew in
      let taker = try crew.spawn { try queue.take() }
      try taker.waitUntilBlocked()
      taker.cancel()
      #expect(remains { !taker.isFinished })
      try queue.put(1)
      #expect(try taker.result() == 1)
      guard kind.capacity != nil else { return }
      for number in 0..<kind.room { try queue.put(number) }
      let putter = try crew.spawn { try queue.put(99) }
      try putter.waitUntilBlocked()
      putter.cancel()
      #expect(remains { !putter.isFinished })
      _ = try queue.take()
      try putter.result()
    }
  }

  @Test(arguments: QueueKind.keeping)
  func `is drained as far as is asked`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    for number in 0..<kind.room { try queue.put(number) }
    let order = kind.order(Array(0..<kind.room))
    #expect(queue.drain(max: 0) == [])
    #expect(queue.drain(max: 1) == [order[0]])
    #expect(queue.drain(max: kind.room) == Array(order.dropFirst()))
    #expect(queue.drain() == [])
    try queue.put(1)
    queue.close()
    #expect(queue.drain() == [1])
    #expect(queue.drain() == [])
  }

  @Test(arguments: QueueKind.limited)
  func `lets those go on who wait to put when it is drained`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    for number in 0..<kind.room { try queue.put(number) }
    try withCrew { crew in
      let putters = try crew.spawn(count: 4) { number in try queue.put(10_000 + number) }
      try eventually { queue.waitingPutterCount == 4 }
      var drained: [Int] = []
      try eventually {
        drained += queue.drain()
        return putters.allSatisfy(\.isFinished)
      }
      drained += queue.drain()
      #expect(drained.sorted() == Array(0..<kind.room) + (10_000..<10_004))
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `gives each element to one of those who iterate over it`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    try withCrew { crew in
      let takers = try crew.spawn(count: 4) { _ in Array(queue) }
      for number in 0..<2000 { try queue.put(number) }
      queue.close()
      let taken = try takers.map { try $0.result() }
      #expect(taken.flatMap(\.self).sorted() == Array(0..<2000))
      #expect(queue.count == 0)
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `lets many threads put and take, and loses nothing`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    let perThread = 50
    try withCrew { crew in
      let putters = try crew.spawn(count: 100) { number in
        for element in 0..<perThread { try queue.put(number * perThread + element) }
      }
      let takers = try crew.spawn(count: 100) { _ in
        try (0..<perThread).map { _ in try queue.take() }
      }
      let taken = try takers.flatMap { try $0.result() }
      for putter in putters { try putter.result() }
      #expect(taken.sorted() == Array(0..<100 * perThread))
    }
    #expect(queue.count == 0)
    #expect(queue.waitingTakerCount == 0)
    #expect(queue.waitingPutterCount == 0)
  }

  @Test(arguments: QueueKind.ordered)
  func `that keeps its order keeps that of every putter`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    let perThread = 3000
    try withCrew { crew in
      let putters = try crew.spawn(count: 3) { number in
        for element in 0..<perThread { try queue.put(number * perThread + element) }
      }
      let takers = try crew.spawn(count: 2) { _ in Array(queue) }
      for putter in putters { try putter.result() }
      queue.close()
      for taker in takers {
        let taken = try taker.result()
        for number in 0..<3 {
          let own = taken.filter { $0 / perThread == number }
          #expect(own == own.sorted())
        }
      }
    }
  }

  @Test(arguments: QueueKind.limited)
  func `never has more elements than its capacity`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    let capacity = try #require(kind.capacity)
    try withCrew { crew in
      let putters = try crew.spawn(count: 3) { _ in
        for element in 0..<1000 { try queue.put(element) }
      }
      var taken = 0
      while taken < 3000 {
        #expect((0...capacity).contains(queue.count))
        if try queue.tryTake() != nil { taken += 1 } else { CurrentThread.yield() }
      }
      for putter in putters { try putter.result() }
    }
    #expect(queue.count == 0)
  }

  @Test(arguments: QueueKind.allCases)
  func `lets the taker see what the putter did before`(kind: QueueKind) throws {
    // The sanitizer looks on: the count has no protection but the queues.
    let (there, back): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
    let count = PlainCount()
    try withCrew { crew in
      let other = try crew.spawn {
        for _ in 0..<500 {
          _ = try there.take()
          count.increment()
          try back.put(0)
        }
      }
      for _ in 0..<500 {
        count.increment()
        try there.put(0)
        _ = try back.take()
      }
      try other.result()
    }
    #expect(count.count == 1000)
  }
}

@Suite struct `A queue that is full` {
  @Test(arguments: [QueueKind.single, .pair, .three, .boundedPriority, .rendezvous])
  func `lets the putter see what the taker did before making room`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    let count = PlainCount()
    for number in 0..<kind.room { try queue.put(number) }
    try withCrew { crew in
      let putter = try crew.spawn {
        try queue.put(100)
        return count.count
      }
      try eventually { queue.waitingPutterCount == 1 }
      count.increment()
      _ = try queue.take()
      #expect(try putter.result() == 1)
    }
  }
}
