import Interlock
import Testing

@Suite struct `A queue that is closed` {
  @Test(arguments: QueueKind.keeping)
  func `gives out what is left, and then says so`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make(name: "orders")
    for number in 0..<kind.room { try queue.put(number) }
    queue.close()
    #expect(queue.isClosed)
    #expect(queue.count == kind.room)
    var taken: [Int] = []
    for _ in 0..<kind.room { taken.append(try queue.take()) }
    #expect(taken == kind.order(Array(0..<kind.room)))
    expectNothingLeft(queue)
  }

  @Test(arguments: QueueKind.allCases)
  func `refuses what is put, which is in the error`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make(name: "orders")
    queue.close()
    for form in PutForm.allCases {
      let error = try #require(throws: QueueClosed<Int>.self) { try queue.put(7, form) }
      #expect(error.refused == 7)
      #expect(error.queueName == "orders")
      #expect("\(error)".contains("the queue \"orders\" is closed: nothing more can be put"))
    }
    expectNothingLeft(queue)
  }

  @Test(arguments: QueueKind.allCases)
  func `is closed once, however often`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make()
    if kind.room > 0 { try queue.put(1) }
    queue.close()
    queue.close()
    #expect(queue.closeAtOnce() == (kind.room > 0 ? [1] : []))
    #expect(queue.closeAtOnce() == [])
    queue.close()
    #expect(queue.isClosed)
    #expect(throws: QueueClosed<Int>.self) { try queue.take() }
  }

  @Test(arguments: QueueKind.keeping)
  func `at once gives back what is left, in order`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int> = kind.make(name: "orders")
    for number in 0..<kind.room { try queue.put(number) }
    #expect(queue.closeAtOnce() == kind.order(Array(0..<kind.room)))
    #expect(queue.count == 0)
    expectNothingLeft(queue)
  }

  @Test func `at once gives back what is left after it has grown`() throws {
    let queue = BlockingQueue<Int>()
    for number in 0..<1000 { try queue.put(number) }
    #expect(queue.drain(max: 40) == Array(0..<40))
    #expect(queue.closeAtOnce() == Array(40..<1000))
  }

  @Test(arguments: QueueKind.limited, [false, true])
  func `refuses those who wait to put`(kind: QueueKind, atOnce: Bool) throws {
    let queue: BlockingQueue<Int> = kind.make()
    for number in 0..<kind.room { try queue.put(number) }
    try withCrew { crew in
      let putters = try crew.spawn(count: 3) { number -> Int? in
        do throws(QueueClosed<Int>) {
          if number == 0 { try queue.put(number) } else { _ = try queue.put(number, until: .never) }
          return nil
        } catch {
          return error.refused
        }
      }
      try eventually { queue.waitingPutterCount == 3 }
      if atOnce {
        #expect(queue.closeAtOnce().count == kind.room)
      } else {
        queue.close()
      }
      for (number, putter) in putters.enumerated() { #expect(try putter.result() == number) }
      #expect(queue.waitingPutterCount == 0)
      #expect(queue.drain().count == (atOnce ? 0 : kind.room))
    }
  }

  @Test(arguments: QueueKind.allCases, [false, true])
  func `tells those who wait to take`(kind: QueueKind, atOnce: Bool) throws {
    let queue: BlockingQueue<Int> = kind.make()
    try withCrew { crew in
      let takers = try crew.spawn(count: 4) { number -> Bool in
        do throws(QueueClosed<Int>) {
          if number == 3 { return Array(queue).isEmpty }
          _ = try queue.take([.plain, .until, .for][number])
          return false
        } catch {
          return error.refused == nil
        }
      }
      try eventually { queue.waitingTakerCount == 4 }
      if atOnce { queue.closeAtOnce() } else { queue.close() }
      for taker in takers { #expect(try taker.result()) }
      #expect(queue.waitingTakerCount == 0)
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `tells those who select`(kind: QueueKind) throws {
    let (queue, other): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
    try withCrew { crew in
      let taker = try crew.spawn {
        select(.take(from: other) { _ in false }, .take(from: queue) { $0 == nil })
      }
      try eventually { queue.waitingTakerCount == 1 }
      queue.close()
      #expect(try taker.result())
      #expect(other.waitingTakerCount == 0)
      guard kind.capacity != nil else { return }
      for number in 0..<kind.room { try other.put(number) }
      let putter = try crew.spawn { select(.put(5, into: other) { $0 }) }
      try eventually { other.waitingPutterCount == 1 }
      other.close()
      #expect(try putter.result() == 5)
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `lets those finish who were faster`(kind: QueueKind) throws {
    for _ in 0..<50 {
      let queue: BlockingQueue<Int> = kind.make()
      try withCrew { crew in
        let putters = try crew.spawn(count: 3) { number -> [Int] in
          var accepted: [Int] = []
          for element in 0..<50 where (try? queue.put(number * 50 + element)) != nil {
            accepted.append(number * 50 + element)
          }
          return accepted
        }
        let taker = try crew.spawn { Array(queue) }
        let closer = try crew.spawn { queue.close() }
        let accepted = try putters.flatMap { try $0.result() }
        try closer.result()
        #expect(try taker.result().sorted() == accepted.sorted())
      }
    }
  }

  private func expectNothingLeft(
    _ queue: BlockingQueue<Int>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for form in TakeForm.allCases {
      do throws(QueueClosed<Int>) {
        let taken = try queue.take(form)
        Issue.record("took \(taken as Any)", sourceLocation: sourceLocation)
      } catch {
        #expect(error.refused == nil, sourceLocation: sourceLocation)
        #expect("\(error)".contains("is closed and empty"), sourceLocation: sourceLocation)
      }
    }
    #expect(queue.drain() == [], sourceLocation: sourceLocation)
    #expect(Array(queue) == [], sourceLocation: sourceLocation)
  }
}
