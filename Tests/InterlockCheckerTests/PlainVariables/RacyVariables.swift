import Interlock

extension VariableProgram {
  /// Two threads use a variable, and nothing orders them.
  static let racy: [VariableProgram] =
    seenInDebugBuilds + [
      VariableProgram("a property") {
        let counter = Counter()
        try together(2) { counter.increment() }
      },
      VariableProgram("a property that one thread only reads") {
        let counter = Counter()
        try together({ counter.count = 1 }, { use(counter.count) })
      },
      VariableProgram("a captured variable") {
        nonisolated(unsafe) var count = 0
        try together(2) { unsafe count += 1 }
      },
      VariableProgram("a global variable") {
        try together(2) { unsafe Shared.count += 1 }
      },
      VariableProgram("an array that grows while it is read") {
        let counter = Counter()
        try together(
          { counter.list.append(4) },
          { for element in counter.list { use(element) } }
        )
      },
      VariableProgram("a dictionary") {
        let counter = Counter()
        try together({ counter.table[2] = 2 }, { use(counter.table[1]) })
      },
      VariableProgram("a string") {
        let counter = Counter()
        try together(2) { counter.word += "word" }
      },
      VariableProgram("a property of a generic class in a class") {
        let slot = Counter.Slot<String?>(nil)
        try together({ slot.value = "text" }, { use(slot.value) })
      },
      VariableProgram("the starter of a thread does not wait for it") {
        let counter = Counter()
        let thread = try spawn { counter.increment() }
        counter.increment()
        thread.join()
      },
      VariableProgram("each with a lock of its own") {
        let counter = Counter()
        try together(2) { Lock().withLock { counter.increment() } }
      },
      VariableProgram("published by a word that releases nothing") {
        let counter = Counter()
        let isReady = Box(Atomic(false))
        try together(
          {
            counter.count = 1
            isReady.value.store(true, ordering: .relaxed)
          },
          { if isReady.value.load(ordering: .acquiring) { use(counter.count) } }
        )
      },
      VariableProgram("published by an exchange that was not made") {
        let counter = Counter()
        let (word, isReady) = (Box(Atomic(0)), Box(Atomic(false)))
        try together(
          {
            counter.count = 1
            _ = word.value.compareExchange(
              expected: 1,
              desired: 2,
              ordering: .acquiringAndReleasing
            )
            isReady.value.store(true, ordering: .relaxed)
          },
          {
            guard isReady.value.load(ordering: .relaxed) else { return }
            _ = word.value.load(ordering: .acquiring)
            use(counter.count)
          }
        )
      },
      VariableProgram("seen by an exchange that acquires only if it is made") {
        let counter = Counter()
        let isReady = Box(Atomic(false))
        try together(
          {
            counter.count = 1
            isReady.value.store(true, ordering: .releasing)
          },
          {
            let (isMade, _) = isReady.value.compareExchange(
              expected: false,
              desired: false,
              successOrdering: .acquiring,
              failureOrdering: .relaxed
            )
            if !isMade { use(counter.count) }
          }
        )
      },
      VariableProgram("changed when it was published already") {
        let counter = Counter()
        let queue = BlockingQueue<Int>()
        try together(
          {
            try queue.put(1)
            counter.count = 1
          },
          {
            _ = try queue.take()
            use(counter.count)
          }
        )
      },
    ]

  /// An optimising compiler sees all accesses to the storage of such a property, and that none overlap.
  private static var seenInDebugBuilds: [VariableProgram] {
    #if DEBUG
    [
      VariableProgram("a lazy property") {
        let counter = Counter()
        try together(2) { use(counter.square) }
      }
    ]
    #else
    []
    #endif
  }
}
