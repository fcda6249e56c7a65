import Testing

@testable import Interlock

@Suite struct `A deadline` {
  private let beginning = Deadline(nanoseconds: 0)
  private let last = Deadline(nanoseconds: .max - 1)

  @Test func `is so far from another as was added`() {
    let start = Deadline(nanoseconds: 1_000_000_000)
    #expect(start + .milliseconds(1) == Deadline(nanoseconds: 1_001_000_000))
    #expect(start + .milliseconds(-1) == Deadline(nanoseconds: 999_000_000))
    #expect(start + .zero == start)
    #expect((start + .seconds(3)) - start == .seconds(3))
    #expect(start - (start + .seconds(3)) == .seconds(-3))
    #expect(start - start == .zero)
    #expect(start + .seconds(100) + .seconds(-100) == start)
  }

  @Test func `counts whole nanoseconds`() {
    let attosecond = Duration(secondsComponent: 0, attosecondsComponent: 1)
    #expect(beginning + attosecond == beginning)
    #expect(beginning + attosecond * 1_999_999_999 == Deadline(nanoseconds: 1))
  }

  @Test func `stops at the ends of the clock`() {
    let years = Duration.seconds(Int64.max)
    #expect(beginning + .seconds(-1) == beginning)
    #expect(Deadline(nanoseconds: 5) + .nanoseconds(-6) == beginning)
    #expect(beginning + years == .never)
    #expect(last + .nanoseconds(1) == .never)
    #expect(last + .nanoseconds(0) == last)
    #expect(Deadline.after(years) == .never)
    #expect(last - beginning == .nanoseconds(Int64.max))
    #expect(beginning - last == .nanoseconds(-Int64.max))
  }

  @Test func `that never comes stays so`() {
    #expect(Deadline.never + .seconds(-100) == .never)
    #expect(Deadline.never + .seconds(100) == .never)
    #expect(!Deadline.never.hasPassed)
    #expect(Deadline.never.remaining == nil)
    #expect("\(Deadline.never)" == "never")
    #expect(last < .never)
    #expect(!last.hasPassed)
  }

  @Test func `passes when its moment comes`() {
    #expect(beginning.hasPassed)
    #expect(beginning.remaining == .zero)
    #expect("\(beginning)" == "passed")
    #expect(Deadline.now.hasPassed)
    let later = Deadline.after(TestTime.long)
    #expect(!later.hasPassed)
    #expect(later > .now)
    if let remaining = later.remaining {
      #expect(remaining <= TestTime.long)
      #expect(remaining > TestTime.long - TestTime.slack)
    } else {
      Issue.record("a deadline without a remaining time")
    }
    #expect("\(later)".hasPrefix("in "))
  }

  @Test func `of a negative duration is now`() {
    let before = Deadline.now
    #expect(Deadline.after(.seconds(-5)) >= before)
    #expect(Deadline.after(.seconds(-5)).hasPassed)
  }

  @Test func `is read from a clock that never goes back, in any thread`() throws {
    var last = Deadline.now
    for _ in 0..<1000 {
      let now = Deadline.now
      #expect(now >= last)
      last = now
    }
    let other = try spawn { Deadline.now }.join()
    #expect(other >= last)
    #expect(Deadline.now >= other)
  }
}
