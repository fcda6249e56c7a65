import Interlock
import Testing

@Suite struct `What tells processes of each other` {
  // In a process of its own, where nothing else keeps it.
  @Test func `comes and goes while threads ask for it`() async {
    await #expect(processExitsWith: .success) {
      try withThreads { threads in
        for _ in 0..<4 {
          try threads.spawn {
            for round in 0..<500 {
              let value = try SharedValue(round)
              #expect(value.withLock { $0 } == round)
            }
          }
        }
      }
    }
  }
}
