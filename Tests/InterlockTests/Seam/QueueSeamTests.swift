import Glibc
import Testing

@testable import Interlock

/// Queues one level down, at the atomic word: thousands of schedules, each reproducible from its seed.
///
/// Nobody here waits without `until: .never`: a world that is stuck lets such waits give up, so that
/// the test ends and says which schedule it was.
@Suite struct `Queues at the level of their words` {
  /// How many schedules each test runs: a few, or as many as `INTERLOCK_SCHEDULES` says.
  private static let schedules: Int = {
    let asked = unsafe getenv("INTERLOCK_SCHEDULES").flatMap { unsafe Int(String(cString: $0)) }
    return max(1, asked ?? 300)
  }()

  private func explore(
    _ schedules: Int = Self.schedules,
    _ body: @escaping @Sendable (_ check: Findings) -> Void
  ) {
    for seed in 1...UInt64(schedules) {
      let world = TurnWorld(level: .words, choosing: .random(SplitMix(seed: seed)))
      let findings = Findings()
      let (_, isStuck) = world.run { body(findings) }
      let isRight = !isStuck && findings.wrong.isEmpty
      #expect(isRight, "schedule of seed \(seed): stuck \(isStuck), wrong \(findings.wrong)")
      if !isRight { return }
    }
  }

  @Test func `two putters and a taker pass everything through one slot`() {
    explore { check in
      let queue = BlockingQueue<Int>(capacity: 1)
      let putters = [[10, 11], [20, 21]].compactMap { elements in
        try? spawn { queue.putAll(elements) }
      }
      let taken = queue.takeMany(4)
      check(putters.flatMap { $0.join() } == [])
      check(taken.sorted() == [10, 11, 20, 21])
      check(taken.filter { $0 < 20 } == [10, 11])
      check(taken.filter { $0 >= 20 } == [20, 21])
    }
  }

  @Test(arguments: [QueueKind.single, .pair, .unbounded, .rendezvous, .priority, .stack])
  func `a putter serves two takers`(kind: QueueKind) {
    explore { check in
      let queue: BlockingQueue<Int> = kind.make()
      let takers = [2, 1].compactMap { count in try? spawn { queue.takeMany(count) } }
      check(queue.putAll([1, 2, 3]) == [])
      check(takers.flatMap { $0.join() }.sorted() == [1, 2, 3])
      check(queue.waitingTakerCount == 0)
    }
  }

  @Test(arguments: [QueueKind.single, .pair, .unbounded, .rendezvous, .priority, .stack])
  func `two putters serve two takers`(kind: QueueKind) {
    explore(2 * Self.schedules) { check in
      let queue: BlockingQueue<Int> = kind.make()
      let takers = (0..<2).compactMap { _ in try? spawn { queue.takeMany(1) } }
      let putter = try? spawn { queue.putAll([1]) }
      check(queue.putAll([2]) == [])
      check(putter?.join() == [])
      check(takers.flatMap { $0.join() }.sorted() == [1, 2])
    }
  }

  @Test(arguments: [QueueKind.single, .pair])
  func `two takers make room for two putters`(kind: QueueKind) {
    explore(2 * Self.schedules) { check in
      let queue: BlockingQueue<Int> = kind.make()
      var rest = queue.putAll(Array(0..<(kind.capacity ?? 0)))
      let putters = [10, 20].compactMap { element in try? spawn { queue.putAll([element]) } }
      let taker = try? spawn { queue.takeMany(1) }
      let taken = queue.takeMany(1) + (taker?.join() ?? [])
      rest += putters.flatMap { $0.join() }
      check(rest == [])
      check(taken.count == 2 && queue.count == kind.capacity)
    }
  }

  @Test(arguments: [QueueKind.pair, .unbounded, .priority])
  func `whoever is woken wakes the next for an element that nobody announced`(kind: QueueKind) {
    explore { check in
      let queue: BlockingQueue<Int> = kind.make()
      let takers = (0..<2).compactMap { _ in try? spawn { queue.takeMany(1) } }
      while queue.waitingTakerCount < 2 { CurrentThread.yield() }
      // Of two that put at the same moment one may leave it to the other to wake somebody.
      let putter = try? spawn { queue.putAll([1]) }
      check(queue.putAll([2]) == [] && putter?.join() == [])
      check(takers.flatMap { $0.join() }.sorted() == [1, 2])
    }
  }

  @Test(arguments: [QueueKind.pair, .boundedPriority])
  func `whoever is woken wakes the next for room that nobody announced`(kind: QueueKind) {
    explore { check in
      let queue: BlockingQueue<Int> = kind.make()
      check(queue.putAll(Array(0..<kind.room)) == [])
      let putters = [10, 20].compactMap { element in try? spawn { queue.putAll([element]) } }
      while queue.waitingPutterCount < 2 { CurrentThread.yield() }
      let taker = try? spawn { queue.takeMany(1) }
      check(queue.takeMany(1).count == 1 && taker?.join().count == 1)
      check(putters.flatMap { $0.join() } == [] && queue.count == kind.room)
    }
  }

  @Test(arguments: [QueueKind.single, .unbounded, .rendezvous, .priority])
  func `an element is put, refused or left when a queue is closed meanwhile`(kind: QueueKind) {
    explore { check in
      let queue: BlockingQueue<Int> = kind.make()
      let putter = try? spawn { queue.putAll([1, 2]) }
      let closer = try? spawn { queue.close() }
      let taken = queue.takeMany(3)
      let refused = putter?.join() ?? []
      closer?.join()
      check((taken + refused) == [1, 2])
      check(queue.isClosed && queue.waitingTakerCount == 0 && queue.waitingPutterCount == 0)
    }
  }

  @Test(arguments: [QueueKind.single, .unbounded, .rendezvous, .priority])
  func `closing at once gives back what nobody takes`(kind: QueueKind) {
    explore { check in
      let queue: BlockingQueue<Int> = kind.make()
      let putter = try? spawn { queue.putAll([1, 2]) }
      let closer = try? spawn { queue.closeAtOnce() }
      let taken = queue.takeMany(3)
      let refused = putter?.join() ?? []
      let left = closer?.join() ?? []
      check((taken + left + refused).sorted() == [1, 2])
      check(refused == refused.sorted() && taken == taken.sorted())
      queue.taskDone(taken.count, unlessZero: true)
      check(queue.join(until: .now))
    }
  }

  @Test func `an unbounded queue grows under two putters and a taker`() {
    explore(max(1, Self.schedules / 3)) { check in
      let queue = BlockingQueue<Int>()
      check(queue.putAll(Array(0..<31)) == [])
      let putters = [100, 200].compactMap { first in
        try? spawn { queue.putAll([first, first + 1]) }
      }
      let taken = queue.takeMany(35)
      check(putters.flatMap { $0.join() } == [])
      check(Array(taken.prefix(31)) == Array(0..<31))
      check(taken.filter { (100..<200).contains($0) } == [100, 101])
      check(taken.filter { $0 >= 200 } == [200, 201])
    }
  }

  @Test func `takers move on from a ring that was outgrown`() {
    explore(max(1, Self.schedules / 3)) { check in
      let queue = BlockingQueue<Int>()
      check(queue.putAll(Array(0..<33)) == [])
      check(queue.drain(max: 30).count == 30)
      let takers = (0..<3).compactMap { _ in try? spawn { queue.takeMany(2) } }
      check(queue.putAll([33, 34, 35]) == [])
      check(takers.flatMap { $0.join() }.sorted() == Array(30..<36))
    }
  }

  @Test func `an unbounded queue is closed while it grows`() {
    explore(max(1, Self.schedules / 3)) { check in
      let queue = BlockingQueue<Int>()
      check(queue.putAll(Array(0..<31)) == [])
      let putter = try? spawn { queue.putAll([31, 32, 33]) }
      let closer = try? spawn { queue.close() }
      let taken = queue.takeMany(.max)
      closer?.join()
      check(taken + (putter?.join() ?? []) == Array(0..<34))
    }
  }

  @Test(arguments: [QueueKind.single, .pair, .unbounded, .rendezvous, .priority])
  func `a taker that gives up takes no element and no wake-up along`(kind: QueueKind) {
    explore { check in
      let queue: BlockingQueue<Int> = kind.make()
      let hasty = try? spawn {
        (try? queue.take(until: .after(.nanoseconds(1)))).map { [$0] } ?? []
      }
      let patient = try? spawn { queue.takeMany(1) }
      let refused = queue.putAll([1])
      queue.close()
      let taken = [hasty?.join(), patient?.join()].compactMap(\.self).flatMap(\.self)
      check(refused == [])
      check(taken == [1])
    }
  }

  @Test(arguments: [QueueKind.single, .pair, .rendezvous])
  func `a putter that gives up takes no room and no wake-up along`(kind: QueueKind) {
    explore { check in
      let queue: BlockingQueue<Int> = kind.make()
      let room = kind.capacity ?? 0
      check(queue.putAll(Array(0..<room)) == [])
      let hasty = try? spawn {
        do throws(QueueClosed<Int>) {
          return try queue.put(100, until: .after(.nanoseconds(1))).map { [$0] } ?? []
        } catch {
          return error.refused.map { [$0] } ?? []
        }
      }
      let patient = try? spawn { queue.putAll([200]) }
      var taken = queue.takeMany(1)
      let isRendezvous = kind == .rendezvous
      // Without room somebody has to take the other one, too, if both come through.
      if isRendezvous { taken += queue.drain() }
      let given = hasty?.join() ?? []
      if isRendezvous, given.isEmpty, taken.count < 2 { taken += queue.takeMany(1) }
      if isRendezvous, !given.isEmpty, taken.isEmpty { taken += queue.takeMany(1) }
      if !isRendezvous, given.isEmpty { taken += queue.takeMany(1) }
      check(patient?.join() == [])
      let all = (taken + queue.drain() + given).sorted()
      check(all == Array(0..<room) + [100, 200])
    }
  }

  @Test func `those who join learn that the last element is done`() {
    explore { check in
      let queue = BlockingQueue<Int>(capacity: 2)
      check(queue.putAll([1, 2]) == [])
      let joiners = (0..<2).compactMap { _ in try? spawn { queue.join(until: .never) } }
      let worker = try? spawn {
        let count = queue.takeMany(1).count
        queue.taskDone(count)
      }
      queue.taskDone(queue.takeMany(1).count)
      worker?.join()
      for joiner in joiners { check(joiner.join()) }
    }
  }

  @Test func `those who join again wait for what was put since`() {
    explore { check in
      let queue = BlockingQueue<Int>(capacity: 2)
      let done = Atomic(0)
      let workers = (0..<2).compactMap { _ in
        try? spawn {
          while (try? queue.take(until: .never)) ?? nil != nil {
            done.wrappingAdd(1, ordering: .relaxed)
            queue.taskDone()
          }
        }
      }
      for round in 1...2 {
        check(queue.putAll([1, 2]) == [])
        check(queue.join(until: .never) && done.load(ordering: .relaxed) == 2 * round)
      }
      queue.close()
      for worker in workers { worker.join() }
    }
  }
}

// Joining, and joining again.
extension `Queues at the level of their words` {
  @Test func `a worker that was slow to wake those who joined does not wake them later`() {
    explore(3 * Self.schedules) { check in
      let queue = BlockingQueue<Int>(capacity: 2)
      check(queue.putAll([1, 2]) == [] && queue.drain() == [1, 2])
      let workers = (0..<2).compactMap { _ in try? spawn { queue.taskDone() } }
      check(queue.join(until: .never))
      check(queue.putAll([3]) == [])
      check(!queue.join(until: .after(.nanoseconds(1))))
      for worker in workers { worker.join() }
    }
  }
}

// Selecting.
extension `Queues at the level of their words` {
  @Test(arguments: [QueueKind.single, .unbounded, .rendezvous, .priority, .stack])
  func `a select of two queues gets everything that two putters put`(kind: QueueKind) {
    explore { check in
      let (first, second): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
      let putters = [
        try? spawn { first.putAll([1, 2]) },
        try? spawn { second.putAll([10, 20]) },
      ]
      let taken = (0..<4).compactMap { _ in
        select(.take(from: first) { $0 }, .take(from: second) { $0 }, until: .never) ?? nil
      }
      for putter in putters { check(putter?.join() == []) }
      check(taken.sorted() == [1, 2, 10, 20])
      check(first.waitingTakerCount == 0 && second.waitingTakerCount == 0)
    }
  }

  @Test(arguments: [QueueKind.single, .unbounded, .rendezvous, .priority])
  func `a select that was served elsewhere passes its wake-up on`(kind: QueueKind) {
    explore(2 * Self.schedules) { check in
      let (first, second): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
      let selector = try? spawn {
        (select(.take(from: first) { $0 }, .take(from: second) { $0 }, until: .never) ?? nil) ?? 0
      }
      let taker = try? spawn { first.takeMany(1) }
      let putter = try? spawn { second.putAll([10]) }
      check(first.putAll([1]) == [])
      // The taker can have the element of the first queue only, so the selector has the other, or
      // the taker gets nothing until another one comes.
      let selected = selector?.join() ?? 0
      if selected == 1 { check(first.putAll([2]) == []) }
      if selected == 1, kind == .rendezvous { check(second.takeMany(1) == [10]) }
      check(putter?.join() == [])
      check(taker?.join() == [selected == 1 ? 2 : 1])
    }
  }

  @Test(arguments: [QueueKind.single, .pair, .unbounded, .priority])
  func `a select finds an element that others overlook`(kind: QueueKind) {
    explore(2 * Self.schedules) { check in
      let (queue, silent): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
      let selector = try? spawn {
        select(.take(from: queue) { $0 }, .take(from: silent) { $0 }, until: .never) ?? nil
      }
      let passerBy = try? spawn { (try? queue.tryTake()) ?? nil }
      check(queue.putAll([1]) == [])
      check(queue.putAll([2]) == [])
      let passed = passerBy?.join() ?? nil
      let selected = selector?.join() ?? nil
      check(selected != nil && selected != passed)
    }
  }

  @Test func `a select that puts finds room that others overlook`() {
    explore(2 * Self.schedules) { check in
      let queue = BlockingQueue<Int>(capacity: 2)
      let full = BlockingQueue<Int>(capacity: 1)
      check(queue.putAll([1, 2]) == [] && full.putAll([3]) == [])
      let selector = try? spawn {
        select(
          .put(10, into: queue) { _ in true },
          .put(20, into: full) { _ in false },
          until: .never
        )
      }
      let passerBy = try? spawn { try? queue.tryPut(30) }
      check(queue.takeMany(1) == [1])
      check(queue.takeMany(1) == [2])
      _ = passerBy?.join()
      check(selector?.join() == true)
    }
  }

  @Test(arguments: [QueueKind.rendezvous, .single])
  func `two selects that put and take find each other`(kind: QueueKind) {
    explore { check in
      let (a, b): (BlockingQueue<Int>, BlockingQueue<Int>) = (kind.make(), kind.make())
      // One puts into `a` what the other takes, or the other way round; then each has to do the rest.
      let other = try? spawn {
        select(.put(2, into: b) { _ in 0 }, .take(from: a) { $0 ?? -1 }, until: .never)
      }
      let mine = select(.put(1, into: a) { _ in 0 }, .take(from: b) { $0 ?? -1 }, until: .never)
      let theirs = other?.join() ?? nil
      let left = a.drain() + b.drain()
      let taken = [mine, theirs].compactMap(\.self).filter { $0 > 0 }
      check(mine != nil && theirs != nil)
      let puts = [mine, theirs].count { $0 == 0 }
      check(puts == taken.count + left.count)
      if kind == .rendezvous { check(puts == 1 && taken.count == 1) }
    }
  }

  @Test func `a select that gives up takes nothing along`() {
    explore { check in
      let (first, second) = (BlockingQueue<Int>(capacity: 0), BlockingQueue<Int>(capacity: 1))
      let hasty = try? spawn {
        select(
          .take(from: first) { $0 },
          .take(from: second) { $0 },
          until: .after(.nanoseconds(1))
        ) ?? nil
      }
      let patient = try? spawn { second.takeMany(1) }
      let putter = try? spawn { first.putAll([1]) }
      check(second.putAll([2]) == [])
      let selected = hasty?.join() ?? nil
      if selected == 2 { check(second.putAll([3]) == []) }
      check(patient?.join() == [selected == 2 ? 3 : 2])
      if selected != 1 { check(first.takeMany(1) == [1]) }
      check(putter?.join() == [])
    }
  }
}

// What a core says of itself while others use it.
extension `Queues at the level of their words` {
  @Test(arguments: [QueueKind.pair, .three, .unbounded, .priority])
  func `a core that always has an element is always ready to take`(kind: QueueKind) {
    explore { check in
      guard case .core(let core) = (kind.make() as BlockingQueue<Int>).keeping else { return }
      _ = core.put(1)
      _ = core.put(2)
      let taker = try? spawn { _ = core.take() }
      check(core.isReadyToTake)
      taker?.join()
    }
  }

  @Test func `a core that never runs out while others put and take is always ready to take`() {
    explore(10 * Self.schedules) { check in
      let rings = Rings<Int>(capacity: 3)
      _ = rings.put(1)
      let other = try? spawn {
        _ = rings.put(2)
        _ = rings.take()
      }
      check(rings.isReadyToTake)
      other?.join()
    }
  }

  @Test func `a core that never fills up while others take and put is always ready to put`() {
    explore { check in
      let rings = Rings<Int>(capacity: 2)
      _ = rings.put(1)
      let other = try? spawn {
        _ = rings.take()
        _ = rings.put(2)
      }
      check(rings.isReadyToPut)
      other?.join()
    }
  }

  @Test func `rings that always have an element are always ready to take`() {
    explore { check in
      let rings = Rings<Int>(capacity: nil)
      for number in 0..<33 { _ = rings.put(number) }
      for _ in 0..<31 { _ = rings.take() }
      // One element is left in the old ring, one is in the new one.
      let taker = try? spawn { _ = rings.take() }
      check(rings.isReadyToTake)
      taker?.join()
    }
  }

  @Test(arguments: [QueueKind.pair, .three])
  func `a core that always has room is always ready to put`(kind: QueueKind) {
    explore { check in
      guard case .core(let core) = (kind.make() as BlockingQueue<Int>).keeping else { return }
      let putter = try? spawn { _ = core.put(1) }
      check(core.isReadyToPut)
      putter?.join()
    }
  }

  @Test(arguments: [QueueKind.pair, .three])
  func `a core that was full and has room for two is always ready to put`(kind: QueueKind) {
    explore { check in
      guard case .core(let core) = (kind.make() as BlockingQueue<Int>).keeping else { return }
      while case .done = core.put(0) {}
      _ = core.take()
      _ = core.take()
      let putter = try? spawn { _ = core.put(1) }
      check(core.isReadyToPut)
      putter?.join()
    }
  }
}
