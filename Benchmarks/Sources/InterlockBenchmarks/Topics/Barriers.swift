import CPeers
import Interlock

extension Benchmark {
  /// How fast `parties` threads meet again and again.
  static func barrier(parties: Int, _ placement: Placement) -> Benchmark {
    let barrier = Barrier(parties: parties)
    let party = Int32(parties)
    pthread_barrier_peer_prepare(party)

    var peers: [any Contestant] = []
    var absent: [Absent] = []
    if standard_barrier_peer_exists() {
      standard_barrier_peer_prepare(party)
      peers.append(
        CountedWork("std::barrier", threads: parties, placement) { _, count in
          standard_barrier_peer_meet(party, count)
        }
      )
    } else {
      absent.append(Absent(name: "std::barrier", reason: "this C++ library does not have it"))
    }
    peers.append(
      CountedWork("pthread_barrier", threads: parties, placement) { _, count in
        pthread_barrier_peer_meet(party, count)
      }
    )

    return Benchmark(
      name: "barrier/\(parties)\(placement.suffix)",
      operation: "one meeting of \(parties) threads\(placement)",
      ours: [
        CountedWork("Barrier", threads: parties, placement) { _, count in
          for _ in 0..<count { meet(at: barrier) }
        }
      ],
      peers: peers,
      absent: absent,
      bars: [Bar(.rateRatio, .atLeast(1.3), against: ["std::barrier"])]
    )
  }
}

@inline(__always)
private func meet(at barrier: Barrier) {
  do {
    _ = try barrier.arriveAndWait()
  } catch {
    fatalError("nobody breaks this barrier: \(error)")
  }
}
