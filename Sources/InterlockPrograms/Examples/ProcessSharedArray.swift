import Interlock

/// Processes share no memory but what they are handed: the array, and the barrier at which they meet.
enum ProcessSharedArray {
  private struct Shared: Codable, Sendable {
    let array: SharedArray<Int>
    let barrier: SharedBarrier
  }

  static func run(_ note: (String) -> Void) throws {
    let array = try SharedArray(repeating: -1, count: 10)
    let barrier = try SharedBarrier(parties: 2)
    let filler = try WorkerProcess(Shared(array: array, barrier: barrier), name: "filler") {
      shared in
      for index in 0..<10 {
        try shared.barrier.arriveAndWait()
        shared.array[index] = index
        try shared.barrier.arriveAndWait()
      }
    }
    for _ in 0..<10 {
      // Before the first meeting nobody writes, between the two the filler does.
      note("\(Array(array))")
      try barrier.arriveAndWait()
      try barrier.arriveAndWait()
    }
    try filler.join()
    note("\(Array(array))")
  }
}
