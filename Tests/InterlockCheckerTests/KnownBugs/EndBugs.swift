import Interlock
import InterlockChecker

// Threads that end, or are asked to.
extension BugPair {
  static let ends: [BugPair] = [circularJoin, unseenCancellation, onceThatNeedsItself]

  private static let circularJoin = BugPair(
    "a thread that waits for one that waits for it",
    .deadlock,
    "Event.wait() on \"may end\"",
    bug: {
      let mayEnd = Interlock.Event(name: "may end")
      let worker = try spawn(name: "worker") { mayEnd.wait() }
      worker.join()
      mayEnd.set()
    },
    twin: {
      let mayEnd = Interlock.Event(name: "may end")
      let worker = try spawn(name: "worker") { mayEnd.wait() }
      mayEnd.set()
      worker.join()
    }
  )

  private static let unseenCancellation = BugPair(
    "a thread that is asked to end and does not look",
    .livelock,
    "no end in sight",
    stepLimit: 200,
    // Without a limit the worker could sleep for ever before anybody asks it to end.
    verdict: .limited(timeouts: 2),
    bug: {
      let worker = try spawn { while true { CurrentThread.yield() } }
      worker.cancel()
      worker.join()
    },
    twin: {
      let worker = try spawn {
        while !CurrentThread.isCancelled { _ = CurrentThread.sleep(for: .seconds(3600)) }
      }
      worker.cancel()
      worker.join()
    }
  )

  private static let onceThatNeedsItself = BugPair(
    "a value that needs itself to be made",
    .crash,
    "needs the value itself",
    bug: {
      let place = Mutex<Once<Int>?>(nil)
      let once = Once { place.withLock { $0 }.map { $0.value } ?? 0 }
      place.withLock { $0 = once }
      try together(2) { _ = once.value }
    },
    twin: {
      let once = Once { 42 }
      try together(2) { _ = once.value }
    }
  )
}
