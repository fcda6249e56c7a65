import Testing

@testable import Interlock

/// Something shared that threads of several processes wait for: closed to begin with, then opened.
enum SharedObstacle: Codable, Sendable {
  case lock(SharedLock)
  case value(SharedValue<Bool>)
  case condition(SharedCondition, SharedLock, SharedArray<Bool>)
  case semaphore(SharedSemaphore)
  case event(SharedEvent)
  case waitGroup(SharedWaitGroup)
  case taking(SharedQueue<Int>)
  case putting(SharedQueue<Int>)
  case joining(SharedQueue<Int>)
  case receiving(Connection, Connection)

  /// Waits as long as it takes.
  func pass() throws {
    switch self {
    case .lock(let lock): lock.withLock { _ in }
    case .value(let value): value.withLock(when: \.self) { _ in }
    case .condition(let condition, let lock, let isOpen):
      lock.withLock { _ in condition.wait(lock) { isOpen[0] } }
    case .semaphore(let semaphore): semaphore.withPermit {}
    case .event(let event): event.wait()
    case .waitGroup(let group): try group.wait()
    case .taking(let queue): try queue.put(queue.take())
    case .putting(let queue):
      try queue.put(1)
      _ = try queue.take()
    case .joining(let queue): try queue.join()
    case .receiving(let end, let other):
      guard let number = try end.receive(Int.self) else { throw Stuck("the stream has ended") }
      try other.send(number)
    }
  }

  /// Waits, and says whether it passed in time.
  func pass(until deadline: Deadline) throws -> Bool {
    switch self {
    case .lock(let lock): return lock.withLock(until: deadline) { _ in true } ?? false
    case .value(let value):
      return value.withLock(when: \.self, until: deadline) { _ in true } ?? false
    case .condition(let condition, let lock, let isOpen):
      return lock.withLock { _ in condition.wait(lock, until: deadline) { isOpen[0] } }
    case .semaphore(let semaphore): return semaphore.withPermit(until: deadline) { true } ?? false
    case .event(let event): return event.wait(until: deadline)
    case .waitGroup(let group): return try group.wait(until: deadline)
    case .taking(let queue):
      guard let number = try queue.take(until: deadline) else { return false }
      try queue.put(number)
      return true
    case .putting(let queue):
      guard try queue.put(1, until: deadline) == nil else { return false }
      _ = try queue.take()
      return true
    case .joining(let queue): return try queue.join(until: deadline)
    case .receiving(let end, let other):
      guard let number = try end.receive(Int.self, until: deadline) else { return false }
      try other.send(number)
      return true
    }
  }

  /// Lets everybody pass, now and later; a lock by the thread that made the obstacle.
  func open() throws {
    switch self {
    case .lock(let lock): lock.release()
    case .value(let value): value.withLock { $0 = true }
    case .condition(let condition, let lock, let isOpen):
      lock.withLock { _ in isOpen[0] = true }
      condition.notifyAll()
    case .semaphore(let semaphore): semaphore.release()
    case .event(let event): event.set()
    case .waitGroup(let group): group.done()
    case .taking(let queue): try queue.put(1)
    case .putting(let queue): _ = try queue.take()
    case .joining(let queue): queue.taskDone()
    case .receiving(_, let other): try other.send(1)
    }
  }
}

/// All of them.
enum SharedObstacleKind: String, CaseIterable, Sendable {
  case lock, value, condition, semaphore, event, waitGroup, taking, putting, joining, receiving

  func make() throws -> SharedObstacle {
    switch self {
    case .lock:
      let lock = try SharedLock()
      lock.acquire()
      return .lock(lock)
    case .value: return .value(try SharedValue(false))
    case .condition:
      return try .condition(
        SharedCondition(),
        SharedLock(),
        SharedArray(repeating: false, count: 1)
      )
    case .semaphore: return .semaphore(try SharedSemaphore(permits: 0))
    case .event: return .event(try SharedEvent())
    case .waitGroup: return .waitGroup(try SharedWaitGroup(count: 1))
    case .taking: return .taking(try SharedQueue(capacity: 2))
    case .putting:
      let queue = try SharedQueue<Int>(capacity: 1)
      try queue.put(0)
      return .putting(queue)
    case .joining:
      let queue = try SharedQueue<Int>(capacity: 1)
      try queue.put(0)
      _ = try queue.take()
      return .joining(queue)
    case .receiving:
      let (end, other) = try Connection.pair()
      return .receiving(end, other)
    }
  }
}

extension SharedObstacleKind: CustomTestStringConvertible {
  var testDescription: String { rawValue }
}
