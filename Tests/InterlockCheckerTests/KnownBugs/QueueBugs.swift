import Interlock
import InterlockChecker

// Queues that are closed too early, too late, or never.
extension BugPair {
  static let queues: [BugPair] = [
    earlyClose, forgottenClose, onePill, countedFirst, circularQueues, earlyTaskDone,
  ]

  private static let earlyClose = BugPair(
    "a producer that closes the queue while another one still puts",
    .failure,
    "closed",
    bug: {
      let queue = BlockingQueue<Int>()
      try together(2) {
        try queue.put(1)
        queue.close()
      }
    },
    twin: {
      let queue = BlockingQueue<Int>()
      let producers = Atomic(2)
      try together(2) {
        try queue.put(1)
        let left = producers.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
        if left == 0 { queue.close() }
      }
      try require(Array(queue) == [1, 1])
    }
  )

  private static let forgottenClose = BugPair(
    "a queue that is never closed",
    .deadlock,
    "BlockingQueue.take() on \"orders\"",
    bug: {
      let queue = BlockingQueue<Int>(name: "orders")
      try together({ for _ in queue {} }, { try queue.put(1) })
    },
    twin: {
      let queue = BlockingQueue<Int>(name: "orders")
      try together(
        { for _ in queue {} },
        {
          try queue.put(1)
          queue.close()
        }
      )
    }
  )

  private static let onePill = BugPair(
    "one element that says it is the last, for two consumers",
    .deadlock,
    "BlockingQueue.take() on \"orders\"",
    bug: {
      let queue = BlockingQueue<Int>(name: "orders")
      try together(
        { while try queue.take() != 0 {} },
        { while try queue.take() != 0 {} },
        { try queue.put(0) }
      )
    },
    twin: {
      let queue = BlockingQueue<Int>(name: "orders")
      try together(
        { while try queue.take() != 0 {} },
        { while try queue.take() != 0 {} },
        { for _ in 0..<2 { try queue.put(0) } }
      )
    }
  )

  private static let countedFirst = BugPair(
    "a queue that is taken from after its elements were counted",
    .deadlock,
    "BlockingQueue.take() on \"orders\"",
    bug: {
      let queue = BlockingQueue<Int>(name: "orders")
      let count = Atomic(1)
      try queue.put(1)
      try together(2) {
        guard count.load(ordering: .acquiring) > 0 else { return }
        count.wrappingSubtract(1, ordering: .releasing)
        _ = try queue.take()
      }
    },
    twin: {
      let queue = BlockingQueue<Int>(name: "orders")
      try queue.put(1)
      try together(2) { _ = try queue.tryTake() }
    }
  )

  private static let circularQueues = BugPair(
    "two threads that fill each other's queue before they look into their own",
    .deadlock,
    "BlockingQueue.put()",
    bug: { try exchange(capacity: 1) },
    twin: { try exchange(capacity: 2) }
  )

  private static func exchange(capacity: Int) throws {
    let ping = BlockingQueue<Int>(capacity: capacity, name: "ping")
    let pong = BlockingQueue<Int>(capacity: capacity, name: "pong")
    @Sendable func talk(_ mine: BlockingQueue<Int>, _ theirs: BlockingQueue<Int>) throws {
      for number in 0..<2 { try theirs.put(number) }
      for _ in 0..<2 { _ = try mine.take() }
    }
    try together({ try talk(ping, pong) }, { try talk(pong, ping) })
  }

  private static let earlyTaskDone = BugPair(
    "an order that is done before anything was done about it",
    .race,
    "a data race",
    bug: {
      let queue = BlockingQueue<Int>()
      let result = PlainCell(0)
      try queue.put(42)
      let worker = try spawn {
        let order = try queue.take()
        queue.taskDone()
        result.value = order
      }
      queue.join()
      _ = result.value
      try worker.join()
    },
    twin: {
      let queue = BlockingQueue<Int>()
      let result = PlainCell(0)
      try queue.put(42)
      let worker = try spawn {
        let order = try queue.take()
        result.value = order
        queue.taskDone()
      }
      queue.join()
      try require(result.value == 42)
      try worker.join()
    }
  )
}
