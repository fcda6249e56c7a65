import CPeers
import Interlock

extension Benchmark {
  /// What a thread costs from its start to its end.
  static var spawnAndJoin: Benchmark {
    Benchmark(
      name: "thread/spawn-join",
      operation: "start a thread that does nothing, and join it",
      ours: [
        CountedWork("spawn, join") { count in
          for _ in 0..<count { try spawn {}.join() }
        }
      ],
      peers: [
        CountedWork("pthread_create, pthread_join") { count in
          guard pthread_spawn_peer_loop(count) else {
            throw Failure("the system gave no more threads")
          }
        }
      ]
    )
  }
}
