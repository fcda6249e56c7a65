import Interlock

/// Threads that count down when they have done their part, and one that waits until all have.
enum ThreadedWaitGroup {
  static func run(_ note: (String) -> Void) throws {
    let group = WaitGroup(count: 4)
    let sums = Mutex<[Int: Int]>([:])
    for number in 1...4 {
      try spawn(name: "worker \(number)") {
        let sum = (1...number * 1_000_000).reduce(0, &+)
        sums.withLock { $0[number] = sum }
        group.done()
      }
    }
    note("waiting for 4 threads")
    group.wait()
    for (number, sum) in sums.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      note("worker \(number) found \(sum)")
    }
    note("all are done")
  }
}
