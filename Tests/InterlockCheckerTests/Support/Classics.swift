/// Programs whose numbers of classes are known.
struct Classic: Sendable, CustomStringConvertible {
  let program: ModelProgram
  let classes: Int
  let deadlocks: Int
  let outcomes: Int

  init(_ program: ModelProgram, _ classes: Int, _ deadlocks: Int, _ outcomes: Int) {
    self.program = program
    self.classes = classes
    self.deadlocks = deadlocks
    self.outcomes = outcomes
  }

  var description: String { program.name }
}

/// Objects of the models; semaphores have numbers from 10.
enum Thing {
  static let x = 0
  static let y = 1
  static let flag = 2
  static let lock = 3
  static let otherLock = 4
  static let condition = 5
  static let otherCondition = 6
  static let shared = 7
  static let semaphore = 10
}

extension Classic {
  static let all: [Classic] = increments + cells + locks + conditions + others

  private static let increments: [Classic] = [
    Classic(.increments(threads: 2, each: 1), 2, 0, 1),
    Classic(.increments(threads: 2, each: 2), 6, 0, 1),
    Classic(.increments(threads: 2, each: 3), 20, 0, 1),
    Classic(.increments(threads: 2, each: 4), 70, 0, 1),
    Classic(.increments(threads: 3, each: 1), 6, 0, 1),
    Classic(.increments(threads: 3, each: 2), 90, 0, 1),
    Classic(.increments(threads: 4, each: 1), 24, 0, 1),
    Classic(
      .same("bare lock/unlock 2x3", 2, .times(3, .lock(Thing.lock), .unlock(Thing.lock))),
      20,
      0,
      1
    ),
    Classic(.same("atomic fetch_add 2x3", 2, .times(3, .add(Thing.x, 1))), 20, 0, 1),
  ]

  private static let cells: [Classic] = [
    Classic(.loadStore(threads: 2), 4, 0, 2),
    Classic(.loadStore(threads: 3), 36, 0, 3),
    Classic(.loadStore(threads: 4), 576, 0, 4),
    Classic(.same("3 readers x 3 reads", 3, .times(3, .read(Thing.x))), 1, 0, 1),
    Classic(
      ModelProgram("1 writer 3 readers", [[.write(0, 1)], [.read(0)], [.read(0)], [.read(0)]]),
      8,
      0,
      1
    ),
    Classic(ModelProgram("writer x1, reader x3", [[.write(0, 1)], .times(3, .read(0))]), 4, 0, 1),
    Classic(.reorder(3), 36, 0, 2),
    Classic(.reorder(4), 576, 0, 2),
    Classic(
      ModelProgram(
        "store buffering (SC)",
        [[.write(0, 1), .read(1), .keep], [.write(1, 1), .read(0), .keep]]
      ),
      3,
      0,
      3
    ),
  ]

  private static let locks: [Classic] = [
    Classic(.philosophers(2), 3, 1, 2),
    Classic(.philosophers(3), 7, 1, 2),
    Classic(.philosophers(4), 15, 1, 2),
    Classic(
      ModelProgram("philosophers, 3 (one ordered)", [.eat(0, 1), .eat(1, 2), .eat(0, 2)]),
      6,
      0,
      1
    ),
    Classic(.same("try-lock 2", 2, .attempt), 4, 0, 3),
    Classic(.same("try-lock 3", 3, .attempt), 24, 0, 7),
    Classic(.same("rwlock 3 readers", 3, .reader), 1, 0, 1),
    Classic(
      ModelProgram("rwlock 2 readers 1 writer", [.reader, .reader, .writer]),
      4,
      0,
      4
    ),
    Classic(
      ModelProgram("rwlock 1 reader 2 writers", [.reader, .writer, .writer]),
      6,
      0,
      3
    ),
  ]

  private static let conditions: [Classic] = [
    Classic(.buffer("1p1c, 2 items", [.producer(2), .consumer(2)]), 8, 0, 1),
    Classic(.buffer("1p1c, 3 items", [.producer(3), .consumer(3)]), 32, 0, 1),
    Classic(.buffer("2p1c, 1 each", [.producer(1), .producer(1), .consumer(2)]), 16, 0, 1),
    Classic(.buffer("1p2c, 2 items", [.producer(2), .consumer(1), .consumer(1)]), 28, 0, 1),
    Classic(
      .buffer("any waiter", [.producer(2), .consumer(1), .consumer(1)], waking: .any),
      32,
      0,
      1
    ),
    Classic(.same("condvar barrier, 2", 2, .barrier(2)), 2, 0, 1),
    Classic(.same("condvar barrier, 3", 3, .barrier(3)), 12, 0, 1),
    Classic(.lostWakeUp, 4, 1, 2),
    Classic(ModelProgram("timed wait vs setter", [.timedWaiter, .setter]), 4, 0, 3),
    Classic(ModelProgram("timed wait, nobody sets", [.timedWaiter]), 2, 0, 2),
  ]

  private static let others: [Classic] = [
    Classic(
      ModelProgram(
        "spawn 2, join, load;store",
        [[.spawn(1), .spawn(2), .join(1), .join(2), .read(0), .keep], .loadStore, .loadStore],
        started: 1
      ),
      4,
      0,
      2
    ),
    Classic(
      ModelProgram(
        "choose(3) vs reader",
        [[.choose(3), .writeRegister(0, plus: 0), .keep], [.read(0)]]
      ),
      6,
      0,
      3
    ),
    Classic(
      .same("semaphore(1) 2x2", 2, .times(2, .take(10), .post(10)), values: [10: 1]),
      6,
      0,
      1
    ),
    Classic(.same("semaphore(2) 3x1", 3, [.take(10), .post(10)], values: [10: 2]), 54, 0, 1),
    Classic(
      ModelProgram(
        "semaphore hand-off 0",
        [[.take(10)], [.post(10)], [.post(10)], [.take(10)]],
        values: [10: 0]
      ),
      8,
      0,
      1
    ),
  ]
}
