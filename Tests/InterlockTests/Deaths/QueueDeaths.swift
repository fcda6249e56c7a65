import Testing

@testable import Interlock

/// An element that tells whether it was torn; they are not of the same size.
struct Letter: Codable, Hashable, Sendable {
  var number: Int
  var text: String

  init(_ number: Int) {
    self.number = number
    text = String(repeating: "\(number)", count: 7 + number % 5)
  }
}

enum QueueAct: String, FatalAct {
  case putting, puttingSeveral, waitingToPut
  case taking, takingSeveral, takingAndFinishing, waitingToTake
  case closing, closingAtOnce, mending, joining

  func perform(on queue: SharedQueue<Letter>, _ stage: Stage) throws {
    switch self {
    case .putting: try queue.put(Letter(9))
    case .puttingSeveral: try queue.put(contentsOf: [Letter(9), Letter(10)])
    case .waitingToPut:
      let refused = try queue.put(Letter(9), for: TestTime.long)
      try Harm.unless(refused == nil, "there is no room")
    case .taking: _ = try queue.take()
    case .takingSeveral: _ = try queue.take(max: 2)
    case .takingAndFinishing:
      _ = try queue.take()
      queue.taskDone()
    case .waitingToTake:
      try Harm.unless(try queue.take(for: TestTime.long) != nil, "nothing comes")
    case .closing: queue.close()
    case .closingAtOnce: queue.closeAtOnce()
    case .mending: queue.declareMended()
    case .joining: try Harm.unless(try queue.join(for: TestTime.long), "it is not done")
    }
  }

  /// What may be in the queue afterwards, if the first two were 1 and 2.
  func contents(_ fate: Fate?) -> [[Int]] {
    let (before, after) =
      switch self {
      case .putting, .waitingToPut: ([[1, 2]], [1, 2, 9])
      case .puttingSeveral: ([[1, 2]], [1, 2, 9, 10])
      case .taking, .takingAndFinishing, .waitingToTake: ([[1, 2]], [2])
      case .takingSeveral: ([[1, 2]], [])
      case .closingAtOnce: ([[1, 2], [2]], [])
      case .closing, .mending, .joining: ([[1, 2]], [1, 2])
      }
    return fate == .died ? before + [after] : [after]
  }
}

@Suite struct `A death in the middle of a call of a queue` {
  /// A queue in which 1 and 2 are, at some place of its ring.
  private func make(turns: Int = 0, capacity: Int = 4) throws -> SharedQueue<Letter> {
    let queue = try SharedQueue<Letter>(capacity: capacity, byteCapacity: 256)
    for turn in 0..<turns {
      try queue.put(Letter(turn))
      _ = try queue.take()
      queue.taskDone()
    }
    try queue.put(contentsOf: [Letter(1), Letter(2)])
    return queue
  }

  /// Puts an element, waiting for room.
  ///
  /// - Returns: `false` if the queue is closed.
  private static func isPut(_ letter: Letter, into queue: SharedQueue<Letter>) throws -> Bool {
    do {
      return try queue.put(letter, for: TestTime.long) == nil
    } catch is QueueClosed<Letter> {
      return false
    }
  }

  /// Takes everything; what is there is whole.
  private func empty(_ queue: SharedQueue<Letter>) throws -> [Int] {
    var numbers: [Int] = []
    while queue.count > 0, let letter = try queue.take(for: TestTime.limit) {
      try Harm.unless(letter == Letter(letter.number), "an element is torn")
      queue.taskDone()
      numbers.append(letter.number)
    }
    return numbers
  }

  /// Proves that elements come through, one after the other, and that all is done afterwards.
  private func proveWhole(_ queue: SharedQueue<Letter>) throws {
    queue.declareMended()
    try Harm.unless(try queue.join(for: TestTime.limit), "it is not mended")
    if queue.isClosed {
      try Harm.unless(
        (try? queue.tryTake()) == nil && (try? queue.tryPut(Letter(0))) == nil,
        "it is not closed"
      )
      return
    }
    for round in 0..<3 {
      for number in 0..<4 {
        let refused = try queue.put(Letter(number + round), for: TestTime.limit)
        try Harm.unless(refused == nil, "nothing can be put")
      }
      try Harm.unless(try empty(queue) == Array(round..<(round + 4)), "others come out")
    }
    try Harm.unless(try queue.join(for: TestTime.limit), "it is never done")
  }

  /// Proves that what is there was there before, or is there afterwards.
  private func proveWhole(
    _ queue: SharedQueue<Letter>,
    _ act: QueueAct,
    _ fate: Fate?
  ) throws {
    let lost = queue.lostCount
    let contents = try empty(queue)
    let words = "it has \(contents), and \(lost) are lost"
    try Harm.unless(act.contents(fate).contains(contents), words)
    switch act {
    case .taking, .takingSeveral, .takingAndFinishing:
      let taken = 2 - contents.count
      try Harm.unless(lost == taken || act == .takingAndFinishing && lost == 0, words)
    // It has taken one, and not said yet that it is done.
    case .closingAtOnce: try Harm.unless(0...1 ~= lost, words)
    default: try Harm.unless(lost == 0, words)
    }
    try proveWhole(queue)
  }

  @Test(
    arguments: [
      QueueAct.putting, .puttingSeveral, .taking, .takingSeveral, .takingAndFinishing, .closing,
      .closingAtOnce, .mending,
    ],
    // At the beginning of the ring, and across its end.
    [0, 6]
  )
  func `leaves what was there, or is there afterwards`(_ act: QueueAct, _ turns: Int) throws {
    try dieAtEachStep(of: act, with: make(turns: turns)) { queue, trial in
      try proveWhole(queue, act, trial.run())
    }
  }

  @Test(arguments: [QueueAct.putting, .puttingSeveral, .closing])
  func `is no reason to wait for ever for an element`(_ act: QueueAct) throws {
    let make = { try SharedQueue<Letter>(capacity: 4, byteCapacity: 256) }
    try dieAtEachStep(of: act, with: make()) { queue, trial in
      let takers = try (0..<2).map { _ in
        try trial.wait { try? queue.take(for: TestTime.long)?.number }
      }
      try trial.run()
      var expected: [Int?] = [nil, nil]
      if act != .closing || !queue.isClosed {
        // What the victim has put they get without that.
        try queue.put(contentsOf: [Letter(1), Letter(2)])
        expected = [1, 2]
      }
      let taken = try takers.map { try $0.result() }
      if expected == [nil, nil] {
        try Harm.unless(taken == expected, "something comes out of an empty queue")
      } else {
        let all = try taken.compactMap(\.self) + empty(queue)
        try Harm.unless(taken.allSatisfy { $0 != nil }, "one that waits gets nothing")
        let isRight = [[1, 2], [1, 2, 9], [1, 2, 9, 10]].contains(all.sorted())
        try Harm.unless(isRight, "it had \(all)")
      }
    }
  }

  @Test(arguments: [QueueAct.taking, .takingSeveral, .closing])
  func `is no reason to wait for ever for room`(_ act: QueueAct) throws {
    try dieAtEachStep(of: act, with: make(capacity: 2)) { queue, trial in
      let putter = try trial.wait { try Self.isPut(Letter(3), into: queue) }
      try trial.run()
      if act == .closing, queue.isClosed {
        try Harm.unless(try !putter.result(), "something was put into a closed queue")
        return
      }
      var contents = try queue.count > 1 && !putter.isFinished ? [queue.take().number] : []
      try Harm.unless(try putter.result(), "there is no room for one that waits")
      contents += try empty(queue)
      try Harm.unless([[1, 2, 3], [2, 3], [3]].contains(contents), "it had \(contents)")
    }
  }

  @Test func `of one that waits for room leaves the room to others`() throws {
    try dieAtEachStep(of: QueueAct.waitingToPut, with: make(capacity: 2)) { queue, trial in
      let putter = try trial.wait { try Self.isPut(Letter(3), into: queue) }
      try trial.begin()
      try trial.waitUntilAsleep()
      var contents = try queue.take(max: 2).map(\.number)
      try trial.end()
      try Harm.unless(try putter.result(), "there is no room for one that waits")
      contents += try empty(queue)
      let isRight = [[1, 2, 3], [1, 2, 3, 9], [1, 2, 9, 3]].contains(contents)
      try Harm.unless(isRight, "it had \(contents)")
    }
  }

  @Test func `of one that waits for an element leaves the next one to others`() throws {
    let make = { try SharedQueue<Letter>(capacity: 4, byteCapacity: 256) }
    try dieAtEachStep(of: QueueAct.waitingToTake, with: make()) { queue, trial in
      let taker = try trial.wait {
        let number = try? queue.take(for: TestTime.long)?.number
        queue.taskDone()
        return number
      }
      try trial.begin()
      try trial.waitUntilAsleep()
      try queue.put(contentsOf: [Letter(1), Letter(2)])
      try trial.end()
      let number = try taker.result()
      let rest = try empty(queue)
      let words = "one has \(number ?? -1), \(rest) is left, \(queue.lostCount) are lost"
      try Harm.unless(number != nil, words)
      let lost = Set([1, 2]).subtracting(rest + [number ?? 0])
      try Harm.unless(rest.count + 1 + lost.count == 2 && queue.lostCount == lost.count, words)
      try proveWhole(queue)
    }
  }

  @Test func `of one that joins lets others join`() throws {
    try dieAtEachStep(of: QueueAct.joining, with: make()) { queue, trial in
      let other = try trial.wait { try queue.join(for: TestTime.long) }
      try trial.begin()
      try trial.waitUntilAsleep()
      try Harm.unless(try empty(queue) == [1, 2], "others were there")
      try trial.end()
      try Harm.unless(try other.result(), "one that joins is not told")
      try proveWhole(queue)
    }
  }
}
