import InterlockChecker

/// Interprets a model, one run.
final class ModelMachine: Machine {
  struct Object {
    var value = 0
    var owner = -1
    var readers = 0
    var writer = -1
    var waiters: [Int] = []
  }

  enum Waking {
    case none
    case expected
    case came(EventID)
  }

  struct Thread {
    var pending: Instruction?
    var place = 0
    var events = 0
    var register = 0
    var results: [Int] = []
    var isStarted = false
    var spawner: EventID?
    var last: EventID?
    var origin: ThreadOrigin?
    var children = 0
    var waking = Waking.none
    var isTimed = false
    /// What it has: locks, and of those for several whether as the only one.
    var held: [(object: Int, mode: Mode)] = []
  }

  let program: ModelProgram
  var objects: [Object]
  var threads: [Thread]
  var hasFailed = false

  init(_ program: ModelProgram) {
    self.program = program
    objects = Array(repeating: Object(), count: 12)
    threads = Array(repeating: Thread(), count: program.threads.count)
    for (object, value) in program.values { objects[object].value = value }
    for thread in 0..<(program.started ?? threads.count) { start(thread, by: nil) }
  }

  var threadCount: Int { threads.count }

  func standing(of thread: Int) -> Standing {
    guard let instruction = threads[thread].pending else { return .absent }
    if hasFailed { return .stopped }
    switch instruction {
    case .join(let other): return hasEnded(other) ? .runnable : .waiting
    case .relock(let lock, _):
      if case .expected = threads[thread].waking { return .waiting }
      return objects[lock].owner < 0 ? .runnable : .blocked
    case .lock(let lock): return objects[lock].owner < 0 ? .runnable : .blocked
    case .take(let object): return objects[object].value > 0 ? .runnable : .blocked
    case .put(let object): return objects[object].value < 2 ? .runnable : .blocked
    case .lockShared(let lock): return objects[lock].writer < 0 ? .runnable : .blocked
    case .lockExclusive(let lock):
      return objects[lock].writer < 0 && objects[lock].readers == 0 ? .runnable : .blocked
    default: return .runnable
    }
  }

  func hasEnded(_ thread: Int) -> Bool {
    threads[thread].isStarted && threads[thread].pending == nil
  }

  func origin(of thread: Int) -> ThreadOrigin {
    threads[thread].origin ?? ThreadOrigin(parent: nil, ordinal: thread)
  }

  func labelCount(of thread: Int) -> Int {
    switch threads[thread].pending {
    case .choose(let count): return count
    case .timedWait: return 2
    case .signal(let object):
      return program.waking == .any ? max(1, objects[object].waiters.count) : 1
    default: return 1
    }
  }

  func pending(_ thread: Int) -> Event {
    let state = threads[thread]
    guard let instruction = state.pending else { preconditionFailure("the thread has ended") }
    var after = state.events == 0 ? state.spawner : nil
    if case .relock = instruction, case .came(let signal) = state.waking { after = signal }
    if case .join(let other) = instruction, hasEnded(other) {
      after = threads[other].last ?? threads[other].spawner
    }
    let id = EventID(thread: thread, index: state.events)
    var isYield = false
    if case .yield = instruction { isYield = true }
    return Event(id, instruction.footprint, after: after, isYield: isYield)
  }

  func step(_ thread: Int, label: Int) -> Event {
    var event = pending(thread)
    event.label = Int32(label)
    event.labelCount = Int32(labelCount(of: thread))
    for position in 0..<event.footprint.count {
      let object = objects[event.footprint[position].object]
      // An object is either a lock or a semaphore, and never both.
      let isSemaphore = event.footprint[position].object >= 10
      event.noteMoment(
        position,
        couldTake: isSemaphore ? object.value > 0 : object.owner < 0,
        couldPut: object.value < 2
      )
    }
    let instruction = threads[thread].pending
    threads[thread].events += 1
    threads[thread].last = event.id
    threads[thread].pending = nil
    if let instruction { perform(instruction, thread, label, event.id) }
    if threads[thread].pending == nil { advance(thread) }
    return event
  }

  func start(_ thread: Int, by spawner: EventID?) {
    threads[thread].isStarted = true
    threads[thread].spawner = spawner
    if let parent = spawner?.thread {
      threads[thread].origin = ThreadOrigin(parent: parent, ordinal: threads[parent].children)
      threads[parent].children += 1
    }
    advance(thread)
  }
}

extension Instruction {
  var footprint: Footprint {
    switch self {
    case .read(let object): Footprint(object, .read)
    case .write(let object, _), .writeRegister(let object, _), .add(let object, _):
      Footprint(object, .write)
    case .lock(let object), .relock(let object, _), .take(let object): Footprint(object, .take)
    case .put(let object): Footprint(object, .put)
    case .unlock(let object), .tryLock(let object), .post(let object): Footprint(object, .write)
    case .wait(let condition, let lock), .timedWait(let condition, let lock):
      [Touch(lock, .write), Touch(condition, .write)]
    case .signal(let object), .broadcast(let object): Footprint(object, .write)
    case .lockShared(let object): Footprint(object, .acquireShared)
    case .unlockShared(let object): Footprint(object, .releaseShared)
    case .lockExclusive(let object): Footprint(object, .acquireExclusive)
    case .unlockExclusive(let object): Footprint(object, .releaseExclusive)
    default: Footprint()
    }
  }
}

extension ModelMachine {
  /// What can be told of a run at its end.
  struct Outcome: Hashable {
    enum Kind: Hashable {
      case finished
      case deadlock
      case failed
      /// Somebody would have given up; another run says what then.
      case abandoned
    }

    let kind: Kind
    let blocked: [Int]
    let values: [Int]
    let results: [[Int]]
  }

  var outcome: Outcome {
    let blocked = threads.indices.filter { threads[$0].pending != nil }
    let isAbandoned = blocked.contains { threads[$0].isTimed }
    return Outcome(
      kind: hasFailed
        ? .failed : blocked.isEmpty ? .finished : isAbandoned ? .abandoned : .deadlock,
      blocked: blocked,
      values: objects.map(\.value),
      results: threads.map(\.results)
    )
  }
}
