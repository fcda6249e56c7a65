import Testing

@testable import Interlock

/// A waiting side that expectations can look at: they take only what can be copied.
private final class Line: Sendable {
  private let side = WaitingSide()

  var hasWaiters: Bool { side.hasWaiters() }
  var count: Int { side.count }
  var threads: [ThreadIdentity] { side.threads }

  func enter(_ sleeper: Sleeper, place: Int = 0, isBack: Bool = false) {
    side.enter(sleeper, place: place, isBack: isBack)
  }

  func leave(_ sleeper: Sleeper, place: Int = 0) -> Bool { side.leave(sleeper, place: place) }
  func announce() { side.announce() }
  func wakeAll(_ reason: ThreadRecord.WakeReason) { side.wakeAll(reason) }
}

@Suite struct `Those who wait for a queue` {
  private let threads = makeRecords(4)
  private var sleepers: [Sleeper] { threads.map { .thread($0) } }

  private func isPermitted(_ thread: ThreadRecord) -> Bool { thread.parker.park(until: .now) }

  @Test func `are woken one by one, the first one first`() {
    let side = Line()
    #expect(!side.hasWaiters && side.count == 0)
    for sleeper in sleepers { side.enter(sleeper) }
    #expect(side.hasWaiters && side.count == 4)
    #expect(side.threads == threads.map { ThreadIdentity($0) })
    for (number, thread) in threads.enumerated() {
      side.announce()
      #expect(thread.signalled == .tryAgain && isPermitted(thread))
      #expect(side.count == 3 - number)
      #expect(side.hasWaiters == (number < 3))
      for later in threads[(number + 1)...] { #expect(later.signalled == .none) }
    }
    side.announce()
    for thread in threads { #expect(!isPermitted(thread)) }
  }

  @Test func `go first if they came too late`() {
    let side = Line()
    side.enter(sleepers[0])
    side.enter(sleepers[1])
    side.announce()
    threads[0].prepareToWait()
    side.enter(sleepers[0], isBack: true)
    #expect(side.threads == [ThreadIdentity(threads[0]), ThreadIdentity(threads[1])])
  }

  @Test func `are passed over if they were signalled elsewhere`() {
    let side = Line()
    for sleeper in sleepers { side.enter(sleeper, place: 7) }
    #expect(threads[0].signalOnce(.given, from: 3))
    #expect(!threads[0].signalOnce(.given, from: 4))
    #expect(threads[0].signallingPlace == 3)
    side.announce()
    #expect(threads[0].signalled == .given && threads[0].signallingPlace == 3)
    #expect(threads[1].signalled == .tryAgain && threads[1].signallingPlace == 7)
    #expect(side.count == 2 && side.hasWaiters)
  }

  @Test func `leave from the middle, and from one place only`() {
    let side = Line()
    side.enter(sleepers[0], place: 1)
    side.enter(sleepers[1], place: 0)
    side.enter(sleepers[0], place: 2)
    #expect(!side.leave(sleepers[0], place: 0))
    #expect(side.leave(sleepers[0], place: 2))
    #expect(!side.leave(sleepers[0], place: 2))
    #expect(side.count == 2 && side.hasWaiters)
    #expect(side.leave(sleepers[0], place: 1))
    #expect(side.leave(sleepers[1]))
    #expect(!side.hasWaiters && side.count == 0)
  }

  @Test func `are all woken when all are to know`() {
    let side = Line()
    for sleeper in sleepers { side.enter(sleeper) }
    _ = threads[2].signalOnce(.given, from: 0)
    side.wakeAll(.refused)
    #expect(threads.map(\.signalled) == [.refused, .refused, .given, .refused])
    #expect(threads.map(isPermitted) == [true, true, false, true])
    #expect(!side.hasWaiters && side.count == 0)
  }

  @Test func `are signalled only when others can see whether somebody remains`() throws {
    // A waiter that is awake already looks at once for the next to wake.
    for seed in 1...200 as ClosedRange<UInt64> {
      let world = TurnWorld(level: .words, choosing: .random(SplitMix(seed: seed)))
      let isSeen = Mutex(true)
      let (_, isStuck) = world.run {
        let records = makeRecords(2)
        let side = Line()
        for record in records { side.enter(.thread(record)) }
        let waiter = try? spawn {
          while records[0].signalled == .none { CurrentThread.yield() }
          if !side.hasWaiters { isSeen.withLock { $0 = false } }
        }
        side.announce()
        waiter?.join()
      }
      #expect(!isStuck && isSeen.withLock { $0 }, "schedule of seed \(seed)")
    }
  }
}

@Suite struct `The rules of a rendezvous` {
  private typealias Rules = HandOverRules<Int>
  private let threads = makeRecords(3)

  private func offer(_ thread: Int, _ element: Int, place: Int = 0) -> Rules.Offer {
    .init(sleeper: .thread(threads[thread]), place: place, element: element)
  }

  private func want(_ thread: Int, _ cell: HandOverCell<Int>, place: Int = 0) -> Rules.Want {
    .init(sleeper: .thread(threads[thread]), place: place, cell: cell)
  }

  private func isThread(_ sleeper: Sleeper?, _ number: Int) -> Bool {
    sleeper.map { $0 === .thread(threads[number]) } ?? false
  }

  @Test func `give an element to the first who wants one`() {
    var rules = Rules()
    let cells = [HandOverCell<Int>(), HandOverCell<Int>()]
    guard case (.full, nil) = rules.put(1) else {
      Issue.record("put to nobody")
      return
    }
    rules.enter(want(0, cells[0], place: 2))
    rules.enter(want(1, cells[1]))
    let (put, woken) = rules.put(7)
    #expect(put == .done && isThread(woken, 0) && cells[0].element == 7 && cells[1].element == nil)
    #expect(threads[0].signalled == .given && threads[0].signallingPlace == 2)
    #expect(rules.exchanges == 1 && rules.wants.count == 1)
  }

  @Test func `take the element of the first who offers one`() {
    var rules = Rules()
    guard case (.empty, nil) = rules.take() else {
      Issue.record("took from nobody")
      return
    }
    rules.enter(offer(0, 5, place: 3))
    rules.enter(offer(1, 6))
    guard case (.element(5), let woken) = rules.take() else {
      Issue.record("not the first")
      return
    }
    #expect(isThread(woken, 0) && threads[0].signallingPlace == 3 && rules.exchanges == 1)
    guard case (.element(6), _) = rules.take() else {
      Issue.record("not the second")
      return
    }
    guard case (.empty, nil) = rules.take() else {
      Issue.record("one too many")
      return
    }
  }

  @Test func `pass over those who were signalled elsewhere`() {
    var rules = Rules()
    let cells = [HandOverCell<Int>(), HandOverCell<Int>()]
    rules.enter(want(0, cells[0]))
    rules.enter(want(1, cells[1]))
    _ = threads[0].signalOnce(.tryAgain, from: 9)
    let (put, woken) = rules.put(7)
    #expect(put == .done && isThread(woken, 1))
    #expect(cells[0].element == nil && cells[1].element == 7)
    rules.enter(offer(0, 1))
    guard case (.empty, nil) = rules.take() else {
      Issue.record("took from one who left")
      return
    }
    #expect(rules.exchanges == 1)
  }

  @Test func `leave alone what one place was given when they pass over another`() {
    var rules = Rules()
    let cell = HandOverCell<Int>()
    rules.enter(want(0, cell, place: 0))
    rules.enter(want(0, cell, place: 1))
    let (first, second) = (rules.put(1).0, rules.put(2).0)
    #expect(first == .done && second == .full && cell.element == 1)
  }

  @Test func `let a sleeper leave one place, and say whether it stood there`() {
    var rules = Rules()
    rules.enter(offer(0, 1, place: 0))
    rules.enter(offer(0, 2, place: 1))
    rules.enter(offer(1, 3))
    let left = [0, 0, 2].map { rules.leave(.thread(threads[$0]), place: 0) }
    #expect(left == [true, false, false])
    #expect(rules.offers.map(\.element) == [2, 3])
    let cell = HandOverCell<Int>()
    rules.enter(want(2, cell))
    let hasLeft = rules.leave(.thread(threads[2]), place: 0)
    #expect(hasLeft && rules.wants.isEmpty)
  }

  @Test func `refuse everybody who waits when they are sealed, and whoever comes`() {
    var rules = Rules()
    let cell = HandOverCell<Int>()
    rules.enter(offer(0, 1))
    rules.enter(want(1, cell))
    rules.enter(offer(2, 1))
    _ = threads[2].signalOnce(.given, from: 0)
    let refused = rules.seal()
    #expect(refused.count == 2)
    #expect(threads.map(\.signalled) == [.refused, .refused, .given])
    #expect(rules.isSealed && rules.offers.isEmpty && rules.wants.isEmpty)
    guard case (.sealed, nil) = rules.put(1) else {
      Issue.record("put when sealed")
      return
    }
    guard case (.sealed, nil) = rules.take() else {
      Issue.record("took when sealed")
      return
    }
    let refusedLater = rules.seal()
    #expect(refusedLater.isEmpty)
  }
}

@Suite struct `A suspended task` {
  @Test func `goes on with the first signal`() async {
    let task = SuspendedTask()
    #expect(task.signalled == .none)
    let waiter = Task { await task.waitForSignal() }
    #expect(task.signal(.given))
    #expect(!task.signal(.refused))
    task.wake()
    #expect(await waiter.value == .given)
    #expect(task.signalled == .given)
    task.wake()
  }

  @Test func `does not wait if the signal was faster`() async {
    let task = SuspendedTask()
    #expect(task.signal(.refused))
    task.wake()
    #expect(await task.waitForSignal() == .refused)
  }

  @Test func `goes on when it is cancelled, and finds a later signal`() async {
    let task = SuspendedTask()
    let waiter = Task { await task.waitForSignal() }
    waiter.cancel()
    #expect(await waiter.value == .none)
    #expect(task.signal(.tryAgain))
    task.wake()
    #expect(task.signalled == .tryAgain)
  }

  @Test func `goes on once, when it is signalled and cancelled at the same time`() async {
    for _ in 0..<500 {
      let task = SuspendedTask()
      let waiter = Task { await task.waitForSignal() }
      let waker = Task {
        _ = task.signal(.given)
        task.wake()
      }
      let canceller = Task { waiter.cancel() }
      let reason = await waiter.value
      await waker.value
      await canceller.value
      #expect(reason == .given || reason == .none)
      #expect(task.signalled == .given)
    }
  }
}
