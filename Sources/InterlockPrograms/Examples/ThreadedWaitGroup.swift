import Interlock

/// Threads that count down when they have done their part, and one that waits until all have.
package enum ThreadedWaitGroup {
  package static func run(
    workers count: Int = 4,
    reach: Int = 1_000_000,
    _ note: (String) -> Void
  ) throws {
    let group = WaitGroup(count: count)
    let sums = Mutex<[Int: Int]>([:])
    for number in 1...count {
      try spawn(name: "worker \(number)") {
        let sum = (1...number * reach).reduce(0, &+)
        sums.withLock { $0[number] = sum }
        group.done()
      }
    }
    note("waiting for \(count) threads")
    group.wait()
    for (number, sum) in sums.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      note("worker \(number) found \(sum)")
    }
    note("all are done")
  }
}
