import InterlockChecker

extension ModelMachine {
  /// Does an operation that others can notice.
  func perform(_ instruction: Instruction, _ thread: Int, _ label: Int, _ id: EventID) {
    switch instruction {
    case .read(let object): finish(thread, objects[object].value)
    case .write(let object, let value): objects[object].value = value
    case .writeRegister(let object, let more):
      objects[object].value = threads[thread].register + more
    case .add(let object, let more):
      finish(thread, objects[object].value)
      objects[object].value += more
    case .lock(let lock): acquire(lock, thread)
    case .relock(let lock, let result):
      acquire(lock, thread)
      threads[thread].waking = .none
      threads[thread].isTimed = false
      finish(thread, result)
    case .unlock(let lock): release(lock, thread)
    case .tryLock(let lock):
      let isFree = objects[lock].owner < 0
      if isFree { acquire(lock, thread) }
      finish(thread, isFree ? 1 : 0)
    case .wait(let condition, let lock): enqueue(thread, condition, lock)
    case .timedWait(let condition, let lock):
      if label == 0 {
        enqueue(thread, condition, lock)
        threads[thread].isTimed = true
      } else {
        release(lock, thread)
        threads[thread].pending = .relock(lock, result: 0)
      }
    case .signal(let condition):
      guard label < objects[condition].waiters.count else { break }
      threads[objects[condition].waiters.remove(at: label)].waking = .came(id)
    case .broadcast(let condition):
      for waiter in objects[condition].waiters { threads[waiter].waking = .came(id) }
      objects[condition].waiters = []
    default: performMore(instruction, thread, label, id)
    }
  }

  private func performMore(
    _ instruction: Instruction,
    _ thread: Int,
    _ label: Int,
    _ id: EventID
  ) {
    switch instruction {
    case .lockShared(let lock):
      objects[lock].readers += 1
      threads[thread].held.append((lock, .acquireShared))
    case .unlockShared(let lock):
      objects[lock].readers -= 1
      threads[thread].held.removeAll { $0.object == lock }
    case .lockExclusive(let lock):
      objects[lock].writer = thread
      threads[thread].held.append((lock, .acquireExclusive))
    case .unlockExclusive(let lock):
      objects[lock].writer = -1
      threads[thread].held.removeAll { $0.object == lock }
    case .take(let object): objects[object].value -= 1
    case .post(let object), .put(let object): objects[object].value += 1
    case .choose: finish(thread, label)
    case .spawn(let other): start(other, by: id)
    case .join, .yield: break
    default: preconditionFailure("\(instruction) is no operation")
    }
  }

  private func finish(_ thread: Int, _ result: Int) { threads[thread].register = result }

  private func acquire(_ lock: Int, _ thread: Int) {
    objects[lock].owner = thread
    threads[thread].held.append((lock, .take))
  }

  private func release(_ lock: Int, _ thread: Int) {
    precondition(objects[lock].owner == thread)
    objects[lock].owner = -1
    threads[thread].held.removeAll { $0.object == lock }
  }

  private func enqueue(_ thread: Int, _ condition: Int, _ lock: Int) {
    release(lock, thread)
    objects[condition].waiters.append(thread)
    threads[thread].waking = .expected
    threads[thread].pending = .relock(lock, result: 1)
  }

  private func holds(_ object: Int, _ thread: Int) -> Bool {
    threads[thread].held.contains { $0.object == object }
  }

  /// Runs to the next operation.
  func advance(_ thread: Int) {
    let code = program.threads[thread]
    while threads[thread].pending == nil, threads[thread].place < code.count {
      let instruction = code[threads[thread].place]
      threads[thread].place += 1
      switch instruction {
      case .jump(let target, let test):
        if test.holds(for: threads[thread].register) { threads[thread].place = target }
      case .fail(let test):
        if test.holds(for: threads[thread].register) { hasFailed = true }
      case .keep: threads[thread].results.append(threads[thread].register)
      case .keepValue(let value): threads[thread].results.append(value)
      case .skipUnlessResult(let count):
        if (threads[thread].results.last ?? 0) == 0 { threads[thread].place += count }
      case .writeNextResult(let object):
        threads[thread].pending = .write(object, (threads[thread].results.last ?? 0) + 1)
      case .unlessHolding(let object, let operation):
        if !holds(object, thread) { threads[thread].pending = operation }
      case .ifHolding(let object, let operation):
        if holds(object, thread) { threads[thread].pending = operation }
      case .leave(let object): leave(object, thread)
      case .releaseAll:
        guard let last = threads[thread].held.last else { break }
        threads[thread].place -= 1
        if last.mode == .take {
          threads[thread].pending = .unlock(last.object)
        } else {
          leave(last.object, thread)
        }
      default: threads[thread].pending = instruction
      }
    }
  }

  private func leave(_ object: Int, _ thread: Int) {
    guard let hold = threads[thread].held.first(where: { $0.object == object }) else { return }
    threads[thread].pending =
      hold.mode == .acquireShared ? .unlockShared(object) : .unlockExclusive(object)
  }
}
