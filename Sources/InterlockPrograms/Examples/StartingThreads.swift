import Interlock

/// Threads are started, and what that costs.
package enum StartingThreads {
  package static func run(
    visitors: Int = 4,
    repetitions: Int = 1_000,
    _ note: (String) -> Void
  ) throws {
    let visits = Atomic(0)
    note("starting \(visitors) threads")
    try withThreads { threads in
      var numbers: [ThreadHandle<Int32, Never>] = []
      for number in 1...visitors {
        numbers.append(
          try threads.spawn(name: "visitor \(number)") {
            visits.wrappingAdd(1, ordering: .relaxed)
            return CurrentThread.identity.nativeID
          }
        )
      }
      for thread in numbers { note("\(thread.name) was the system's number \(thread.join())") }
    }
    note(
      "all \(visitors) have counted in the same variable: \(visits.load(ordering: .relaxed)) visits"
    )
    let start = Deadline.now
    for _ in 0..<repetitions { try spawn {}.join() }
    let cost = (Deadline.now - start) / repetitions
    note("starting and joining a thread takes \(cost.inMicroseconds) here")
  }
}
