import Interlock

/// What the next step of a thread touches.
extension ControlledWorld {
  /// The event that a thread stands before.
  func event(of thread: ControlledThread) -> Event {
    var event = eventInPatience(of: thread)
    event.isAfterAll = isOutOfPatience(thread)
    return event
  }

  private func eventInPatience(of thread: ControlledThread) -> Event {
    let id = EventID(thread: thread.number, index: thread.stepCount)
    let start = thread.stepCount == 0 ? thread.startedBy : nil
    switch thread.pending {
    case .nothing: return Event(id, [], after: start)
    case .choice:
      let footprint = thread.operation.map { self.footprint(of: $0, by: thread, isWoken: false) }
      return Event(id, footprint ?? [], after: start)
    case .access(let access):
      return Event(id, footprint(of: access, by: thread), after: start)
    case .resumption(let sleep):
      let footprint = thread.operation.map {
        self.footprint(of: $0, by: thread, isWoken: thread.wokenBy != nil)
      }
      var event = Event(id, footprint ?? [], after: thread.wokenBy, isYield: sleep.isYield)
      if let lock = thread.operation?.outerLock {
        note(lock.ownerNumber == 0, of: UInt(bitPattern: ObjectIdentifier(lock)), in: &event)
      } else if let operation = thread.operation {
        noteMoment(of: operation, by: thread, in: &event)
      }
      return event
    case .operation:
      guard let operation = thread.operation else { return Event(id, [], after: start) }
      let ended =
        operation.isJoin ? unsafe joined(operation)?._withUnsafeGuaranteedRef(\.lastEvent) : nil
      var event = Event(
        id,
        footprint(of: operation, by: thread, isWoken: false),
        after: start,
        alsoAfter: ended,
        isYield: operation.isYield
      )
      if let lock = operation.subject.soleLock {
        note(lock.ownerNumber == 0, of: lock.identity, in: &event)
      } else {
        noteMoment(of: operation, by: thread, in: &event)
      }
      return event
    }
  }

  /// Notes how the pool or the task is that an operation is about.
  private func noteMoment(
    of operation: Operation,
    by thread: ControlledThread,
    in event: inout Event
  ) {
    if let pool = operation.pool(touchedBy: thread.record) {
      note(pool.hasWork, of: pool.identity, in: &event, couldPut: pool.isOver)
    } else if let task = operation.task {
      note(task.isOver, of: task.identity, in: &event)
    }
  }

  private func note(
    _ isFree: Bool,
    of lock: UInt,
    in event: inout Event,
    couldPut: Bool = false
  ) {
    event.taken = memory.objects.place(of: lock)
    for position in 0..<event.footprint.count {
      event.noteMoment(position, couldTake: isFree, couldPut: couldPut)
    }
  }

  /// Whether a thread is joined, and not a queue.
  func joinsThread(_ operation: Operation) -> Bool { unsafe joined(operation) != nil }

  /// The thread that is joined; `nil` if it is no thread: queues are joined, too.
  func joined(_ operation: Operation) -> Unmanaged<ControlledThread>? {
    let subject = operation.subject.identity
    return unsafe firstThread { $0.subject == subject }
  }
}

// Footprints.
extension ControlledWorld {
  /// The object that stands for all of the toolkit's.
  ///
  /// Each operation reads it, and who only asks, such as for the number of elements in a queue, writes
  /// it: so asking comes before or after every operation. Who cancels writes it too, for every operation
  /// that may give up looks whether it should.
  private static let everything = 0

  /// The object that stands for whether threads were asked to end.
  private static let cancellation = 1

  private func footprint(of access: WordAccess, by thread: ControlledThread) -> Footprint {
    let (sort, mode): (ObjectNames.Sort, Mode)
    switch access.kind {
    case .fence: return []
    case .guarding: return Footprint(Self.everything, .write)
    case .load: (sort, mode) = (.word, .read)
    case .store, .update: (sort, mode) = (.word, .write)
    case .plainLoad: (sort, mode) = (.cell, .read)
    case .plainStore: (sort, mode) = (.cell, .write)
    }
    let word = name(access.address, thread, sort)
    return memory.objects.isLookedAt(word)
      ? Footprint(Self.everything, .write) : Footprint(word, mode)
  }

  private func footprint(
    of operation: Operation,
    by thread: ControlledThread,
    isWoken: Bool
  ) -> Footprint {
    if operation.kind == .look, operation.subject.soleLock == nil {
      return Footprint(Self.cancellation, .read)
    }
    if let pool = operation.pool(touchedBy: thread.record) {
      return footprint(of: operation, on: pool, by: thread)
    }
    if operation.isSelection { return footprint(ofSelectionBy: thread) }
    var footprint = ownFootprint(of: operation, by: thread, isWoken: isWoken)
    if operation.kind == .cancel { footprint.append(Touch(Self.cancellation, .write)) }
    // Not who waits for a lock: whether that could have come earlier, the lock alone must say. Who asks about
    // the lock comes before or after its release, which is as much.
    if (0..<footprint.count).allSatisfy({ footprint[$0].mode != .take }) {
      footprint.append(Touch(Self.everything, operation.kind == .cancel ? .write : .read))
    }
    return footprint
  }

  /// The same of an operation on a pool, or on a task of it that a worker may begin or nobody any more.
  private func footprint(
    of operation: Operation,
    on pool: WatchedPool,
    by thread: ControlledThread
  ) -> Footprint {
    let place = name(pool.identity, thread, .outerLock)
    switch thread.gate {
    // Like who waits for a lock.
    case .work: return Footprint(place, .take)
    case .endOfPool: return Footprint(place, .put)
    default: break
    }
    var footprint = Footprint(place, .write)
    let isQuestion = operation.kind == .ask
    if pool.identity != operation.subject.identity, !isQuestion {
      let object = name(operation.subject.identity, thread, .meetingPlace)
      // The two may have got one name, and a footprint has each object once.
      if object != place { footprint.append(Touch(object, .write)) }
    }
    if operation.kind == .cancel { footprint.append(Touch(Self.cancellation, .write)) }
    let asksAll = isQuestion || operation.kind == .cancel
    footprint.append(Touch(Self.everything, asksAll ? .write : .read))
    return footprint
  }

  /// The same of an operation on several queues: it looks at all of them, and changes one.
  private func footprint(ofSelectionBy thread: ControlledThread) -> Footprint {
    let queues = unsafe thread.record.selectedQueues
    // With more than there is room for it comes before or after every operation.
    guard queues.count < Footprint.capacity else { return Footprint(Self.everything, .write) }
    var footprint = Footprint(Self.everything, .read)
    for queue in queues {
      let name = name(queue, thread, .meetingPlace)
      // Two may have got one name, and a footprint has each object once.
      if footprint.position(of: name) == nil { footprint.append(Touch(name, .write)) }
    }
    return footprint
  }

  private func ownFootprint(
    of operation: Operation,
    by thread: ControlledThread,
    isWoken: Bool
  ) -> Footprint {
    switch operation.kind {
    case .start, .finish, .yield, .sleep: return []
    case .join where joinsThread(operation): return []
    default: break
    }
    let subject = operation.subject
    let sort = subject.isLock ? ObjectNames.Sort.lock : .meetingPlace
    if case .endOfTask = thread.gate {
      return Footprint(name(subject.identity, thread, sort), .take)
    }
    guard let lock = operation.outerLock, lock !== subject.object else {
      return Footprint(
        name(subject.identity, thread, sort),
        mode(of: operation, isWoken: isWoken)
      )
    }
    let outer = name(UInt(bitPattern: ObjectIdentifier(lock)), thread, .outerLock)
    // Who was notified does not stand in the condition's line any more, and waits for the lock only.
    if isWoken { return Footprint(outer, .take) }
    let object = name(subject.identity, thread, sort)
    // The two may have got one name, and a footprint has each object once.
    return object == outer
      ? Footprint(outer, .write) : [Touch(object, .write), Touch(outer, .write)]
  }

  private func mode(of operation: Operation, isWoken: Bool) -> Mode {
    guard operation.subject.soleLock != nil else {
      return isWoken && operation.outerLock != nil ? .take : .write
    }
    return operation.kind == .acquire && !operation.mayGiveUp ? .take : .write
  }

  private func name(_ address: UInt, _ thread: ControlledThread, _ sort: ObjectNames.Sort) -> Int {
    memory.objects.name(
      of: address,
      for: ObjectNames.Slot(thread: thread.number, number: thread.stepCount, sort: sort),
      inFrame: { address in
        for thread in started {
          guard let depth = thread.fiber.depth(of: address) else { continue }
          return .frame(of: thread.number, depth: depth)
        }
        return nil
      }
    )
  }
}
