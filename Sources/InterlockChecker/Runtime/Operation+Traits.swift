import Interlock

extension Operation {
  /// The lock that who waits for a condition or in a monitor has let go.
  var outerLock: Lock? {
    guard case .wait = kind else { return nil }
    switch subject.object {
    case let condition as Condition: return condition.lock
    case let lock as Lock: return lock
    default: return nil
    }
  }
}

// With patterns: to call `==` of an enumeration of another module is a call, and these are asked often.
extension Operation {
  var isJoin: Bool { if case .join = kind { true } else { false } }
  var isYield: Bool { if case .yield = kind { true } else { false } }
  var isSelection: Bool { if case .select = kind { true } else { false } }
}

extension WordAccess {
  var isGuarding: Bool { if case .guarding = kind { true } else { false } }

  /// Whether it may leave the word as it is.
  var isLook: Bool {
    switch kind {
    case .load, .update, .guarding: true
    case .store, .plainLoad, .plainStore, .fence: false
    }
  }
}

extension Operation {
  /// Whether it has done more than to look, or to let others go first.
  func isChange(succeeded: Bool) -> Bool {
    switch kind {
    case .look, .ask, .yield, .sleep: false
    case .tryAcquire, .tryAcquireShared, .tryWait, .tryPut, .tryTake, .select: succeeded
    default: true
    }
  }

  /// Whether it may come back at once with nothing, and so be done again and again.
  var mayBeVain: Bool {
    switch kind {
    case .look, .ask, .tryAcquire, .tryAcquireShared, .tryWait, .tryPut, .tryTake, .select: true
    default: false
    }
  }
}
