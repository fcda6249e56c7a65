import Interlock
import Testing

/// An element that says when it goes.
private final class Parcel: Sendable, Comparable {
  let number: Int
  private let alive: Shared<Atomic<Int>>

  init(_ number: Int, _ alive: Shared<Atomic<Int>>) {
    self.number = number
    self.alive = alive
    alive.value.wrappingAdd(1, ordering: .relaxed)
  }

  deinit { alive.value.wrappingSubtract(1, ordering: .relaxed) }

  static func < (left: Parcel, right: Parcel) -> Bool { left.number < right.number }
  static func == (left: Parcel, right: Parcel) -> Bool { left.number == right.number }
}

@Suite struct `A queue keeps an element` {
  private let alive = Shared(Atomic(0))

  private var aliveCount: Int { alive.value.load(ordering: .relaxed) }

  private func parcel(_ number: Int) -> Parcel { Parcel(number, alive) }

  @Test(arguments: QueueKind.keeping)
  func `until it is taken, and no longer`(kind: QueueKind) throws {
    let queue: BlockingQueue<Parcel> = kind.make()
    // Several times round, and past the first ring of an unbounded queue.
    for _ in 0..<3 {
      for number in 0..<kind.room { try queue.put(parcel(number)) }
      #expect(aliveCount == kind.room)
      for number in 0..<kind.room {
        _ = try queue.take()
        #expect(aliveCount == kind.room - number - 1)
      }
    }
  }

  @Test(arguments: QueueKind.keeping)
  func `until the queue itself goes`(kind: QueueKind) throws {
    weak var leftover: BlockingQueue<Parcel>?
    do {
      let queue: BlockingQueue<Parcel> = kind.make()
      leftover = queue
      for number in 0..<kind.room { try queue.put(parcel(number)) }
      if kind.room > 1 {
        // So that what is left does not begin at the first slot.
        _ = try queue.take()
        try queue.put(parcel(0))
      }
      #expect(aliveCount == kind.room)
    }
    #expect(leftover == nil)
    #expect(aliveCount == 0)
  }

  @Test(arguments: QueueKind.keeping)
  func `until it is given back`(kind: QueueKind) throws {
    let queue: BlockingQueue<Parcel> = kind.make()
    for number in 0..<kind.room { try queue.put(parcel(number)) }
    var left = queue.closeAtOnce()
    #expect(aliveCount == kind.room)
    left = []
    #expect(aliveCount == 0 && left.isEmpty)
  }

  @Test(arguments: QueueKind.limited)
  func `not at all if it refuses it`(kind: QueueKind) throws {
    let queue: BlockingQueue<Parcel> = kind.make()
    for number in 0..<kind.room { try queue.put(parcel(number)) }
    #expect(try queue.tryPut(parcel(-1))?.number == -1)
    #expect(try queue.put(parcel(-2), until: .now)?.number == -2)
    try withCrew { crew in
      let putter = try crew.spawn { [alive] in
        try queue.put(Parcel(-3, alive), until: .never)?.number
      }
      try eventually { queue.waitingPutterCount == 1 }
      putter.cancel()
      #expect(try putter.result() == -3)
    }
    try eventually { aliveCount == kind.room }
    queue.close()
    do {
      try queue.put(parcel(-4))
    } catch {
      #expect(error.refused?.number == -4)
      #expect(aliveCount == kind.room + 1)
    }
    #expect(aliveCount == kind.room)
  }

  @Test func `not after it was handed over`() throws {
    let queue = BlockingQueue<Parcel>(capacity: 0)
    try withCrew { crew in
      let taker = try crew.spawn { try queue.take().number }
      try eventually { queue.waitingTakerCount == 1 }
      try queue.put(parcel(1))
      #expect(try taker.result() == 1)
      let putter = try crew.spawn { [alive] in try queue.put(Parcel(2, alive)) }
      try eventually { queue.waitingPutterCount == 1 }
      #expect(try queue.take().number == 2)
      try putter.result()
    }
    try eventually { aliveCount == 0 }
  }

  @Test(arguments: QueueKind.allCases)
  func `as it is, however large`(kind: QueueKind) throws {
    struct Crate: Equatable, Sendable {
      var first: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
      var label: String
      var second: (UInt64, UInt64, UInt64, UInt64) = (5, 6, 7, 8)
      var last: UInt8

      static func == (left: Crate, right: Crate) -> Bool {
        left.first == right.first && left.second == right.second && left.label == right.label
          && left.last == right.last
      }
    }
    #expect(MemoryLayout<Crate>.size > 64)
    let queue: BlockingQueue<Crate> = kind.make { $0.last < $1.last }
    try withCrew { crew in
      let putter = try crew.spawn {
        for number in 0..<200 {
          try queue.put(Crate(label: "crate \(number)", last: UInt8(number)))
        }
        queue.close()
      }
      var taken: [Crate] = []
      for crate in queue { taken.append(crate) }
      taken.sort { $0.last < $1.last }
      #expect(taken == (0..<200).map { Crate(label: "crate \($0)", last: UInt8($0)) })
      try putter.result()
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `that is nothing but an event`(kind: QueueKind) throws {
    let queue: BlockingQueue<Void> = kind.make { _, _ in false }
    try withCrew { crew in
      let putter = try crew.spawn {
        for _ in 0..<3000 { try queue.put(()) }
        queue.close()
      }
      var count = 0
      for _ in queue { count += 1 }
      #expect(count == 3000)
      try putter.result()
    }
    #expect(throws: QueueClosed<Void>.self) { _ = try queue.tryPut(()) }
  }

  @Test(arguments: QueueKind.keeping)
  func `that is nil, and knows it from none`(kind: QueueKind) throws {
    let queue: BlockingQueue<Int?> = kind.make { _, _ in false }
    try queue.put(nil)
    let taken: Int?? = try queue.tryTake()
    #expect(taken == .some(nil))
    let none: Int?? = try queue.tryTake()
    #expect(none == .none)
    for _ in 0..<kind.room { try queue.put(nil) }
    if kind.capacity != nil {
      let refused: Int?? = try queue.tryPut(nil)
      #expect(refused == .some(nil))
    }
    #expect(queue.drain() == Array(repeating: nil, count: kind.room))
    try queue.put(nil)
    queue.close()
    #expect(Array(queue) == [nil])
    let error = try #require(throws: QueueClosed<Int?>.self) { try queue.put(nil) }
    #expect(error.refused == .some(nil))
    #expect("\(error)".contains("nothing more can be put"))
  }

  @Test func `that is nil, and hands it over`() throws {
    let queue = BlockingQueue<Int?>(capacity: 0)
    try withCrew { crew in
      for _ in 0..<2 {
        let taker = try crew.spawn { () throws(QueueClosed<Int?>) -> Int? in try queue.take() }
        try eventually { queue.waitingTakerCount == 1 }
        try queue.put(nil)
        #expect(try taker.result() == nil)
        let putter = try crew.spawn { try queue.put(nil) }
        try eventually { queue.waitingPutterCount == 1 }
        let taken: Int? = try queue.take()
        #expect(taken == nil)
        try putter.result()
      }
      let taker = try crew.spawn { select(.take(from: queue) { $0 == .some(nil) }) }
      try eventually { queue.waitingTakerCount == 1 }
      try queue.put(nil)
      #expect(try taker.result())
    }
  }
}

@Suite struct `A queue with an order of its own` {
  @Test func `gives out the least first, and of equals the one that was put first`() throws {
    struct Patient: Sendable, Equatable {
      let pain: Int
      let number: Int
    }
    var dice = Seed(value: 5).dice()
    let patients = (0..<500).map { Patient(pain: dice.pick(0..<10), number: $0) }
    let queue = PriorityBlockingQueue<Patient> { $0.pain > $1.pain }
    for patient in patients { try queue.put(patient) }
    let expected = patients.sorted { ($1.pain, $0.number) < ($0.pain, $1.number) }
    #expect(queue.drain() == expected)
  }

  @Test func `keeps the order of equals when puts and takes are mixed`() throws {
    let queue = PriorityBlockingQueue<(Int, Int)> { $0.0 < $1.0 }
    var dice = Seed(value: 6).dice()
    var model: [(Int, Int)] = []
    for number in 0..<5000 {
      if dice.isOne(in: 2) {
        let element = (dice.pick(0..<5), number)
        try queue.put(element)
        let place = model.firstIndex { $0.0 > element.0 } ?? model.count
        model.insert(element, at: place)
      } else {
        let taken = try queue.tryTake()
        #expect(taken?.1 == model.first?.1)
        if !model.isEmpty { model.removeFirst() }
      }
    }
  }

  @Test func `may use another queue to compare`() throws {
    let asked = BlockingQueue<Int>()
    let scratch = PriorityBlockingQueue<Int>()
    let queue = PriorityBlockingQueue<Int> { left, right in
      try? asked.put(left)
      try? scratch.put(right)
      _ = try? scratch.tryTake()
      return left < right
    }
    for number in [3, 1, 2] { try queue.put(number) }
    #expect(queue.drain() == [1, 2, 3])
    #expect(asked.count > 0)
  }

  @Test func `gives a stack's last element out first`() throws {
    let stack = BlockingStack<String>(capacity: 3, name: "plates")
    for plate in ["a", "b", "c"] { try stack.put(plate) }
    #expect(try stack.tryPut("d") == "d")
    #expect(try stack.take() == "c")
    try stack.put("e")
    #expect(stack.closeAtOnce() == ["e", "b", "a"])
  }

  @Test func `compares elements that are comparable without being told how`() throws {
    let queue = PriorityBlockingQueue<String>(capacity: 4, name: "words")
    for word in ["pear", "apple", "fig"] { try queue.put(word) }
    queue.close()
    #expect(Array(queue) == ["apple", "fig", "pear"])
    #expect(queue.name == "words" && queue.capacity == 4)
  }
}
