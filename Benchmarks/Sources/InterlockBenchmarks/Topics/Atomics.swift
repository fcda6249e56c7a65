import CPeers
import Interlock
import Synchronization

extension Benchmark {
  /// What reading our atomic costs.
  static var atomicLoad: Benchmark {
    let number = InterlockAtomic()
    let standard = StandardAtomic()
    return Benchmark(
      name: "atomic/load",
      operation: "read an atomic number, acquiring",
      ours: [
        CountedWork("Atomic") { count in
          var sum = 0
          for _ in 0..<count { sum &+= number.value.load(ordering: .acquiring) }
          keep(sum)
        }
      ],
      peers: [
        CountedWork("Synchronization.Atomic") { count in
          var sum = 0
          for _ in 0..<count { sum &+= standard.value.load(ordering: .acquiring) }
          keep(sum)
        }
      ]
    )
  }

  /// What adding to our atomic costs.
  static var atomicAdd: Benchmark {
    let number = InterlockAtomic()
    let standard = StandardAtomic()
    return Benchmark(
      name: "atomic/add",
      operation: "add one to an atomic number, relaxed",
      ours: [
        CountedWork("Atomic") { count in
          for _ in 0..<count { number.value.wrappingAdd(1, ordering: .relaxed) }
        }
      ],
      peers: [
        CountedWork("Synchronization.Atomic") { count in
          for _ in 0..<count { standard.value.wrappingAdd(1, ordering: .relaxed) }
        }
      ]
    )
  }
}

private final class InterlockAtomic: Sendable {
  let value = Interlock::Atomic(0)
}

private final class StandardAtomic: Sendable {
  let value = Synchronization::Atomic(0)
}
