import Interlock
import InterlockChecker

// Telling those who wait.
extension BugPair {
  static let notifications: [BugPair] = [oneForAll, oneCondition, earlySignal, silentChange]

  private static let oneForAll = BugPair(
    "one is notified, and all should go on",
    .deadlock,
    "Condition.wait() on \"open\"",
    bug: { try passTwo { open in open.notify() } },
    twin: { try passTwo { open in open.notifyAll() } }
  )

  /// Two wait until a third one opens, and tells them.
  private static func passTwo(
    telling notify: @escaping @Sendable (_ open: Condition) -> Void
  ) throws {
    let lock = Lock()
    let open = Condition(lock, name: "open")
    let isOpen = PlainCell(false)
    @Sendable func pass() { lock.withLock { open.wait { !isOpen.value } } }
    try together(
      { pass() },
      { pass() },
      {
        lock.withLock {
          isOpen.value = true
          notify(open)
        }
      }
    )
  }

  /// A buffer for one element.
  private struct Buffer: Sendable {
    let lock: Lock
    let hasRoom: Condition
    let hasElement: Condition
    let isFull = PlainCell(false)

    /// - Parameter isShared: Whether who puts and who takes wait for one condition.
    init(isShared: Bool) {
      lock = Lock()
      hasRoom = Condition(lock, name: "room")
      hasElement = isShared ? hasRoom : Condition(lock, name: "element")
    }

    func put() {
      lock.withLock {
        hasRoom.wait { isFull.value }
        isFull.value = true
        hasElement.notify()
      }
    }

    func take() {
      lock.withLock {
        hasElement.wait { !isFull.value }
        isFull.value = false
        hasRoom.notify()
      }
    }

    func fillAndEmpty() throws {
      try together(
        { take() },
        { take() },
        {
          put()
          put()
        }
      )
    }
  }

  private static let oneCondition = BugPair(
    "a bounded buffer with one condition",
    .deadlock,
    "Condition.wait() on \"room\"",
    bug: { try Buffer(isShared: true).fillAndEmpty() },
    twin: { try Buffer(isShared: false).fillAndEmpty() }
  )

  private static let earlySignal = BugPair(
    "a notification before the change, in another critical section",
    .deadlock,
    "Condition.wait() on \"ready\"",
    bug: {
      let lock = Lock()
      let ready = Condition(lock, name: "ready")
      let isReady = PlainCell(false)
      try together(
        { lock.withLock { ready.wait { !isReady.value } } },
        {
          lock.withLock { ready.notify() }
          lock.withLock { isReady.value = true }
        }
      )
    },
    twin: {
      let lock = Lock()
      let ready = Condition(lock, name: "ready")
      let isReady = PlainCell(false)
      try together(
        { lock.withLock { ready.wait { !isReady.value } } },
        {
          lock.withLock { isReady.value = true }
          lock.withLock { ready.notify() }
        }
      )
    }
  )

  private static let silentChange = BugPair(
    "one of two ways to end notifies nobody",
    .deadlock,
    "Condition.wait() on \"end\"",
    bug: {
      let lock = Lock()
      let end = Condition(lock, name: "end")
      let (isDone, isCancelled) = (PlainCell(false), PlainCell(false))
      try together(
        { lock.withLock { end.wait { !isDone.value && !isCancelled.value } } },
        { lock.withLock { isCancelled.value = true } }
      )
    },
    twin: {
      let lock = Lock()
      let end = Condition(lock, name: "end")
      let (isDone, isCancelled) = (PlainCell(false), PlainCell(false))
      try together(
        { lock.withLock { end.wait { !isDone.value && !isCancelled.value } } },
        {
          lock.withLock {
            isCancelled.value = true
            end.notifyAll()
          }
        }
      )
    }
  )
}
