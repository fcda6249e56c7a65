import Testing

@testable import Interlock

@Suite struct `How a thread ended` {
  private struct Failure: Error {}
  private typealias Outcome = ThreadOutcome<Int, Failure>

  @Test func `is not known before it has`() {
    var outcome = Outcome()
    #expect(outcome.look() == nil)
    #expect(outcome.result == nil)
    #expect(outcome.unseenFailure == nil)
  }

  @Test func `wakes those who wait, in their order, and nobody else`() {
    let threads = makeRecords(3)
    var outcome = Outcome()
    for thread in threads { #expect(outcome.enter(thread) == nil) }
    #expect(outcome.leave(threads[1]) == nil)
    let woken = outcome.finish(.success(4)).threads
    #expect(woken.map(\.name) == ["record-0", "record-2"])
    #expect(threads.map(\.signalled) == [.given, .none, .given])
    #expect(value(outcome.leave(threads[0])) == 4)
    #expect(value(outcome.enter(threads[1])) == 4)
    #expect(value(outcome.look()) == 4)
  }

  @Test func `that is an error stays unseen until somebody looks`() {
    let thread = makeRecords(1)[0]
    var (looked, entered, left) = (Outcome(), Outcome(), Outcome())
    _ = left.enter(thread)
    _ = looked.finish(.failure(Failure()))
    _ = entered.finish(.failure(Failure()))
    _ = left.finish(.failure(Failure()))
    #expect(looked.unseenFailure != nil)
    _ = looked.look()
    #expect(looked.unseenFailure == nil)
    #expect(entered.unseenFailure != nil)
    _ = entered.enter(thread)
    #expect(entered.unseenFailure == nil)
    #expect(left.unseenFailure != nil)
    _ = left.leave(thread)
    #expect(left.unseenFailure == nil)
  }

  @Test func `that is a success is never a forgotten failure`() {
    var outcome = Outcome()
    _ = outcome.finish(.success(1))
    #expect(outcome.unseenFailure == nil)
  }

  private func value(_ result: Result<Int, Failure>?) -> Int? {
    guard case .success(let value) = result else { return nil }
    return value
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
