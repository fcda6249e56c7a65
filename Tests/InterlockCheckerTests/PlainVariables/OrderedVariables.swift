import Interlock
import InterlockChecker

extension VariableProgram {
  /// Threads use a variable, and something orders them; or they use several.
  static let ordered: [VariableProgram] =
    ordersOfTheToolkit + ordersOfTheLanguage + severalVariables

  private static let ordersOfTheToolkit: [VariableProgram] = [
    VariableProgram("a lock") {
      let (lock, counter) = (Lock(), Counter())
      try together(2) { lock.withLock { counter.increment() } }
      try require(counter.count == 2)
    },
    VariableProgram("a mutex") {
      let counter = Box(Mutex(Counter()))
      try together(2) { counter.value.withLock { $0.increment() } }
    },
    VariableProgram("a queue hands it over") {
      let (queue, counter) = (BlockingQueue<Counter>(), Counter())
      try together(
        {
          counter.increment()
          try queue.put(counter)
        },
        { try queue.take().increment() }
      )
    },
    VariableProgram("a word that releases and acquires") {
      let (isReady, counter) = (Box(Atomic(false)), Counter())
      try together(
        {
          counter.count = 1
          isReady.value.store(true, ordering: .releasing)
        },
        { if isReady.value.load(ordering: .acquiring) { _ = counter.count } }
      )
    },
    VariableProgram("an exchange that is not made, and acquires all the same") {
      let (isReady, counter) = (Box(Atomic(false)), Counter())
      try together(
        {
          counter.count = 1
          isReady.value.store(true, ordering: .releasing)
        },
        {
          let (isMade, _) = isReady.value.compareExchange(
            expected: false,
            desired: false,
            successOrdering: .relaxed,
            failureOrdering: .acquiring
          )
          if !isMade { _ = counter.count }
        }
      )
    },
    VariableProgram("a semaphore") {
      let (semaphore, counter) = (Semaphore(permits: 1), Counter())
      try together(2) { semaphore.withPermit { counter.increment() } }
    },
    VariableProgram("a barrier") {
      let (barrier, counter) = (Barrier(parties: 2), Counter())
      try together(
        {
          counter.increment()
          _ = try barrier.arriveAndWait()
        },
        {
          _ = try barrier.arriveAndWait()
          counter.increment()
        }
      )
    },
    VariableProgram("an event") {
      let (event, counter) = (Event(), Counter())
      try together(
        {
          counter.increment()
          event.set()
        },
        {
          event.wait()
          counter.increment()
        }
      )
    },
    VariableProgram("the beginning and the end of threads") {
      let counter = Counter()
      counter.increment()
      for _ in 0..<2 { try spawn { counter.increment() }.join() }
      counter.increment()
      try require(counter.count == 4)
    },
  ]

  private static let ordersOfTheLanguage: [VariableProgram] = [
    VariableProgram("a global is made by whoever comes first") {
      try together(2) { _ = Shared.counter.count }
    },
    VariableProgram("all only read") {
      let counter = Counter()
      try together(3) { _ = counter.count + counter.list.count }
    },
  ]

  private static let severalVariables: [VariableProgram] = [
    VariableProgram("variables side by side") {
      let counter = Counter()
      try together({ counter.isOdd = true }, { counter.isEven = false })
    },
    VariableProgram("objects at the same address, one after the other") {
      let lock = Lock()
      try together(2) {
        for _ in 0..<5 {
          Counter().increment()
          lock.withLock {}
        }
      }
    },
    VariableProgram("captured variables at the same address, one after the other") {
      let lock = Lock()
      try together(2) {
        for number in 0..<5 {
          nonisolated(unsafe) var count = number
          let increment: @Sendable () -> Void = { unsafe count += 1 }
          increment()
          lock.withLock {}
        }
      }
    },
    VariableProgram("arrays that threads have for themselves") {
      let lock = Lock()
      try together(2) {
        let slot = Counter.Slot([Counter]())
        for _ in 0..<3 {
          slot.value.append(Counter())
          slot.value.last?.increment()
          lock.withLock {}
        }
      }
    },
  ]
}
