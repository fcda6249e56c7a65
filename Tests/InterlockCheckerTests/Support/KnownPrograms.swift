extension ModelProgram {
  static func same(
    _ name: String,
    _ count: Int,
    _ code: [Instruction],
    values: [Int: Int] = [:]
  ) -> ModelProgram {
    ModelProgram(name, Array(repeating: code, count: count), values: values)
  }

  static func increments(threads: Int, each: Int) -> ModelProgram {
    .same(
      "locked increments \(threads)x\(each)",
      threads,
      .times(
        each,
        .lock(Thing.lock),
        .read(Thing.x),
        .writeRegister(Thing.x, plus: 1),
        .unlock(Thing.lock)
      )
    )
  }

  static func loadStore(threads: Int) -> ModelProgram {
    .same("load;store \(threads) threads", threads, .loadStore)
  }

  static func philosophers(_ count: Int) -> ModelProgram {
    ModelProgram("philosophers, \(count)", (0..<count).map { .eat($0, ($0 + 1) % count) })
  }

  /// One thread checks that it sees either both writes of some other, or none.
  static func reorder(_ count: Int) -> ModelProgram {
    let setter: [Instruction] = [.write(Thing.x, 1), .write(Thing.y, -1)]
    return ModelProgram(
      "reorder_\(count)",
      Array(repeating: setter, count: count - 1) + [.checker]
    )
  }

  static let lostWakeUp = ModelProgram(
    "lost wake-up",
    [
      [
        .read(Thing.flag), .lock(Thing.lock), .jump(to: 4, if: .differs(0)),
        .wait(Thing.condition, with: Thing.lock), .unlock(Thing.lock),
      ],
      [
        .write(Thing.flag, 1), .lock(Thing.lock), .signal(Thing.condition), .unlock(Thing.lock),
      ],
    ]
  )

  static func buffer(
    _ name: String,
    _ threads: [[Instruction]],
    waking: Waking = .oldest
  ) -> ModelProgram {
    ModelProgram("bounded buffer \(name), cap 1", threads, waking: waking)
  }
}

extension [Instruction] {
  static func times(_ count: Int, _ code: Instruction...) -> [Instruction] {
    (0..<count).flatMap { _ in code }
  }

  static let loadStore: [Instruction] = [.read(Thing.x), .writeRegister(Thing.x, plus: 1)]

  static func eat(_ left: Int, _ right: Int) -> [Instruction] {
    [.lock(left), .lock(right), .unlock(right), .unlock(left)]
  }

  static let attempt: [Instruction] = [
    .tryLock(Thing.lock), .keep, .jump(to: 4, if: .equals(0)), .unlock(Thing.lock),
  ]

  static let reader: [Instruction] = [
    .lockShared(Thing.shared), .read(Thing.x), .keep, .unlockShared(Thing.shared),
  ]

  static let writer: [Instruction] = [
    .lockExclusive(Thing.shared), .read(Thing.x), .writeRegister(Thing.x, plus: 1),
    .unlockExclusive(Thing.shared),
  ]

  /// Keeps 1 if it saw the writes of `reorder` half done, else 0.
  static let checker: [Instruction] = [
    .read(Thing.x), .jump(to: 5, if: .equals(1)),
    .read(Thing.y), .jump(to: 8, if: .differs(0)), .jump(to: 10, if: .equals(0)),
    .read(Thing.y), .jump(to: 10, if: .equals(-1)), .jump(to: 8, if: .equals(0)),
    .keepValue(1), .jump(to: 12, if: .differs(99)),
    .keepValue(0), .jump(to: 12, if: .differs(99)),
  ]

  static func producer(_ count: Int) -> [Instruction] {
    (0..<count).flatMap { item -> [Instruction] in
      let start = item * 9
      return [
        .lock(Thing.lock), .read(Thing.x), .jump(to: start + 5, if: .differs(1)),
        .wait(Thing.otherCondition, with: Thing.lock), .jump(to: start + 1, if: .differs(99)),
        .read(Thing.x), .writeRegister(Thing.x, plus: 1),
        .signal(Thing.condition), .unlock(Thing.lock),
      ]
    }
  }

  static func consumer(_ count: Int) -> [Instruction] {
    (0..<count).flatMap { item -> [Instruction] in
      let start = item * 9
      return [
        .lock(Thing.lock), .read(Thing.x), .jump(to: start + 5, if: .differs(0)),
        .wait(Thing.condition, with: Thing.lock), .jump(to: start + 1, if: .differs(99)),
        .read(Thing.x), .writeRegister(Thing.x, plus: -1),
        .signal(Thing.otherCondition), .unlock(Thing.lock),
      ]
    }
  }

  static func barrier(_ count: Int) -> [Instruction] {
    [
      .lock(Thing.lock), .read(Thing.x), .writeRegister(Thing.x, plus: 1),
      .jump(to: 6, if: .differs(count - 1)),
      .broadcast(Thing.condition), .jump(to: 10, if: .differs(99)),
      .read(Thing.x), .jump(to: 10, if: .equals(count)),
      .wait(Thing.condition, with: Thing.lock), .jump(to: 6, if: .differs(99)),
      .unlock(Thing.lock),
    ]
  }

  static let timedWaiter: [Instruction] = [
    .lock(Thing.lock), .read(Thing.flag), .jump(to: 6, if: .differs(0)),
    .timedWait(Thing.condition, with: Thing.lock), .keep, .jump(to: 1, if: .equals(1)),
    .unlock(Thing.lock),
  ]

  static let setter: [Instruction] = [
    .lock(Thing.lock), .write(Thing.flag, 1), .signal(Thing.condition), .unlock(Thing.lock),
  ]
}
