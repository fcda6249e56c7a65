import Interlock

/// A thread that makes things and one that uses them up, with a queue between them.
enum ThreadedProducerConsumer {
  static func run(_ note: (String) -> Void) throws {
    let queue = BlockingQueue<Int>(capacity: 3)
    let consumer = try spawn(name: "consumer") {
      // Until the queue is closed and empty.
      queue.map { $0 * $0 }
    }
    for number in 1...10 {
      // Waits if the consumer is three behind.
      try queue.put(number)
      note("made \(number)")
    }
    queue.close()
    for square in consumer.join() { note("used \(square)") }
  }
}
