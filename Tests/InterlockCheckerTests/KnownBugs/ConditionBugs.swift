import Interlock
import InterlockChecker

// Waiting for something to become true.
extension BugPair {
  static let conditions: [BugPair] = [
    signalBeforeWait, ifInsteadOfWhile, nestedWait, ignoredTimeout,
  ]

  private static let signalBeforeWait = BugPair(
    "a signal before the wait",
    .deadlock,
    "Condition.wait() on \"ready\"",
    bug: {
      let lock = Lock()
      let ready = Condition(lock, name: "ready")
      try together(
        { lock.withLock { ready.wait() } },
        { lock.withLock { ready.notify() } }
      )
    },
    twin: {
      let lock = Lock()
      let ready = Condition(lock, name: "ready")
      let isReady = PlainCell(false)
      try together(
        { lock.withLock { ready.wait { !isReady.value } } },
        {
          lock.withLock {
            isReady.value = true
            ready.notify()
          }
        }
      )
    }
  )

  private static let ifInsteadOfWhile = BugPair(
    "if instead of while",
    .failure,
    "nothing there",
    bug: {
      try takeWhatIsPut { count, filled in
        if count.value == 0 { filled.wait() }
      }
    },
    twin: {
      try takeWhatIsPut { count, filled in
        while count.value == 0 { filled.wait() }
      }
    }
  )

  /// One puts two things, and two take one each, when they have the lock and have waited.
  private static func takeWhatIsPut(
    waiting wait: @escaping @Sendable (_ count: PlainCell<Int>, _ filled: Condition) -> Void
  ) throws {
    let lock = Lock()
    let filled = Condition(lock)
    let count = PlainCell(0)
    @Sendable func take() throws {
      try lock.withLock {
        wait(count, filled)
        try require(count.value > 0, "there is nothing there")
        count.value -= 1
      }
    }
    @Sendable func put() {
      lock.withLock {
        count.value += 1
        filled.notify()
      }
    }
    try together(
      { try take() },
      { try take() },
      {
        put()
        put()
      }
    )
  }

  private static let nestedWait = BugPair(
    "a wait that keeps an outer lock",
    .deadlock,
    "holds Lock \"outer\" since",
    bug: {
      let (outer, inner) = (Lock(name: "outer"), Lock(name: "inner"))
      let ready = Condition(inner, name: "ready")
      let isReady = PlainCell(false)
      try together(
        { outer.withLock { inner.withLock { ready.wait { !isReady.value } } } },
        {
          outer.withLock {
            inner.withLock {
              isReady.value = true
              ready.notify()
            }
          }
        }
      )
    },
    twin: {
      let (outer, inner) = (Lock(name: "outer"), Lock(name: "inner"))
      let ready = Condition(inner, name: "ready")
      let isReady = PlainCell(false)
      try together(
        {
          outer.withLock {}
          inner.withLock { ready.wait { !isReady.value } }
        },
        {
          outer.withLock {
            inner.withLock {
              isReady.value = true
              ready.notify()
            }
          }
        }
      )
    }
  )

  private static let ignoredTimeout = BugPair(
    "a wait that gave up is taken for one that was notified",
    .failure,
    "not ready",
    bug: {
      let lock = Lock()
      let ready = Condition(lock)
      let isReady = PlainCell(false)
      try together(
        {
          try lock.withLock {
            if !isReady.value { _ = ready.wait(for: .seconds(3600)) }
            try require(isReady.value, "it is not ready")
          }
        },
        {
          lock.withLock {
            isReady.value = true
            ready.notify()
          }
        }
      )
    },
    twin: {
      let lock = Lock()
      let ready = Condition(lock)
      let isReady = PlainCell(false)
      try together(
        {
          try lock.withLock {
            let isInTime = ready.wait(until: .after(.seconds(3600))) { !isReady.value }
            try require(isInTime == isReady.value)
          }
        },
        {
          lock.withLock {
            isReady.value = true
            ready.notify()
          }
        }
      )
    }
  )
}
