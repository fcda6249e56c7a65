import Interlock
import Synchronization
import Testing

/// The integers that an atomic can hold.
enum IntegerKind: String, CaseIterable, Sendable {
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64, int, uint, int128, uint128

  /// Runs a check for the type that this stands for.
  func check(_ check: some IntegerCheck) {
    switch self {
    case .int8: check.run(Int8.self)
    case .uint8: check.run(UInt8.self)
    case .int16: check.run(Int16.self)
    case .uint16: check.run(UInt16.self)
    case .int32: check.run(Int32.self)
    case .uint32: check.run(UInt32.self)
    case .int64: check.run(Int64.self)
    case .uint64: check.run(UInt64.self)
    case .int: check.run(Int.self)
    case .uint: check.run(UInt.self)
    case .int128: check.run(Int128.self)
    case .uint128: check.run(UInt128.self)
    }
  }
}

/// Something to check for every type of integer.
protocol IntegerCheck {
  func run<Value: FixedWidthInteger & AtomicRepresentable & Sendable>(_ type: Value.Type)
}

/// All orderings of an operation that reads and writes.
let updateOrderings: [UpdateOrdering] = [
  .relaxed, .acquiring, .releasing, .acquiringAndReleasing, .sequentiallyConsistent,
]

@Suite struct `An atomic integer` {
  private struct Accesses: IntegerCheck {
    func run<Value: FixedWidthInteger & AtomicRepresentable & Sendable>(_ type: Value.Type) {
      let values: [Value] = [0, 1, .max, .min, .max / 3, 0x55]
      let atomic = Interlock.Atomic<Value>(.max)
      #expect(atomic.load(ordering: .relaxed) == .max)
      for value in values {
        for ordering in [StoreOrdering.relaxed, .releasing, .sequentiallyConsistent] {
          atomic.store(~value, ordering: .relaxed)
          atomic.store(value, ordering: ordering)
          #expect(atomic.load(ordering: .relaxed) == value)
          #expect(atomic.load(ordering: .acquiring) == value)
          #expect(atomic.load(ordering: .sequentiallyConsistent) == value)
        }
        for ordering in updateOrderings {
          #expect(atomic.exchange(~value, ordering: ordering) == value)
          #expect(atomic.exchange(value, ordering: ordering) == ~value)
        }
      }
    }
  }

  @Test(arguments: IntegerKind.allCases)
  func `holds what was stored, every bit of it`(kind: IntegerKind) {
    kind.check(Accesses())
  }

  private struct Exchanges: IntegerCheck {
    func run<Value: FixedWidthInteger & AtomicRepresentable & Sendable>(_ type: Value.Type) {
      let atomic = Interlock.Atomic<Value>(.min)
      for ordering in updateOrderings {
        #expect(
          atomic.compareExchange(expected: 5, desired: 6, ordering: ordering) == (false, .min)
        )
        #expect(
          atomic.compareExchange(expected: .min, desired: .max, ordering: ordering) == (true, .min)
        )
        #expect(atomic.load(ordering: .relaxed) == .max)
        #expect(
          atomic.weakCompareExchange(expected: 5, desired: 6, ordering: ordering) == (false, .max)
        )
        // The weak form may fail for no reason, but not for ever.
        var isDone = false
        while !isDone {
          let (exchanged, original) = atomic.weakCompareExchange(
            expected: .max,
            desired: .min,
            ordering: ordering
          )
          #expect(original == .max)
          isDone = exchanged
        }
        #expect(atomic.load(ordering: .relaxed) == .min)
        for failure in [LoadOrdering.relaxed, .acquiring, .sequentiallyConsistent] {
          let (exchanged, original) = atomic.compareExchange(
            expected: 7,
            desired: 8,
            successOrdering: ordering,
            failureOrdering: failure
          )
          #expect(!exchanged)
          #expect(original == .min)
          let (_, seen) = atomic.weakCompareExchange(
            expected: 7,
            desired: 8,
            successOrdering: ordering,
            failureOrdering: failure
          )
          #expect(seen == .min)
        }
      }
    }
  }

  @Test(arguments: IntegerKind.allCases)
  func `is exchanged only for what was expected`(kind: IntegerKind) {
    kind.check(Exchanges())
  }

  private struct Arithmetic: IntegerCheck {
    func run<Value: FixedWidthInteger & AtomicRepresentable & Sendable>(_ type: Value.Type) {
      let pairs: [(Value, Value)] = [
        (0, 0), (1, 2), (.max, 1), (.min, 1), (.max, .max), (.min, .min), (0x55, 0x33),
        (.max, .min),
      ]
      for ordering in updateOrderings {
        for (a, b) in pairs {
          func change(
            _ update: (borrowing Interlock.Atomic<Value>) -> (oldValue: Value, newValue: Value)
          ) -> Value {
            let atomic = Interlock.Atomic(a)
            let (old, new) = update(atomic)
            #expect(old == a)
            #expect(atomic.load(ordering: .relaxed) == new)
            return new
          }
          #expect(change { $0.wrappingAdd(b, ordering: ordering) } == a &+ b)
          #expect(change { $0.wrappingSubtract(b, ordering: ordering) } == a &- b)
          #expect(change { $0.bitwiseAnd(b, ordering: ordering) } == a & b)
          #expect(change { $0.bitwiseOr(b, ordering: ordering) } == a | b)
          #expect(change { $0.bitwiseXor(b, ordering: ordering) } == a ^ b)
          #expect(change { $0.min(b, ordering: ordering) } == Swift.min(a, b))
          #expect(change { $0.max(b, ordering: ordering) } == Swift.max(a, b))
        }
        let atomic = Interlock.Atomic<Value>(40)
        #expect(atomic.add(2, ordering: ordering) == (40, 42))
        #expect(atomic.subtract(42, ordering: ordering) == (42, 0))
      }
    }
  }

  @Test(arguments: IntegerKind.allCases)
  func `is changed as integers are, and wraps at its ends`(kind: IntegerKind) {
    kind.check(Arithmetic())
  }

  private struct Stress: IntegerCheck {
    func run<Value: FixedWidthInteger & AtomicRepresentable & Sendable>(_ type: Value.Type) {
      let (threads, rounds) = (4, 2000)
      let sum = Shared(Interlock.Atomic<Value>(0))
      let loop = Shared(Interlock.Atomic<Value>(0))
      let bits = Shared(Interlock.Atomic<Value>(0))
      do {
        try withCrew { crew in
          _ = try crew.spawn(count: threads) { number in
            for _ in 0..<rounds {
              sum.value.wrappingAdd(3, ordering: .relaxed)
              bits.value.bitwiseXor(1 << Value(number), ordering: .relaxed)
              var seen = loop.value.load(ordering: .relaxed)
              while true {
                let (isDone, now) = loop.value.weakCompareExchange(
                  expected: seen,
                  desired: seen &+ 3,
                  ordering: .relaxed
                )
                if isDone { break }
                seen = now
              }
            }
          }
        }
      } catch {
        Issue.record(error)
      }
      let expected = Value(truncatingIfNeeded: 3 * threads * rounds)
      #expect(sum.value.load(ordering: .relaxed) == expected)
      #expect(loop.value.load(ordering: .relaxed) == expected)
      #expect(bits.value.load(ordering: .relaxed) == 0)
    }
  }

  @Test(arguments: IntegerKind.allCases)
  func `loses no update of several threads`(kind: IntegerKind) {
    kind.check(Stress())
  }

  @Test func `ends the program when a sum does not fit`() async {
    await #expect(processExitsWith: .failure) {
      Interlock.Atomic<UInt8>(255).add(1, ordering: .relaxed)
    }
    await #expect(processExitsWith: .failure) {
      Interlock.Atomic<UInt8>(0).subtract(1, ordering: .relaxed)
    }
  }
}
