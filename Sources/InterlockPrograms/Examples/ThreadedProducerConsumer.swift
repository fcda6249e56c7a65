import Interlock

/// A thread that makes things and one that uses them up, with a queue between them.
package enum ThreadedProducerConsumer {
  package static func run(
    things: Int = 10,
    capacity: Int = 3,
    _ note: (String) -> Void
  ) throws {
    let queue = BlockingQueue<Int>(capacity: capacity)
    let consumer = try spawn(name: "consumer") {
      // Until the queue is closed and empty.
      queue.map { $0 * $0 }
    }
    for number in 1...things {
      // Waits if the consumer is as many behind as there is room for.
      try queue.put(number)
      note("made \(number)")
    }
    queue.close()
    for square in consumer.join() { note("used \(square)") }
  }
}
