import Interlock

// What reports say about operations.
extension Operation {
  /// The condition that it is about.
  var condition: Condition? { subject.object as? Condition }

  /// Whether the thread has a lock after it that others may have waited for.
  var acquiresLock: Bool {
    switch kind {
    case .acquire, .acquireShared, .tryAcquire, .tryAcquireShared: subject.isLock
    default: false
    }
  }

  /// Whether it gives such a lock back.
  var releasesLock: Bool {
    switch kind {
    case .release, .releaseShared: subject.isLock
    default: false
    }
  }

  /// The call with what it puts, as in `BlockingQueue.put(3) on "orders"`.
  func call(with argument: String?) -> String {
    guard let argument else { return description }
    return subject.name.map { "\(subject.type).\(kind.rawValue)(\(argument)) on \"\($0)\"" }
      ?? "\(subject.type).\(kind.rawValue)(\(argument))"
  }

  /// How many of those are there who meet at a barrier; `nil` if it is no arrival there.
  var arrivals: String? {
    guard kind == .arrive, let barrier = subject.object as? Barrier else { return nil }
    return "\(barrier.waiterCount) of \(barrier.parties) there"
  }

  /// What came of it; empty if there is nothing to say.
  ///
  /// Called before the operation has ended, because its object is alive then, and its own.
  func result(succeeded: Bool, listeners: Int?) -> String {
    if kind == .sleep { return "" }
    guard succeeded else { return "in vain" }
    if let listeners {
      guard listeners > 0 else { return "finds nobody waiting" }
      let left = condition?.waiterCount ?? 0
      return "wakes \(listeners - left) of \(listeners)"
    }
    switch subject.object {
    case let semaphore as Semaphore:
      if let permits = semaphore.restingPermits { return "\(permits) left" }
    case let group as WaitGroup where kind != .wait: return "\(group.count) to go"
    default: break
    }
    let mayFail = mayGiveUp || [.tryAcquire, .tryAcquireShared, .tryPut, .tryTake].contains(kind)
    return mayFail ? "succeeds" : ""
  }

  /// What nobody does, if a thread waits for ever and no other thread has what it waits for.
  var missing: String {
    switch (String(describing: subject.type), kind) {
    case ("Condition", _): "nobody notifies it any more"
    case ("Monitor", _): "nobody changes the value so that it could go on"
    case ("Event", _): "nobody sets it any more"
    case ("Semaphore", _): "nobody releases it any more"
    case ("Arbitrator", _): "nobody gives back what it asks for"
    case ("Barrier", _): "too few others arrive"
    case ("WaitGroup", _): "nobody is done any more"
    case ("Once", _): "nobody makes the value any more"
    case ("BlockingQueue", .take), ("BlockingQueue", .select):
      "nobody puts anything into it or closes it any more"
    case ("BlockingQueue", .put): "nobody takes anything out of it any more"
    case ("BlockingQueue", .join): "nobody is done with the rest any more"
    default: "nobody ends that any more"
    }
  }
}

extension WordAccess.Kind {
  /// What is done to the word.
  var words: String {
    switch self {
    case .load: "Atomic.load()"
    case .store: "Atomic.store()"
    case .update: "Atomic update"
    case .plainLoad: "reads a PlainCell"
    case .plainStore: "writes a PlainCell"
    case .fence: "memoryFence()"
    case .guarding: "a guard of the toolkit's"
    }
  }
}
