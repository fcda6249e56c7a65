import Interlock

/// Threads share all memory: the array is a value that both have, behind a lock.
package enum ThreadedSharedArray {
  package static func run(elements count: Int = 10, _ note: (String) -> Void) throws {
    let array = Mutex([Int](repeating: -1, count: count))
    let barrier = Barrier(parties: 2)
    let filler = try spawn(name: "filler") { () throws(BarrierError) in
      for index in 0..<count {
        try barrier.arriveAndWait()
        array.withLock { $0[index] = index }
        try barrier.arriveAndWait()
      }
    }
    for _ in 0..<count {
      // Before the first meeting nobody writes, between the two the filler does.
      note("\(array.withLock { $0 })")
      try barrier.arriveAndWait()
      try barrier.arriveAndWait()
    }
    try filler.join()
    note("\(array.withLock { $0 })")
  }
}
