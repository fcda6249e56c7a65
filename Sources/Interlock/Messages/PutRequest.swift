/// Somebody wants to put an element into a queue.
struct PutRequest<Element: Sendable>: QueueRequest, Sendable {
  enum Outcome: Sendable {
    case done, closed
  }

  let element: Element
  let queue: BlockingQueue<Element>

  var operation: Operation { Operation(.put, queue.subject) }

  // Elements are handed over to those in line only.
  var isWorthYielding: Bool { queue.capacity != 0 }

  func attempt() -> Outcome? {
    switch queue.keeping {
    case .core(let core):
      let outcome = outcome(core.put(element))
      if outcome == .done { queue.takers.announce() }
      return outcome
    case .handOver(let rules):
      let (result, woken) = rules.withLock { $0.put(element) }
      woken?.wake()
      return outcome(result)
    }
  }

  func enter(_ sleeper: Sleeper, isBack: Bool) -> QueueEntry<Outcome> {
    switch queue.keeping {
    case .core(let core):
      queue.putters.enter(sleeper, isBack: isBack)
      guard core.isReadyToPut else { return .waiting }
      _ = queue.putters.leave(sleeper)
      return .ready
    case .handOver(let rules):
      let (result, woken) = rules.withLock { rules in
        let (result, woken) = rules.put(element)
        if result == .full { rules.enter(.init(sleeper: sleeper, place: 0, element: element)) }
        return (result, woken)
      }
      woken?.wake()
      return outcome(result).map { .done($0) } ?? .waiting
    }
  }

  func enter(_ sleeper: Sleeper, place: Int) {
    switch queue.keeping {
    case .core: queue.putters.enter(sleeper, place: place)
    case .handOver(let rules):
      rules.withLock { $0.enter(.init(sleeper: sleeper, place: place, element: element)) }
    }
  }

  func isReady(besides sleeper: Sleeper) -> Bool {
    switch queue.keeping {
    case .core(let core): core.isReadyToPut
    case .handOver(let rules):
      rules.withLock { rules in
        rules.isSealed || rules.wants.contains { !($0.sleeper === sleeper) }
      }
    }
  }

  func leave(_ sleeper: Sleeper, place: Int) -> Bool {
    switch queue.keeping {
    case .core: queue.putters.leave(sleeper, place: place)
    case .handOver(let rules): rules.withLock { $0.leave(sleeper, place: place) }
    }
  }

  func finish(_ reason: ThreadRecord.WakeReason) -> Outcome {
    reason == .given ? .done : .closed
  }

  func passOn() {
    if case .core(let core) = queue.keeping, core.isReadyToPut { queue.putters.announce() }
  }

  private func outcome(_ result: RingPut) -> Outcome? {
    switch result {
    case .done: .done
    case .sealed: .closed
    case .full: nil
    }
  }
}
