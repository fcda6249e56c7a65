import InterlockChecker

extension ModelProgram {
  /// A small program with a bit of everything.
  static func random(_ dice: inout SplitMix64) -> ModelProgram {
    let count = [2, 2, 3, 3, 4].randomElement(using: &dice) ?? 2
    let longest = [2: 7, 3: 4, 4: 3][count] ?? 3
    let flavour = Flavour.allCases.randomElement(using: &dice) ?? .locks
    var threads = (0..<count).map { _ -> [Instruction] in
      let length = Int.random(in: 2...longest, using: &dice)
      return (0..<length).flatMap { _ in flavour.operation(&dice) } + [.releaseAll]
    }
    var started = count
    if Int.random(in: 0..<4, using: &dice) == 0 {
      started = 1
      threads[0] =
        (1..<count).map { .spawn($0) } + threads[0] + (1..<count).map { .join($0) }
        + [.read(Thing.x), .keep]
    }
    return ModelProgram(
      "random",
      threads,
      values: [Thing.semaphore: Int.random(in: 0...2, using: &dice)],
      started: started,
      waking: Bool.random(using: &dice) ? .any : .oldest
    )
  }
}

/// What the threads of a random program use, besides cells.
private enum Flavour: CaseIterable {
  case cells
  case locks
  case conditions
  case semaphores
  case readersAndWriters
  case timeouts

  func operation(_ dice: inout SplitMix64) -> [Instruction] {
    let cell = [Thing.x, Thing.y].randomElement(using: &dice) ?? Thing.x
    let lock = [Thing.lock, Thing.otherLock].randomElement(using: &dice) ?? Thing.lock
    let value = Int.random(in: 1...3, using: &dice)
    let basic: [[Instruction]] = [
      [.read(cell), .keep], [.write(cell, value)], [.writeNextResult(cell)],
      [.add(cell, 1), .keep], [.skipUnlessResult(1)],
    ]
    return (basic + special(lock)).randomElement(using: &dice) ?? []
  }

  private func special(_ lock: Int) -> [[Instruction]] {
    let acquire: [Instruction] = [.unlessHolding(lock, .lock(lock))]
    let release: [Instruction] = [.ifHolding(lock, .unlock(lock))]
    let wait: [Instruction] = [.ifHolding(lock, .wait(Thing.condition, with: lock))]
    let timedWait: [Instruction] = [
      .ifHolding(lock, .timedWait(Thing.condition, with: lock)), .keep,
    ]
    let shared = Thing.shared
    switch self {
    case .cells: return []
    case .locks:
      let attempt: [Instruction] = [.unlessHolding(lock, .tryLock(lock)), .keep]
      return [acquire, acquire, release, attempt, acquire, release, attempt]
    case .conditions:
      return [acquire, wait, [.signal(Thing.condition)], [.broadcast(Thing.condition)], release]
    case .semaphores:
      return [
        [.take(Thing.semaphore)], [.post(Thing.semaphore)], [.put(Thing.semaphore)], acquire,
        release,
      ]
    case .readersAndWriters:
      let read: [Instruction] = [.unlessHolding(shared, .lockShared(shared))]
      let write: [Instruction] = [.unlessHolding(shared, .lockExclusive(shared))]
      return [read, read, write, [.leave(shared)], [.leave(shared)], read, write, [.leave(shared)]]
    case .timeouts:
      return [acquire, timedWait, wait, [.signal(Thing.condition)], [.choose(2), .keep]]
    }
  }
}
