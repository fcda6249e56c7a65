import CPeers
import Interlock

extension Benchmark {
  /// What locks, barriers and messages between processes cost.
  static func sharedThings(_ settings: Settings) -> [Benchmark] {
    [
      .sharedLock, .sharedBarrier, .sharedQueue(settings), .roundTrip(settings),
      .handOver(settings),
    ]
  }

  /// What it costs that a lock notices the death of its owner.
  private static var sharedLock: Benchmark {
    let lock = Result { try SharedLock() }
    return Benchmark(
      name: "shared/lock",
      operation: "acquire and release a lock for several processes that nobody else wants",
      ours: [
        CountedWork("SharedLock") { count in
          let lock = try lock.get()
          for _ in 0..<count {
            lock.acquire()
            lock.release()
          }
        }
      ],
      peers: [
        CountedWork("pthread_mutex") { count in pthread_mutex_peer_loop(count) },
        CountedWork("pthread_mutex, robust") { count in pthread_robust_mutex_peer_loop(count) },
      ],
      bars: [Bar(.cpuRatio, .atMost(2), against: ["pthread_mutex"])]
    )
  }

  /// How fast two processes meet again and again.
  private static var sharedBarrier: Benchmark {
    let partner = BarrierPartner()
    return Benchmark(
      name: "shared/barrier",
      operation: "one meeting of two processes",
      ours: [
        CountedWork("SharedBarrier") { count in
          let barrier = try partner.barrier
          for _ in 0..<count { try barrier.arriveAndWait() }
        }
      ],
      peers: [
        CountedWork("pthread_barrier") { count in pthread_shared_barrier_peer_meet(count) }
      ],
      bars: [Bar(.rateRatio, .atLeast(1), against: ["pthread_barrier"])],
      prepare: {
        guard pthread_shared_barrier_peer_start() else { throw Failure("there is no process") }
        try partner.start()
      },
      cleanUp: {
        pthread_shared_barrier_peer_stop()
        partner.stop()
      }
    )
  }

  /// How fast things come through a queue.
  private static func sharedQueue(_ settings: Settings) -> Benchmark {
    let python = PythonPool(settings)
    let producer = Producer()
    return Benchmark(
      name: "shared/queue",
      operation: "take a number that another process has put into a queue for 1,024",
      ours: [
        CountedWork("SharedQueue") { count in
          let queue = try producer.begin(count)
          for number in 0..<count {
            guard try queue.take() == number else { throw Failure("it is another number") }
          }
        }
      ],
      peers: [python.work("Queue", "queue")].compactMap(\.self),
      absent: python.absent,
      bars: [Bar(.rateRatio, .atLeast(20), against: [python.name("Queue")])],
      prepare: {
        try python.start()
        try producer.start()
      },
      cleanUp: {
        producer.stop()
        python.stop()
      }
    )
  }

  /// What a message and its answer cost.
  private static func roundTrip(_ settings: Settings) -> Benchmark {
    let python = PythonPool(settings)
    let partner = EchoPartner()
    return Benchmark(
      name: "shared/round-trip",
      operation: "send a number to another process and receive it again",
      ours: [
        CountedWork("Connection") { count in
          let end = try partner.end
          for number in 0..<count {
            try end.send(number)
            guard try end.receive(Int.self) == number else { throw Failure("it is another number") }
          }
        }
      ],
      peers: [python.work("Pipe", "pipe")].compactMap(\.self),
      absent: python.absent,
      bars: [Bar(.rateRatio, .atLeast(2), against: [python.name("Pipe")])],
      prepare: {
        try python.start()
        try partner.start()
      },
      cleanUp: {
        partner.stop()
        python.stop()
      }
    )
  }

  /// What it costs to let another process work on much.
  private static func handOver(_ settings: Settings) -> Benchmark {
    let size = 64 << 20
    let python = PythonPool(settings)
    let field = SharedField(size)
    return Benchmark(
      name: "shared/64-MiB",
      operation: "let another process read each page of 64 MiB",
      ours: [
        CountedWork("SharedArray") { count in
          for _ in 0..<count where try field.sum() != size / 4_096 {
            throw Failure("the sum is wrong")
          }
        }
      ],
      peers: [
        python.work("Pool.apply", "bytes \(size)"),
        python.work("shared_memory", "shared \(size)"),
      ].compactMap(\.self),
      absent: python.absent,
      bars: [
        Bar(.rateRatio, .atLeast(20), against: [python.name("Pool.apply")]),
        Bar(.rateRatio, .atLeast(2), against: [python.name("shared_memory")]),
      ],
      prepare: {
        try python.start()
        try field.start()
      },
      cleanUp: {
        field.stop()
        python.stop()
      }
    )
  }
}

/// A process that comes to a barrier again and again.
private final class BarrierPartner {
  private var current: (barrier: SharedBarrier, process: WorkerProcess<Void>)?

  var barrier: SharedBarrier {
    get throws {
      guard let current else { throw Failure("the partner is not there") }
      return current.barrier
    }
  }

  func start() throws {
    let barrier = try SharedBarrier(parties: 2)
    let process = try WorkerProcess(barrier, name: "partner") { barrier in
      while true { try barrier.arriveAndWait() }
    }
    current = (barrier, process)
  }

  func stop() {
    current?.process.kill()
    current = nil
  }
}

/// A process that puts as many numbers into a queue as it is told.
private final class Producer {
  private struct Parts: Codable, Sendable {
    let queue: SharedQueue<Int>
    let orders: SharedQueue<Int>
  }

  private var current: (parts: Parts, process: WorkerProcess<Void>)?

  func start() throws {
    let parts = Parts(
      queue: try SharedQueue(capacity: 1_024),
      orders: try SharedQueue(capacity: 1)
    )
    let process = try WorkerProcess(parts, name: "producer") { parts in
      for count in parts.orders {
        for number in 0..<count { try parts.queue.put(number) }
      }
    }
    current = (parts, process)
  }

  /// Lets the process put numbers from 0 to `count` - 1.
  func begin(_ count: Int) throws -> SharedQueue<Int> {
    guard let current else { throw Failure("the producer is not there") }
    try current.parts.orders.put(count)
    return current.parts.queue
  }

  func stop() {
    current?.parts.orders.close()
    _ = try? current?.process.join()
    current = nil
  }
}

/// A process that sends back what it receives.
private final class EchoPartner {
  private var current: (end: Connection, process: WorkerProcess<Void>)?

  var end: Connection {
    get throws {
      guard let current else { throw Failure("the partner is not there") }
      return current.end
    }
  }

  func start() throws {
    let (here, there) = try Connection.pair()
    let process = try WorkerProcess(there.handOver(), name: "partner") { end in
      while let number = try end.receive(Int.self) { try end.send(number) }
    }
    current = (here, process)
  }

  func stop() {
    current?.end.close()
    _ = try? current?.process.join()
    current = nil
  }
}

/// Much that two processes have.
private final class SharedField {
  private let size: Int
  private var current: (array: SharedArray<UInt8>, pool: ProcessPool)?

  init(_ size: Int) {
    self.size = size
  }

  func start() throws {
    current = (try SharedArray(repeating: 1, count: size), try ProcessPool(workers: 1))
  }

  /// Lets the other process add up a byte of each page.
  func sum() throws -> Int {
    guard let current else { throw Failure("the array is not there") }
    return try current.pool.run(current.array) { array in
      array.withSpan { span in
        stride(from: 0, to: span.count, by: 4_096).reduce(0) { $0 + Int(span[$1]) }
      }
    }
  }

  func stop() {
    current?.pool.close()
    current?.pool.join()
    current = nil
  }
}
