import Interlock
import Synchronization
import Testing

/// A state of a machine, as users of atomics have them.
private enum Phase: UInt8, AtomicRepresentable {
  case idle
  case running
  case done
}

@Suite struct `An atomic` {
  private typealias Atomic = Interlock.Atomic

  @Test func `holds a Boolean`() {
    let atomic = Atomic(false)
    #expect(atomic.exchange(true, ordering: .relaxed) == false)
    #expect(atomic.load(ordering: .relaxed) == true)
    #expect(
      atomic.compareExchange(expected: false, desired: true, ordering: .relaxed) == (false, true)
    )
    for old in [false, true] {
      for operand in [false, true] {
        atomic.store(old, ordering: .relaxed)
        #expect(atomic.logicalAnd(operand, ordering: .relaxed) == (old, old && operand))
        atomic.store(old, ordering: .relaxed)
        #expect(atomic.logicalOr(operand, ordering: .relaxed) == (old, old || operand))
        atomic.store(old, ordering: .relaxed)
        #expect(atomic.logicalXor(operand, ordering: .relaxed) == (old, old != operand))
      }
    }
  }

  @Test func `holds an enumeration`() {
    let atomic = Atomic(Phase.idle)
    #expect(
      atomic.compareExchange(expected: .idle, desired: .running, ordering: .acquiring)
        == (true, .idle)
    )
    #expect(
      atomic.compareExchange(expected: .idle, desired: .done, ordering: .acquiring)
        == (false, .running)
    )
    #expect(atomic.exchange(.done, ordering: .releasing) == .running)
    #expect(atomic.load(ordering: .acquiring) == .done)
  }

  @Test func `holds a pointer, or none`() {
    // SAFETY: the pointers are compared and never followed, except while the memory is alive.
    let first = UnsafeMutablePointer<Int>.allocate(capacity: 2)
    defer { unsafe first.deallocate() }
    unsafe first.initialize(repeating: 7, count: 2)
    let second = unsafe first + 1
    let atomic = unsafe Atomic<UnsafeMutablePointer<Int>?>(nil)
    let isEmpty = unsafe atomic.load(ordering: .acquiring) == nil
    #expect(isEmpty)
    let (isDone, _) = unsafe atomic.compareExchange(
      expected: nil,
      desired: first,
      ordering: .acquiringAndReleasing
    )
    #expect(isDone)
    let (isDoneAgain, found) = unsafe atomic.compareExchange(
      expected: nil,
      desired: second,
      ordering: .acquiringAndReleasing
    )
    #expect(!isDoneAgain)
    let isFirst = unsafe found == first
    #expect(isFirst)
    let value = unsafe atomic.exchange(second, ordering: .acquiringAndReleasing)?.pointee
    #expect(value == 7)
  }

  @Test func `holds an optional reference as a number`() {
    let atomic = Atomic<ObjectIdentifier?>(nil)
    let object = Event()
    #expect(atomic.exchange(ObjectIdentifier(object), ordering: .relaxed) == nil)
    #expect(atomic.load(ordering: .relaxed) == ObjectIdentifier(object))
  }

  @Test func `holds two words that belong together`() {
    let atomic = Atomic(WordPair(first: 1, second: .max))
    let old = atomic.exchange(WordPair(first: 2, second: 3), ordering: .relaxed)
    #expect(old == WordPair(first: 1, second: .max))
    let (isDone, seen) = atomic.compareExchange(
      expected: WordPair(first: 2, second: 4),
      desired: old,
      ordering: .relaxed
    )
    #expect(!isDone)
    #expect(seen == WordPair(first: 2, second: 3))
  }

  @Test func `holds floating-point numbers and durations`() {
    let number = Atomic(-0.0)
    // Bit by bit, zero is not negative zero.
    #expect(
      number.compareExchange(expected: 0.0, desired: 1, ordering: .relaxed).exchanged == false
    )
    #expect(number.compareExchange(expected: -0.0, desired: 1, ordering: .relaxed).exchanged)
    #expect(number.load(ordering: .relaxed) == 1)
    let time = Atomic(Duration.seconds(5))
    #expect(time.exchange(.nanoseconds(-1), ordering: .relaxed) == .seconds(5))
    #expect(time.load(ordering: .relaxed) == .nanoseconds(-1))
  }

  @Test func `takes no more memory than its value`() {
    #expect(MemoryLayout<Atomic<UInt8>>.size == 1)
    #expect(MemoryLayout<Atomic<UInt16>>.size == 2)
    #expect(MemoryLayout<Atomic<UInt32>>.size == 4)
    #expect(MemoryLayout<Atomic<UInt64>>.size == 8)
    #expect(MemoryLayout<Atomic<UInt128>>.size == 16)
    #expect(MemoryLayout<Atomic<UInt128>>.alignment == 16)
  }

  @Test func `of sixteen bytes is never seen half changed`() throws {
    let pair = Shared(Atomic(WordPair(first: 0, second: 0)))
    let isOver = Event()
    try withCrew { crew in
      let readers = try crew.spawn(count: 2) { _ in
        var isWhole = true
        while !isOver.isSet {
          let seen = pair.value.load(ordering: .acquiring)
          isWhole = isWhole && seen.first == seen.second
        }
        return isWhole
      }
      for number in 1...20_000 as ClosedRange<UInt> {
        pair.value.store(WordPair(first: number, second: number), ordering: .releasing)
      }
      isOver.set()
      for reader in readers { #expect(try reader.result()) }
    }
  }
}

@Suite struct `A plain cell` {
  @Test func `keeps what was written`() {
    let cell = PlainCell(1)
    cell.value += 41
    #expect(cell.value == 42)
    let flag = PlainCell(false)
    flag.value = true
    #expect(flag.value)
  }

  @Test func `loses what was written between the load and the store`() throws {
    let cell = PlainCell(0)
    try withCrew { crew in
      let (hasRead, mayWrite) = (Event(), Event())
      let slow = try crew.spawn {
        let seen = cell.value
        hasRead.set()
        mayWrite.wait()
        cell.value = seen + 1
      }
      hasRead.wait()
      for _ in 0..<10 { cell.value += 1 }
      mayWrite.set()
      try slow.result()
    }
    #expect(cell.value == 1)
  }

  @Test func `never counts more than there was, nor anything torn`() throws {
    let cell = PlainCell<UInt64>(0)
    let (threads, rounds) = (4, 5000)
    try withCrew { crew in
      _ = try crew.spawn(count: threads) { _ in
        for _ in 0..<rounds { cell.value += 0x1_0000_0001 }
      }
    }
    let (high, low) = (cell.value >> 32, cell.value & 0xFFFF_FFFF)
    #expect(high == low)
    #expect((1...UInt64(threads * rounds)).contains(low))
  }
}
