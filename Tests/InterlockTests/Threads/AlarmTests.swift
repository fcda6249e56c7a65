import Interlock
import Testing

@Suite struct `An alarm` {
  @Test func `happens once, on a thread of its own, when its time has come`() throws {
    let times = Mutex<[(Deadline, ThreadIdentity)]>([])
    let start = Deadline.now
    let alarm = try Alarm(after: TestTime.short, name: "tea") {
      let entry = (Deadline.now, ThreadIdentity.current)
      times.withLock { $0.append(entry) }
    }
    #expect(!alarm.isFinished)
    alarm.join()
    #expect(alarm.isFinished)
    let entries = times.withLock { $0 }
    #expect(entries.count == 1)
    #expect(entries[0].0 - start >= TestTime.short)
    #expect(entries[0].0 - start < TestTime.short + TestTime.slack)
    #expect(entries[0].1 != .current)
    #expect(entries[0].1.name == "tea")
    #expect(!alarm.cancel())
  }

  @Test func `happens at once when its time is over`() throws {
    let happened = Event()
    let alarm = try Alarm(after: .seconds(-1)) { happened.set() }
    alarm.join()
    #expect(happened.isSet)
  }

  @Test func `does not happen when it is cancelled before`() throws {
    let happened = Event()
    let alarm = try Alarm(after: TestTime.long) { happened.set() }
    #expect(alarm.cancel())
    #expect(alarm.isFinished)
    alarm.join()
    #expect(!happened.isSet)
    #expect(!alarm.cancel())
  }

  @Test func `happens again and again until it is cancelled`() throws {
    let count = Shared(Atomic(0))
    let alarm = try Alarm(after: .zero, repeating: .milliseconds(1)) {
      count.value.wrappingAdd(1, ordering: .relaxed)
    }
    try eventually { count.value.load(ordering: .relaxed) >= 5 }
    #expect(!alarm.isFinished)
    #expect(alarm.cancel())
    alarm.join()
    let final = count.value.load(ordering: .relaxed)
    #expect(remains { count.value.load(ordering: .relaxed) == final })
  }

  @Test func `keeps to its times, and leaves out those that pass while it is busy`() throws {
    let interval = Duration.milliseconds(20)
    let start = Deadline.now
    let times = Mutex<[Deadline]>([])
    let alarm = try Alarm(after: interval, repeating: interval) {
      let count = times.withLock { times in
        times.append(.now)
        return times.count
      }
      // The first action is busy for more than three intervals.
      if count == 1 { CurrentThread.sleep(for: interval * 3.5) }
    }
    try eventually { times.withLock { $0.count } >= 4 }
    alarm.cancel()
    alarm.join()
    let places = times.withLock { $0 }.map { Int(($0 - start) / interval) }
    // Each time is at or after a multiple of the interval that had none yet: no burst makes up for
    // what was left out.
    #expect(places[0] >= 1)
    #expect(places[1] >= places[0] + 3)
    #expect(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `goes away with its last reference`() throws {
    let happened = Event()
    let name = "forgotten-\(UInt64.random(in: .min ... .max))"
    _ = try Alarm(after: TestTime.long, name: name) { happened.set() }
    try eventually { !ThreadIdentity.live.contains { $0.name == name } }
    #expect(!happened.isSet)
  }

  @Test func `lets its action go when it is over`() throws {
    final class Witness: Sendable {}
    weak var leftover: Witness?
    let alarm: Alarm
    do {
      let witness = Witness()
      leftover = witness
      alarm = try Alarm(after: .zero) { withExtendedLifetime(witness) {} }
    }
    alarm.join()
    try eventually { leftover == nil }
  }

  @Test func `may be cancelled by its own action`() throws {
    let count = Shared(Atomic(0))
    let place = Shared(Mutex<Alarm?>(nil))
    let isThere = Event()
    let alarm = try Alarm(after: .zero, repeating: .milliseconds(1)) {
      isThere.wait()
      if count.value.wrappingAdd(1, ordering: .relaxed).newValue == 3 {
        place.value.withLock { $0 }?.cancel()
      }
    }
    place.value.withLock { $0 = alarm }
    isThere.set()
    alarm.join()
    #expect(count.value.load(ordering: .relaxed) == 3)
    place.value.withLock { $0 = nil }
  }

  @Test func `does not disturb an action that runs when it is cancelled`() throws {
    let (isActing, mayEnd, ended) = (Event(), Event(), Event())
    let alarm = try Alarm(after: .zero) {
      isActing.set()
      if mayEnd.wait(until: .never), !CurrentThread.isCancelled { ended.set() }
    }
    isActing.wait()
    #expect(alarm.isFinished)
    #expect(!alarm.cancel())
    mayEnd.set()
    alarm.join()
    #expect(ended.isSet)
  }
}
