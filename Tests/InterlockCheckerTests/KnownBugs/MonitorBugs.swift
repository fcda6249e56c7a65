import Interlock
import InterlockChecker

// Values that threads wait for.
extension BugPair {
  static let monitors: [BugPair] = [checkOutside, crossedMonitors]

  private static let checkOutside = BugPair(
    "a monitor asked first and entered afterwards",
    .failure,
    "below zero",
    bug: {
      let stock = Monitor(1)
      try together(2) {
        if stock.withLock({ $0 > 0 }) { stock.withLock { $0 -= 1 } }
      }
      try require(stock.withLock { $0 } >= 0, "the stock is below zero")
    },
    twin: {
      let stock = Monitor(1)
      try together(2) { stock.withLock { if $0 > 0 { $0 -= 1 } } }
      try require(stock.withLock { $0 } == 0)
    }
  )

  private static let crossedMonitors = BugPair(
    "two threads each wait for what the other one does later",
    .deadlock,
    "waits in Monitor.wait()",
    bug: {
      let one = Monitor(0)
      let other = Monitor(0)
      try together(
        {
          one.withLock(when: { $0 > 0 }) { _ in }
          other.withLock { $0 += 1 }
        },
        {
          other.withLock(when: { $0 > 0 }) { _ in }
          one.withLock { $0 += 1 }
        }
      )
    },
    twin: {
      let one = Monitor(0)
      let other = Monitor(0)
      try together(
        {
          other.withLock { $0 += 1 }
          one.withLock(when: { $0 > 0 }) { _ in }
        },
        {
          other.withLock(when: { $0 > 0 }) { _ in }
          one.withLock { $0 += 1 }
        }
      )
    }
  )
}
