import Testing

@testable import Interlock

@Suite struct `How a thread ended` {
  private final class Ending: ThreadEnding, @unchecked Sendable {}

  @Test func `is not known before it has`() {
    var outcome = ThreadOutcome()
    #expect(outcome.look() == nil)
    #expect(outcome.ending == nil)
    #expect(outcome.unseen == nil)
  }

  @Test func `wakes those who wait, in their order, and nobody else`() {
    let threads = makeRecords(3)
    let ending = Ending()
    var outcome = ThreadOutcome()
    for thread in threads { #expect(outcome.enter(thread) == nil) }
    #expect(outcome.leave(threads[1]) == nil)
    let woken = outcome.finish(ending).threads
    #expect(woken.map(\.name) == ["record-0", "record-2"])
    #expect(threads.map(\.signalled) == [.given, .none, .given])
    #expect(outcome.leave(threads[0]) === ending)
    #expect(outcome.enter(threads[1]) === ending)
    #expect(outcome.look() === ending)
  }

  @Test func `is unseen until somebody looks`() {
    let thread = makeRecords(1)[0]
    var (looked, entered, left) = (
      ThreadOutcome(), ThreadOutcome(), ThreadOutcome()
    )
    _ = left.enter(thread)
    _ = looked.finish(Ending())
    _ = entered.finish(Ending())
    _ = left.finish(Ending())
    #expect(looked.unseen != nil)
    _ = looked.look()
    #expect(looked.unseen == nil)
    #expect(entered.unseen != nil)
    _ = entered.enter(thread)
    #expect(entered.unseen == nil)
    #expect(left.unseen != nil)
    _ = left.leave(thread)
    #expect(left.unseen == nil)
  }
}

@Suite struct `A line of waiting threads` {
  @Test func `keeps the order of arrival`() {
    let threads = makeRecords(5)
    var line = WaitLine()
    #expect(line.isEmpty)
    for thread in threads { line.append(thread) }
    #expect(line.count == 5)
    #expect(line.remove(threads[2]) == true)
    #expect(line.remove(threads[2]) == false)
    let first = line.removeFirst(2)
    #expect(first.map(\.name) == ["record-0", "record-1"])
    #expect(line.signalFirst(.given) === threads[3])
    let rest = line.signalAll(.refused)
    #expect(rest.map(\.name) == ["record-4"])
    #expect(line.isEmpty)
    #expect(threads.map(\.signalled) == [.none, .none, .none, .given, .refused])
  }

  @Test func `gives as many as there are to those who ask for more`() {
    var line = WaitLine()
    let none = line.removeFirst(3)
    #expect(none.isEmpty)
    for thread in makeRecords(2) { line.append(thread) }
    let nobody = line.removeFirst(0)
    #expect(nobody.isEmpty)
    let all = line.removeFirst(.max)
    #expect(all.count == 2)
    #expect(line.isEmpty)
  }
}
