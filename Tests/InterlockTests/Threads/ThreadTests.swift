import Glibc
import Interlock
import Testing

@Suite struct `A thread` {
  private struct Failure: Error, Equatable {
    let number: Int
  }

  @Test func `runs beside the one that started it`() throws {
    let (ping, pong) = (Event(), Event())
    try withCrew { crew in
      let thread = try crew.spawn { () -> Bool in
        ping.wait()
        pong.set()
        return true
      }
      #expect(!thread.isFinished)
      ping.set()
      pong.wait()
      #expect(try thread.result())
      #expect(thread.isFinished)
    }
  }

  @Test func `gives what its body returns, as often as it is asked`() throws {
    let thread = try spawn { 42 }
    #expect(thread.join() == 42)
    #expect(thread.join() == 42)
    #expect(thread.tryJoin() == 42)
    #expect(thread.join(until: .now) == 42)
    #expect(thread.join(for: .zero) == 42)
  }

  @Test func `rethrows what its body throws, with its type`() throws {
    let thread = try spawn { () throws(Failure) -> Int in throw Failure(number: 3) }
    #expect(throws: Failure(number: 3)) { try thread.join() }
    #expect(throws: Failure(number: 3)) { try thread.join(until: .now) }
    #expect(throws: Failure(number: 3)) { try thread.tryJoin() }
    do throws(Failure) {
      _ = try thread.join()
    } catch {
      #expect(error.number == 3)
    }
  }

  @Test func `is joined by many threads`() throws {
    let mayFinish = Event()
    try withCrew { crew in
      let thread = try crew.spawn { () -> Int in
        mayFinish.wait()
        return 7
      }
      let joiners = try crew.spawn(count: 8) { _ in thread.join() }
      for joiner in joiners { try joiner.waitUntilBlocked() }
      mayFinish.set()
      for joiner in joiners { #expect(try joiner.result() == 7) }
    }
  }

  @Test func `is not there to join before it has finished`() throws {
    let mayFinish = Event()
    try withCrew { crew in
      let thread = try crew.spawn { () -> Int in
        mayFinish.wait()
        return 7
      }
      #expect(thread.tryJoin() == nil)
      #expect(thread.join(until: .now) == nil)
      #expect(thread.join(for: TestTime.short) == nil)
      mayFinish.set()
      #expect(thread.join(for: TestTime.long) == 7)
    }
  }

  @Test func `goes on when its handle goes away`() throws {
    let isDone = Event()
    try spawn { isDone.set() }
    #expect(isDone.wait(for: TestTime.long))
  }

  @Test func `lets its body go when it has finished`() throws {
    final class Witness: Sendable {}
    weak var leftover: Witness?
    let thread: ThreadHandle<Bool, Never>
    do {
      let witness = Witness()
      leftover = witness
      thread = try spawn { withExtendedLifetime(witness) { true } }
    }
    #expect(thread.join())
    try eventually { leftover == nil }
  }

  @Test func `lets what it returned go with its handle`() throws {
    final class Witness: Sendable {}
    weak var leftover: Witness?
    do {
      let thread = try spawn { Witness() }
      leftover = thread.join()
      #expect(leftover != nil)
    }
    try eventually { leftover == nil }
  }

  @Test func `makes visible what was done before it started and before it finished`() throws {
    let value = PlainCount()
    for round in 0..<50 {
      value.increment()
      let thread = try spawn { () -> Int in
        defer { value.increment() }
        return value.count
      }
      #expect(thread.join() == 2 * round + 1)
      #expect(value.count == 2 * round + 2)
    }
  }

  @Test func `has a stack as large as was asked for`() throws {
    let mebibyte = 1 << 20
    let thread = try spawn(stackSize: 128 * mebibyte) { useStack(64 * mebibyte) }
    #expect(thread.join() == 64 * mebibyte)
    // Less than the system allows is as much as it allows.
    #expect(try spawn(stackSize: 1) { true }.join())
    #expect(try spawn(stackSize: 0) { true }.join())
    #expect(try spawn(stackSize: -1) { true }.join())
  }

  @Test func `is refused with an error when the system has no more`() {
    do {
      _ = try spawn(stackSize: .max) { true }
      Issue.record("a stack of 8 exbibytes")
    } catch {
      #expect(error.reason == .cannotStart)
      #expect([ENOMEM, EAGAIN, EINVAL].contains(error.systemError))
      #expect("\(error)".hasPrefix("the system cannot start another thread: "))
    }
  }

  @Test func `of many that come and go leaves none behind`() throws {
    let name = "mayfly-\(UInt64.random(in: .min ... .max))"
    let count = Shared(Atomic(0))
    for _ in 0..<20 {
      let threads = try (0..<50).map { _ in
        try spawn(name: name) { count.value.wrappingAdd(1, ordering: .relaxed) }
      }
      for thread in threads { thread.join() }
    }
    #expect(count.value.load(ordering: .relaxed) == 1000)
    try eventually { !ThreadIdentity.live.contains { $0.name == name } }
  }

  @Test func `suspends a task that asks for its value, and blocks nobody`() async throws {
    let mayFinish = Event()
    let thread = try spawn { () -> Int in
      mayFinish.wait()
      return 5
    }
    let first = Task { await thread.value }
    let second = Task { await thread.value }
    mayFinish.set()
    #expect(await first.value + second.value == 10)
    #expect(await thread.value == 5)
  }

  @Test func `gives its error to a task too`() async throws {
    let thread = try spawn { () throws(Failure) -> Int in throw Failure(number: 9) }
    await #expect(throws: Failure(number: 9)) { try await thread.value }
  }
}

/// Recurses until it has used `size` bytes of stack, and counts what it used.
private func useStack(_ size: Int) -> Int {
  let frame = 64 << 10
  guard size > 0 else { return 0 }
  // SAFETY: only the bytes of the allocation are written.
  return unsafe withUnsafeTemporaryAllocation(byteCount: frame, alignment: 1) { bytes in
    for place in stride(from: 0, to: frame, by: 4096) { unsafe bytes[place] = 1 }
    return useStack(size - frame) + frame
  }
}
