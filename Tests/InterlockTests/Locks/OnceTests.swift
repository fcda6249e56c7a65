import Interlock
import Testing

@Suite struct `A value that is made once` {
  @Test func `is made when it is first needed`() {
    let count = PlainCount()
    let once = Once(name: "configuration") {
      count.increment()
      return "ready"
    }
    #expect(once.valueIfReady == nil)
    #expect(count.count == 0)
    #expect(once.value == "ready")
    #expect(once.value == "ready")
    #expect(once.value(until: .now) == "ready")
    #expect(once.valueIfReady == "ready")
    #expect(count.count == 1)
    #expect(once.name == "configuration")
  }

  @Test func `is made by one of many threads, and the others wait`() throws {
    for _ in 0..<20 {
      let count = PlainCount()
      let once = Once { () -> Int in
        count.increment(pausing: true)
        return 42
      }
      try withCrew { crew in
        let threads = try crew.spawn(count: 10) { _ in (once.value, count.count) }
        for thread in threads { #expect(try thread.result() == (42, 1)) }
      }
    }
  }

  @Test func `is not there while it is being made`() throws {
    let (isMaking, mayFinish) = (Event(), Event())
    let once = Once { () -> Int in
      isMaking.set()
      mayFinish.wait()
      return 1
    }
    try withCrew { crew in
      let maker = try crew.spawn { once.value }
      isMaking.wait()
      #expect(once.valueIfReady == nil)
      #expect(once.value(until: .now) == nil)
      #expect(once.value(until: .after(TestTime.short)) == nil)
      mayFinish.set()
      #expect(try maker.result() == 1)
      #expect(once.valueIfReady == 1)
    }
  }

  @Test func `is made to the end although the deadline of its maker passes`() {
    let once = Once { 5 }
    #expect(once.value(until: .after(.seconds(-1))) == 5)
  }

  @Test func `may need another one`() {
    let first = Once { 20 }
    let second = Once { first.value + 1 }
    #expect(second.value == 21)
  }

  @Test func `is run once when it has no value`() {
    let count = PlainCount()
    let once = Once { count.increment() }
    once.run()
    once.run()
    #expect(count.count == 1)
  }

  @Test func `lets go what made it, and goes itself`() {
    final class Witness: Sendable {}
    weak var maker: Witness?
    weak var value: Witness?
    do {
      let witness = Witness()
      maker = witness
      let once = Once { () -> Witness in
        withExtendedLifetime(witness) { Witness() }
      }
      value = once.value
      #expect(value != nil)
      withExtendedLifetime(once) {}
    }
    #expect(maker == nil)
    #expect(value == nil)
  }
}
