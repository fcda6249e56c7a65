import Dispatch
import Foundation
import Interlock
import Synchronization

/// Uses the library beside everything whose names it must not clash with.
@main
enum Consumer {
  static func main() throws {
    let balance = Interlock::Mutex(100)
    let served = Interlock::Atomic(0)
    let lock = Lock(name: "a lock, not an NSLock")
    let condition = Condition(lock)
    let meeting = Barrier(parties: 2)
    let group = WaitGroup()
    let permits = Semaphore(permits: 1)
    let start = Event()
    let alarm = try Alarm(after: .seconds(60)) {}

    try withThreads { threads in
      for _ in 0..<2 {
        group.add()
        try threads.spawn {
          start.wait()
          permits.withPermit { balance.withLock { $0 += 10 } }
          served.wrappingAdd(1, ordering: .relaxed)
          _ = try meeting.arriveAndWait()
          lock.withLock { condition.notifyAll() }
          group.done()
        }
      }
      start.set()
      group.wait()
    }
    alarm.cancel()

    let end = balance.withLock { $0 }
    guard end == 120, served.load(ordering: .relaxed) == 2 else { exit(1) }
    print("balance \(end), on \(Processors.available) CPUs at most")
  }
}
