import Interlock
import Testing

@Suite struct `A thread-local variable` {
  private final class Witness: Sendable {
    let live: Shared<Atomic<Int>>

    init(_ live: Shared<Atomic<Int>>) {
      self.live = live
      live.value.wrappingAdd(1, ordering: .relaxed)
    }

    deinit {
      live.value.wrappingSubtract(1, ordering: .relaxed)
    }
  }

  @Test func `has another value in each thread`() throws {
    let local = ThreadLocal { 0 }
    let barrier = Barrier(parties: 8)
    try withCrew { crew in
      let threads = try crew.spawn(count: 8) { number in
        guard local.value == 0 else { return false }
        local.value = number
        try barrier.arriveAndWait()
        local.withValue { $0 += 100 }
        try barrier.arriveAndWait()
        return local.value == number + 100
      }
      for thread in threads { #expect(try thread.result()) }
    }
    #expect(local.value == 0)
  }

  @Test func `makes a value when a thread first asks`() throws {
    let made = Shared(Atomic(0))
    let local = ThreadLocal { made.value.wrappingAdd(1, ordering: .relaxed).newValue }
    #expect(made.value.load(ordering: .relaxed) == 0)
    #expect(try spawn { local.value + local.value }.join() == 2)
    #expect(made.value.load(ordering: .relaxed) == 1)
    #expect(try spawn { local.value }.join() == 2)
  }

  @Test func `is apart from other variables`() throws {
    let locals = (0..<20).map { number in ThreadLocal { number } }
    #expect(
      try spawn {
        for local in locals { local.value *= 2 }
        return locals.map(\.value)
      }.join() == (0..<20).map { $0 * 2 }
    )
    #expect(locals.map(\.value) == Array(0..<20))
  }

  @Test func `lets a thread's value go when the thread ends`() throws {
    let live = Shared(Atomic(0))
    let local = ThreadLocal { Witness(live) }
    let mayFinish = Event()
    try withCrew { crew in
      let threads = try crew.spawn(count: 4) { _ in
        _ = local.value
        mayFinish.wait()
      }
      try eventually { local.liveValues.count == 4 }
      #expect(live.value.load(ordering: .relaxed) == 4)
      mayFinish.set()
      for thread in threads { try thread.result() }
    }
    try eventually { live.value.load(ordering: .relaxed) == 0 }
    #expect(local.liveValues.isEmpty)
  }

  @Test func `lets values go with their threads even if it went first`() throws {
    let live = Shared(Atomic(0))
    let mayFinish = Event()
    try withCrew { crew in
      do {
        let local = ThreadLocal { Witness(live) }
        let hasForgotten = WaitGroup(count: 3)
        for _ in 0..<3 {
          try crew.spawn { [weak local] in
            _ = local?.value
            hasForgotten.done()
            mayFinish.wait()
          }
        }
        hasForgotten.wait()
        #expect(local.liveValues.count == 3)
      }
      // No other thread touches what belongs to one.
      #expect(live.value.load(ordering: .relaxed) == 3)
      mayFinish.set()
    }
    try eventually { live.value.load(ordering: .relaxed) == 0 }
  }

  @Test func `shows the values of all living threads`() throws {
    let local = ThreadLocal { 0 }
    let (isSet, mayFinish) = (WaitGroup(count: 5), Event())
    try withCrew { crew in
      _ = try crew.spawn(count: 5) { number in
        local.value = number * number
        isSet.done()
        mayFinish.wait()
      }
      isSet.wait()
      #expect(local.liveValues.sorted() == [0, 1, 4, 9, 16])
      local.value = 100
      #expect(local.liveValues.sorted() == [0, 1, 4, 9, 16, 100])
      mayFinish.set()
    }
    try eventually { local.liveValues == [100] }
  }

  @Test func `leaves out a value that is being changed, but not a number`() {
    let (list, number) = (ThreadLocal { [1] }, ThreadLocal { 1 })
    list.withValue { value in
      value.append(2)
      #expect(list.liveValues.isEmpty)
    }
    #expect(list.liveValues == [[1, 2]])
    number.withValue { value in
      value += 1
      #expect(number.value == 1)
      #expect(number.liveValues == [1])
    }
    #expect(number.liveValues == [2])
  }

  @Test func `may be used by what goes away with the thread`() throws {
    final class Last: Sendable {
      let local: ThreadLocal<Int>
      let end: Shared<Atomic<Int>>

      init(_ local: ThreadLocal<Int>, _ end: Shared<Atomic<Int>>) {
        self.local = local
        self.end = end
      }

      deinit {
        local.value += 1
        end.value.store(local.value, ordering: .relaxed)
      }
    }
    let number = ThreadLocal { 41 }
    let end = Shared(Atomic(0))
    let local = ThreadLocal { Last(number, end) }
    try spawn { _ = local.value }.join()
    try eventually { end.value.load(ordering: .relaxed) == 42 }
  }

  @Test func `counts without a lock what threads do`() throws {
    let counts = ThreadLocal { 0 }
    let (isDone, mayFinish) = (WaitGroup(count: 6), Event())
    try withCrew { crew in
      _ = try crew.spawn(count: 6) { _ in
        for _ in 0..<500 { counts.withValue { $0 += 1 } }
        isDone.done()
        mayFinish.wait()
      }
      var sums: [Int] = []
      while !isDone.wait(until: .now) { sums.append(counts.liveValues.reduce(0, +)) }
      #expect(sums == sums.sorted())
      #expect(counts.liveValues.reduce(0, +) == 3000)
      mayFinish.set()
    }
  }
}
