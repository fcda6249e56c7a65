import Interlock
import InterlockChecker

// Threads that wait for something else, or end otherwise.
extension Leaving {
  static let take = Leaving("a take from an empty queue", .deadlock) { census in
    let queue = BlockingQueue<Census.Canary>()
    try queue.put(census.makeCanary())
    try together(2) {
      let canary = census.makeCanary()
      while true { try queue.take().sing() }
      canary.sing()
    }
  }

  static let put = Leaving("a put into a full queue", .deadlock) { census in
    let queue = BlockingQueue<Census.Canary>(capacity: 1)
    try together(2) {
      while true { try queue.put(census.makeCanary()) }
    }
  }

  static let handOver = Leaving("a queue without room", .deadlock) { census in
    let queue = BlockingQueue<Census.Canary>(capacity: 0)
    try together(
      { for _ in 1...2 { try queue.put(census.makeCanary()) } },
      { try queue.take().sing() }
    )
  }

  static let join = Leaving("a join of a thread that is blocked", .deadlock) { census in
    let event = Interlock.Event()
    let inner = try spawn {
      let canary = census.makeCanary()
      event.wait()
      return canary
    }
    let outer = try spawn { inner.join() }
    outer.join().sing()
  }

  static let failingMain = Leaving("a main thread that fails", .failure) { census in
    let lock = Lock()
    try lock.withLock {
      for _ in 1...3 {
        try spawn {
          let canary = census.makeCanary()
          lock.withLock { canary.sing() }
        }
      }
      throw Mishap()
    }
  }

  static let failingChild = Leaving("threads that fail unseen", .failure) { census in
    let lock = Lock()
    for _ in 1...2 {
      try spawn {
        let canary = census.makeCanary()
        lock.withLock { canary.sing() }
        throw Mishap()
      }
    }
    try require(false)
  }

  static let crash = Leaving("a crash beside threads that wait", .crash) { census in
    let lock = Lock()
    let word = Box(Atomic(0))
    let other = try spawn {
      let canary = census.makeCanary()
      lock.withLock { canary.sing() }
    }
    try crashBeside(word.value)
    other.join()
  }

  static let semaphore = Leaving("a permit that is lost", .deadlock) { census in
    let semaphore = Semaphore(permits: 1)
    try together(2) {
      let canary = census.makeCanary()
      semaphore.acquire()
      canary.sing()
    }
  }

  static let barrier = Leaving("a party that does not come", .deadlock) { census in
    let barrier = Barrier(parties: 3)
    try together(2) {
      let canary = census.makeCanary()
      try barrier.arriveAndWait()
      canary.sing()
    }
  }

  static let event = Leaving("an event that is not set", .deadlock) { census in
    let canary = census.makeCanary()
    Interlock.Event().wait()
    canary.sing()
  }

  static let waitGroup = Leaving("work that is not done", .deadlock) { census in
    let group = WaitGroup(count: 1)
    let canary = census.makeCanary()
    group.wait()
    canary.sing()
  }

  static let longRun = Leaving("more steps than the limit", .tooLong, stepLimit: 50) {
    census in
    let word = Box(Atomic(0))
    try together(2) {
      let canary = census.makeCanary()
      for _ in 1...200 { word.value.wrappingAdd(1, ordering: .relaxed) }
      canary.sing()
    }
  }

  static let handedOver = Leaving("locks that go round", .deadlock) { census in
    let (left, right) = (Lock(fairness: .fair), Lock(fairness: .fair))
    try withThreads { threads in
      for (first, second) in [(left, right), (right, left), (left, right)] {
        try threads.spawn {
          let canary = census.makeCanary()
          for _ in 1...2 { first.withLock { second.withLock { canary.sing() } } }
        }
      }
    }
  }

  static let choosing = Leaving("a thread that would choose", .deadlock) { census in
    let event = Interlock.Event()
    try together(2) {
      let canary = census.makeCanary()
      event.wait()
      if choose(of: 2) == 0 { canary.sing() }
    }
  }

  static let misuse = Leaving("what would be wrong if it had the lock", .deadlock) {
    census in
    let (left, right) = (Lock(), Lock())
    let condition = Condition(right)
    try together(
      {
        let canary = census.makeCanary()
        left.withLock { right.withLock { condition.notifyAll() } }
        canary.sing()
      },
      {
        let canary = census.makeCanary()
        right.withLock { left.withLock { condition.notifyAll() } }
        canary.sing()
      }
    )
  }

  static let spawning = Leaving("a thread that would start others", .failure) { census in
    let lock = Lock()
    try lock.withLock {
      try spawn {
        let canary = census.makeCanary()
        lock.withLock {}
        try together(3) { canary.sing() }
      }
      throw Mishap()
    }
  }

  static let pool = Leaving("a pool whose task waits", .deadlock) { census in
    let event = Interlock.Event()
    let canary = census.makeCanary()
    let pool = try ThreadPool(workers: 1)
    let task = try pool.submit {
      event.wait()
      canary.sing()
    }
    try task.join()
    pool.close()
  }
}

/// Not as part of the body: its own frames are lost.
private func crashBeside(_ word: borrowing Atomic<Int>) throws {
  let numbers = [1]
  word.store(1, ordering: .relaxed)
  _ = numbers[word.load(ordering: .relaxed)]
}
