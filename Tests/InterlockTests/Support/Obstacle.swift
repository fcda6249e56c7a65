import Interlock
import Testing

/// Something that threads wait for: closed to begin with, then opened, and open from there on.
struct Obstacle: Sendable {
  /// What a waiting thread says it waits for.
  let wait: String
  /// Waits as long as it takes.
  let pass: @Sendable () -> Void
  /// Waits, and says whether it passed in time.
  let passUntil: @Sendable (Deadline) -> Bool
  /// Lets all threads pass, now and later.
  let open: @Sendable () throws -> Void
  /// Who stands in line, where that can be asked.
  var waiterCount: @Sendable () -> Int? = { nil }
}

/// Every call of the toolkit that waits for other threads.
enum ObstacleKind: String, CaseIterable, Sendable {
  case lock = "Lock"
  case fairLock = "fair Lock"
  case recursiveLock = "RecursiveLock"
  case mutex = "Mutex"
  case monitorEntry = "Monitor, entering"
  case monitorPredicate = "Monitor, its predicate"
  case reader = "ReadWriteLock, reading"
  case writer = "ReadWriteLock, writing"
  case fairReader = "fair ReadWriteLock, reading"
  case fairWriter = "fair ReadWriteLock, writing"
  case condition = "Condition"
  case semaphore = "Semaphore"
  case event = "Event"
  case waitGroup = "WaitGroup"
  case once = "Once"
  case join = "ThreadHandle"

  func make(_ crew: Crew) throws -> Obstacle {
    switch self {
    case .lock: try exclusion(.lock, "Lock.acquire()", crew)
    case .fairLock: try exclusion(.fairLock, "Lock.acquire()", crew)
    case .recursiveLock: try exclusion(.recursiveLock, "RecursiveLock.acquire()", crew)
    case .mutex: try exclusion(.mutex, "Mutex.acquire()", crew)
    case .monitorEntry: try exclusion(.monitor, "Monitor.acquire()", crew)
    case .monitorPredicate: monitorPredicate()
    case .reader: try reader(.writers, crew)
    case .writer: try writer(.writers, crew)
    case .fairReader: try reader(.fair, crew)
    case .fairWriter: try writer(.fair, crew)
    case .condition: condition()
    case .semaphore: semaphore()
    case .event: event()
    case .waitGroup: waitGroup()
    case .once: try once(crew)
    case .join: try join(crew)
    }
  }
}

extension ObstacleKind: CustomTestStringConvertible {
  var testDescription: String { rawValue }
}

// What is held by another thread.
extension ObstacleKind {
  private func exclusion(_ kind: ExclusionKind, _ wait: String, _ crew: Crew) throws -> Obstacle {
    let exclusion = kind.make(name: "door")
    let holder = try Holder(crew, of: exclusion)
    return Obstacle(
      wait: "\(wait) on \"door\"",
      pass: { exclusion.withLock {} },
      passUntil: { exclusion.withLock(until: $0) {} != nil },
      open: { try holder.leave() },
      waiterCount: { exclusion.line?.count }
    )
  }

  private func reader(_ preference: ReadWritePreference, _ crew: Crew) throws -> Obstacle {
    let lock = Shared(ReadWriteLock(0, preference: preference, name: "door"))
    let holder = try Holder(crew) { inside in lock.value.withWriteLock { _ in inside() } }
    return Obstacle(
      wait: "ReadWriteLock.acquireShared() on \"door\"",
      pass: { lock.value.withReadLock { _ in } },
      passUntil: { lock.value.withReadLock(until: $0) { _ in } != nil },
      open: { try holder.leave() },
      waiterCount: { lock.value.waiters.count }
    )
  }

  private func writer(_ preference: ReadWritePreference, _ crew: Crew) throws -> Obstacle {
    let lock = Shared(ReadWriteLock(0, preference: preference, name: "door"))
    let holder = try Holder(crew) { inside in lock.value.withReadLock { _ in inside() } }
    return Obstacle(
      wait: "ReadWriteLock.acquire() on \"door\"",
      pass: { lock.value.withWriteLock { _ in } },
      passUntil: { lock.value.withWriteLock(until: $0) { _ in } != nil },
      open: { try holder.leave() },
      waiterCount: { lock.value.waiters.count }
    )
  }

  private func once(_ crew: Crew) throws -> Obstacle {
    let isMaking = Event()
    let mayFinish = Event()
    let once = Once(name: "door") {
      isMaking.set()
      mayFinish.wait()
    }
    let maker = try crew.spawn("maker") { once.run() }
    isMaking.wait()
    return Obstacle(
      wait: "Once.run() on \"door\"",
      pass: { once.run() },
      passUntil: { once.value(until: $0) != nil },
      open: {
        mayFinish.set()
        try maker.result()
      }
    )
  }

  private func join(_ crew: Crew) throws -> Obstacle {
    let mayFinish = Event()
    let thread = try crew.spawn("door") { mayFinish.wait() }
    return Obstacle(
      wait: "ThreadHandle.join() on \"door\"",
      pass: { thread.join() },
      passUntil: { thread.join(until: $0) != nil },
      open: {
        mayFinish.set()
        try thread.result()
      }
    )
  }
}

// What is not there yet.
extension ObstacleKind {
  private func monitorPredicate() -> Obstacle {
    let monitor = Shared(Monitor(false, name: "door"))
    return Obstacle(
      wait: "Monitor.wait() on \"door\"",
      pass: { monitor.value.withLock(when: { $0 }) { _ in } },
      passUntil: { monitor.value.withLock(when: { $0 }, until: $0) { _ in } != nil },
      open: { monitor.value.withLock { $0 = true } },
      waiterCount: { monitor.value.waiters.count }
    )
  }

  private func condition() -> Obstacle {
    let lock = Lock()
    let condition = Condition(lock, name: "door")
    let opened = PlainCount()
    return Obstacle(
      wait: "Condition.wait() on \"door\"",
      pass: { lock.withLock { condition.wait { opened.count == 0 } } },
      passUntil: { deadline in
        lock.withLock { condition.wait(until: deadline) { opened.count == 0 } }
      },
      open: {
        lock.withLock {
          opened.increment()
          condition.notifyAll()
        }
      },
      waiterCount: { condition.waiterCount }
    )
  }

  private func semaphore() -> Obstacle {
    let semaphore = Semaphore(permits: 0, name: "door")
    return Obstacle(
      wait: "Semaphore.acquire() on \"door\"",
      pass: { semaphore.withPermit {} },
      passUntil: { semaphore.withPermit(until: $0) {} != nil },
      open: { semaphore.release() },
      waiterCount: { semaphore.waiterCount }
    )
  }

  private func event() -> Obstacle {
    let event = Event(name: "door")
    return Obstacle(
      wait: "Event.wait() on \"door\"",
      pass: { event.wait() },
      passUntil: { event.wait(until: $0) },
      open: { event.set() },
      waiterCount: { event.waiterCount }
    )
  }

  private func waitGroup() -> Obstacle {
    let group = WaitGroup(count: 1, name: "door")
    return Obstacle(
      wait: "WaitGroup.wait() on \"door\"",
      pass: { group.wait() },
      passUntil: { group.wait(until: $0) },
      open: { group.done() },
      waiterCount: { group.waiterCount }
    )
  }
}

/// Something that cannot be copied, for several threads.
final class Shared<Value: ~Copyable & Sendable>: Sendable {
  let value: Value

  init(_ value: consuming Value) {
    self.value = value
  }
}
