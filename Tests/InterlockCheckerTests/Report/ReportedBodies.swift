import Interlock
import InterlockChecker

// The numbers of the lines of this file are part of the reports that the tests compare.
enum ReportedBodies {
  static let lostUpdate: @Sendable () throws -> Void = {
    let word = Atomic(0)
    try withThreads { threads in
      for name in ["red", "blue"] {
        try threads.spawn(name: name) {
          let value = word.load(ordering: .sequentiallyConsistent)
          word.store(value + 1, ordering: .sequentiallyConsistent)
        }
      }
    }
    try require(word.load(ordering: .sequentiallyConsistent) == 2, "an update was lost")
  }

  static let crash: @Sendable () throws -> Void = {
    let isBroken = Atomic(false)
    let breaker = try spawn(name: "breaker") { isBroken.store(true, ordering: .releasing) }
    if isBroken.load(ordering: .acquiring) { fatalError("it is broken") }
    breaker.join()
  }

  static let race: @Sendable () throws -> Void = {
    let cell = PlainCell(0)
    let writer = try spawn(name: "writer") { cell.value = 1 }
    _ = cell.value
    writer.join()
  }

  static let inversion: @Sendable () throws -> Void = {
    let left = Lock(name: "left")
    let right = Lock(name: "right")
    try withThreads { threads in
      try threads.spawn(name: "red") { left.withLock { right.withLock {} } }
      try threads.spawn(name: "blue") { right.withLock { left.withLock {} } }
      try threads.spawn(name: "green") { left.withLock {} }
    }
  }

  static let lostNotification: @Sendable () throws -> Void = {
    let lock = Lock(name: "door")
    let isOpen = Condition(lock, name: "open")
    try withThreads { threads in
      try threads.spawn(name: "guest") { lock.withLock { isOpen.wait() } }
      try threads.spawn(name: "host") { lock.withLock { isOpen.notify() } }
    }
  }

  static let clearedEvent: @Sendable () throws -> Void = {
    let green = Interlock.Event(name: "green")
    let car = try spawn(name: "car") { green.wait() }
    green.set()
    green.clear()
    car.join()
  }

  static let emptyQueue: @Sendable () throws -> Void = {
    let orders = BlockingQueue<Int>(capacity: 1, name: "orders")
    let cook = try spawn(name: "cook") { _ = try? orders.take() }
    cook.join()
  }

  static let keptLock: @Sendable () throws -> Void = {
    let (outer, inner) = (Lock(name: "outer"), Lock(name: "inner"))
    let ready = Condition(inner, name: "ready")
    try withThreads { threads in
      try threads.spawn(name: "waiter") { outer.withLock { inner.withLock { ready.wait() } } }
      try threads.spawn(name: "helper") {
        outer.withLock { inner.withLock { ready.notify() } }
      }
    }
  }

  /// The second guest waits for what the first one has used up.
  static let latecomer: @Sendable () throws -> Void = {
    let lock = Lock(name: "kitchen")
    let isServed = Condition(lock, name: "served")
    let meals = PlainCell(0)
    @Sendable func eat() {
      lock.withLock {
        isServed.wait { meals.value == 0 }
        meals.value -= 1
      }
    }
    try withThreads { threads in
      try threads.spawn(name: "cook") {
        lock.withLock {
          meals.value += 1
          isServed.notify()
        }
      }
      try threads.spawn(name: "first") { eat() }
      try threads.spawn(name: "second") { eat() }
    }
  }

  static let spinning: @Sendable () throws -> Void = {
    let isReady = Mutex(false, name: "ready")
    let setter = try spawn(name: "setter") { isReady.withLock { $0 = true } }
    while !isReady.withLock({ $0 }) {}
    setter.join()
  }

  static let spinningAlone: @Sendable () throws -> Void = {
    let isReady = Atomic(false)
    while !isReady.load(ordering: .acquiring) { CurrentThread.yield() }
  }

  static let counting: @Sendable () throws -> Void = {
    let count = Atomic(0)
    while true { count.wrappingAdd(1, ordering: .relaxed) }
  }

  static let polite: @Sendable () throws -> Void = {
    let (left, right) = (Lock(name: "left"), Lock(name: "right"))
    @Sendable func takeBoth(_ first: Lock, _ second: Lock) {
      while true {
        first.acquire()
        if second.tryAcquire() { break }
        first.release()
      }
      second.release()
      first.release()
    }
    try withThreads { threads in
      try threads.spawn(name: "red") { takeBoth(left, right) }
      try threads.spawn(name: "blue") { takeBoth(right, left) }
    }
  }

  /// Fails after operations that have results of all kinds.
  static let outcomes: @Sendable () throws -> Void = {
    let lock = Lock(name: "lock")
    let semaphore = Semaphore(permits: 1, name: "permits")
    let group = WaitGroup(name: "group")
    lock.acquire()
    let other = try spawn(name: "other") { lock.tryAcquire() }
    other.join()
    lock.release()
    semaphore.acquire()
    _ = semaphore.acquire(until: .now)
    group.add(2)
    group.done()
    _ = CurrentThread.sleep(for: .seconds(1))
    try require(lock.tryAcquire() == false, "that is all")
  }

  static let leak: @Sendable () throws -> Void = {
    let lock = Lock(name: "log")
    let writer = try spawn(name: "writer") { lock.acquire() }
    writer.join()
  }

  static let unjoined: @Sendable () throws -> Void = {
    let joined = try spawn(name: "joined") {}
    try spawn(name: "forgotten") {}
    joined.join()
  }

  /// Has a thread that acquires a lock in the first executions, and changes a word in others.
  ///
  /// - Parameter isMoody: Whether the execution with that number, from 1, is one of the others.
  /// - Returns: The body, which has been run never.
  static func moody(
    when isMoody: @escaping @Sendable (Int) -> Bool
  ) -> @Sendable () throws -> Void {
    let executions = Box(Mutex(0))
    return {
      let run = executions.value.withLock { count in
        count += 1
        return count
      }
      let lock = Lock(name: "a")
      let word = Atomic(0)
      try withThreads { threads in
        try threads.spawn(name: "steady") { for _ in 1...2 { lock.withLock {} } }
        try threads.spawn(name: "moody") {
          if isMoody(run) {
            word.store(1, ordering: .relaxed)
          } else {
            lock.withLock {}
          }
        }
      }
    }
  }

  /// What ``lostUpdate`` is after an edit that leaves its operations as they were.
  static let editedLostUpdate: @Sendable () throws -> Void = {
    let word = Atomic(0)
    let names = ["one", "two"]
    try withThreads { threads in
      for name in names {
        try threads.spawn(name: name) {
          let old = word.load(ordering: .sequentiallyConsistent)
          let new = old + 1
          word.store(new, ordering: .sequentiallyConsistent)
        }
      }
    }
    let sum = word.load(ordering: .sequentiallyConsistent)
    try require(sum == 2, "an update was lost")
  }

  /// What it is after an edit that makes its operations others.
  static let correctedLostUpdate: @Sendable () throws -> Void = {
    let word = Atomic(0)
    try withThreads { threads in
      for name in ["red", "blue"] {
        try threads.spawn(name: name) { word.wrappingAdd(1, ordering: .relaxed) }
      }
    }
    try require(word.load(ordering: .sequentiallyConsistent) == 2, "an update was lost")
  }

  /// Fails after threads have met, and handed values to each other.
  static let values: @Sendable () throws -> Void = {
    let names = BlockingQueue<String>(name: "names")
    let orders = BlockingQueue<Int>(capacity: 1, name: "orders")
    let flags = BlockingQueue<[Bool]>(name: "flags")
    let start = Barrier(parties: 2, name: "start")
    let cook = try spawn(name: "cook") {
      try start.arriveAndWait()
      return try orders.take() + orders.take()
    }
    try names.put("longer than there is room for")
    try flags.put([true])
    try start.arriveAndWait()
    for order in 3...4 { try orders.put(order) }
    _ = try cook.join()
    try require(names.tryTake() == nil, "that is all")
  }

  /// One waits in a monitor for more than the other puts.
  static let monitor: @Sendable () throws -> Void = {
    let shared = SharedMonitor()
    try withThreads { threads in
      try threads.spawn(name: "waits") { shared.count.withLock(when: { $0 > 1 }) { $0 -= 1 } }
      try threads.spawn(name: "puts") { shared.count.withLock { $0 += 1 } }
    }
  }

  private final class SharedMonitor: Sendable {
    let count = Monitor(0, name: "count")
  }
}
