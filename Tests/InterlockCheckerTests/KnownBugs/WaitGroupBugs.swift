import Interlock
import InterlockChecker

// Waiting for work to be done.
extension BugPair {
  static let waitGroups: [BugPair] = [lateAdd, forgottenDone, earlyDone]

  private static let lateAdd = BugPair(
    "work that is added by the thread that does it",
    .failure,
    "not done",
    bug: {
      let group = WaitGroup()
      let done = Atomic(0)
      let worker = try spawn {
        group.add()
        done.wrappingAdd(1, ordering: .relaxed)
        group.done()
      }
      group.wait()
      let seen = done.load(ordering: .relaxed)
      worker.join()
      try require(seen == 1, "the work is not done")
    },
    twin: {
      let group = WaitGroup()
      let done = Atomic(0)
      group.add()
      let worker = try spawn {
        done.wrappingAdd(1, ordering: .relaxed)
        group.done()
      }
      group.wait()
      let seen = done.load(ordering: .relaxed)
      worker.join()
      try require(seen == 1)
    }
  )

  private static let forgottenDone = BugPair(
    "work that fails and is never done",
    .deadlock,
    "WaitGroup.wait()",
    bug: {
      let group = WaitGroup(count: 2)
      let isFailing = Atomic(true)
      let workers = try (0..<2).map { _ in
        try spawn {
          if isFailing.exchange(false, ordering: .relaxed) { return }
          group.done()
        }
      }
      group.wait()
      for worker in workers { worker.join() }
    },
    twin: {
      let group = WaitGroup(count: 2)
      let isFailing = Atomic(true)
      let workers = try (0..<2).map { _ in
        try spawn {
          defer { group.done() }
          if isFailing.exchange(false, ordering: .relaxed) { return }
        }
      }
      group.wait()
      for worker in workers { worker.join() }
    }
  )

  private static let earlyDone = BugPair(
    "work that is said to be done before it is",
    .race,
    "a data race",
    bug: {
      let group = WaitGroup(count: 1)
      let result = PlainCell(0)
      let worker = try spawn {
        group.done()
        result.value = 42
      }
      group.wait()
      _ = result.value
      worker.join()
    },
    twin: {
      let group = WaitGroup(count: 1)
      let result = PlainCell(0)
      let worker = try spawn {
        result.value = 42
        group.done()
      }
      group.wait()
      try require(result.value == 42)
      worker.join()
    }
  )
}
