import Interlock
import Testing

@Suite struct `A storm over a pool` {
  @Test(arguments: [1, 2, 8], Seed.all)
  func `of two hundred threads loses no task`(workers: Int, seed: Seed) throws {
    try withPool(workers: workers) { pool in
      let ran = Atomic(0)
      let expected = try withCrew { crew in
        let threads = try crew.spawn(count: 200) { number in
          var dice = seed.dice(stream: number)
          var sum = 0
          for _ in 0..<20 {
            let task = try pool.submit {
              let inner = try pool.submit { ran.add(1, ordering: .relaxed) }
              return try inner.join().newValue > 0 ? 1 : 0
            }
            switch dice.pick(0..<5) {
            case 0:
              if task.cancel() { continue }
            case 1:
              if try task.join(until: dice.deadline) == nil { try task.join() }
            case 2: pool.forEach(0..<10, grain: 1) { _ in }
            default: break
            }
            sum += try task.join()
          }
          return sum
        }
        return try threads.reduce(0) { try $0 + $1.result() }
      }
      #expect(ran.load(ordering: .relaxed) == expected)
      try eventually { pool.runningCount == 0 }
      let progress = pool.progress
      #expect(progress.waiting == 0)
      #expect(progress.submitted == progress.finished + progress.cancelled)
    }
  }

  @Test(arguments: Seed.all)
  func `that closes it leaves no task undecided`(seed: Seed) throws {
    var dice = seed.dice()
    for round in 0..<60 {
      let limit = dice.isOne(in: 2) ? nil : dice.pick(1..<5)
      let pool = try ThreadPool(workers: dice.pick(1..<5), limit: limit)
      let forms: [ThreadPool.Cancelling] = [.nothing, .waiting, .everything]
      let form = forms[round % 3]
      let pause = dice.pick(0..<100)
      try withCrew { crew in
        let submitters = try crew.spawn(count: 4) { _ in
          var tasks: [PoolTask<Bool, any Error>] = []
          while true {
            do throws(PoolError) {
              tasks.append(
                try pool.submit { () throws(any Error) -> Bool in
                  try pool.submit { true }.join()
                }
              )
            } catch {
              return tasks
            }
          }
        }
        for _ in 0..<pause { CurrentThread.yield() }
        pool.close(cancelling: form)
        #expect(pool.join(for: TestTime.limit))
        for submitter in submitters {
          for task in try submitter.result() { #expect(task.isFinished) }
        }
      }
      let progress = pool.progress
      #expect(progress.running == 0 && progress.waiting == 0)
      #expect(progress.submitted == progress.finished + progress.cancelled)
    }
  }
}
