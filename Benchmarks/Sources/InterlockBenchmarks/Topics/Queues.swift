import CPeers
import Interlock

/// How many elements a queue has room for.
enum QueueRoom {
  case elements(Int)
  /// None: whoever puts waits for somebody who takes.
  case rendezvous
  case unlimited

  /// What a name of a benchmark says.
  var label: String {
    switch self {
    case .elements(let count): "\(count)"
    case .rendezvous: "rendezvous"
    case .unlimited: "unbounded"
    }
  }

  /// The end of a sentence that says what is measured.
  fileprivate var description: String {
    switch self {
    case .elements(let count): "that has room for \(count)"
    case .rendezvous: "without room"
    case .unlimited: "without limit"
    }
  }

  /// The number that the peers know it by.
  fileprivate var capacity: Int {
    switch self {
    case .elements(let count): count
    case .rendezvous: 0
    case .unlimited: -1
    }
  }

  fileprivate func makeQueue() -> BlockingQueue<Int> {
    switch self {
    case .elements(let count): BlockingQueue(capacity: count)
    case .rendezvous: BlockingQueue(capacity: 0)
    case .unlimited: BlockingQueue()
    }
  }
}

extension Benchmark {
  /// What passing on an element costs through a queue into which `side` threads put and out of
  /// which as many take.
  static func queue(
    _ room: QueueRoom,
    side: Int,
    _ placement: Placement,
    _ settings: Settings,
    isBarSet: Bool = false
  ) -> Benchmark {
    let queue = room.makeQueue()
    let capacity = room.capacity

    var peers: [any Contestant] = []
    var absent: [Absent] = []
    let rust = "crossbeam, in Rust's library"
    if let problem = settings.rustChannelProblem ?? loadRustChannel(settings.rustChannel) {
      absent.append(Absent(name: rust, reason: problem))
    } else {
      peers.append(
        CountedWork(
          rust,
          side: side,
          placement,
          put: { rust_channel_peer_put(capacity, $0) },
          take: { rust_channel_peer_take(capacity, $0) }
        )
      )
    }
    let standard = "std::mutex and condition"
    if case .elements = room {
      standard_queue_peer_prepare(capacity)
      peers.append(
        CountedWork(
          standard,
          side: side,
          placement,
          put: { standard_queue_peer_put(capacity, $0) },
          take: { standard_queue_peer_take(capacity, $0) }
        )
      )
    }

    return Benchmark(
      name: "queue-\(room.label)/\(side)-to-\(side)\(placement.suffix)",
      operation: "pass a number on through a queue \(room.description), "
        + "\(side) thread\(side == 1 ? "" : "s") to \(side)\(placement)",
      ours: [
        CountedWork(
          "BlockingQueue",
          side: side,
          placement,
          put: { put($0, into: queue) },
          take: { take($0, outOf: queue) }
        )
      ],
      peers: peers,
      absent: absent,
      bars: isBarSet
        ? [
          Bar(.cpuRatio, .atMost(1), against: [rust]),
          Bar(.cpuRatio, .atMost(1.0 / 3), against: [standard]),
        ] : []
    )
  }
}

extension CountedWork {
  /// Work of threads that pass elements on.
  ///
  /// `side` of them put, and as many take. One operation is one element.
  fileprivate convenience init(
    _ name: String,
    side: Int,
    _ placement: Placement,
    put: @escaping @Sendable (_ count: Int) -> Void,
    take: @escaping @Sendable (_ count: Int) -> Void
  ) {
    self.init(name, threads: 2 * side, placement) { thread, count in
      let share = count / side + (thread % side < count % side ? 1 : 0)
      if thread < side { put(share) } else { take(share) }
    }
  }
}

/// Loads the library, once.
///
/// - Returns: Why that is impossible, or nothing.
private func loadRustChannel(_ path: String) -> String? {
  // SAFETY: the string is one of the loader's or a literal, and is read at once.
  unsafe rust_channel_peer_load(path).map { unsafe String(cString: $0) }
}

private func put(_ count: Int, into queue: BlockingQueue<Int>) {
  do {
    for number in 0..<count { try queue.put(number) }
  } catch {
    fatalError("nobody closes this queue: \(error)")
  }
}

private func take(_ count: Int, outOf queue: BlockingQueue<Int>) {
  var sum = 0
  do {
    for _ in 0..<count { sum &+= try queue.take() }
  } catch {
    fatalError("nobody closes this queue: \(error)")
  }
  keep(sum)
}
