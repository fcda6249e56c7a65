import Interlock

/// A process that makes things and one that uses them up, with a queue between them.
enum ProcessProducerConsumer {
  static func run(_ note: (String) -> Void) throws {
    let queue = try SharedQueue<Int>(capacity: 3)
    let consumer = try WorkerProcess(queue, name: "consumer") { queue in
      // Until the queue is closed and empty.
      queue.map { $0 * $0 }
    }
    for number in 1...10 {
      // Waits if the consumer is three behind.
      try queue.put(number)
      note("made \(number)")
    }
    queue.close()
    for square in try consumer.join() { note("used \(square)") }
  }
}
