/// Somebody wants to take an element out of a queue.
struct TakeRequest<Element: Sendable>: QueueRequest, Sendable {
  enum Outcome: Sendable {
    case element(Element)
    case closed
  }

  let queue: BlockingQueue<Element>
  private let cell = HandOverCell<Element>()

  init(queue: BlockingQueue<Element>) {
    self.queue = queue
  }

  var operation: Operation { Operation(.take, queue.subject) }

  // Elements are handed over to those in line only.
  var isWorthYielding: Bool { queue.capacity != 0 }

  func attempt() -> Outcome? {
    switch queue.keeping {
    case .core(let core):
      let result = core.take()
      if case .element = result { queue.putters.announce() }
      return outcome(result)
    case .handOver(let rules):
      let (result, woken) = rules.withLock { $0.take() }
      woken?.wake()
      return outcome(result)
    }
  }

  func enter(_ sleeper: Sleeper, isBack: Bool) -> QueueEntry<Outcome> {
    switch queue.keeping {
    case .core(let core):
      queue.takers.enter(sleeper, isBack: isBack)
      guard core.isReadyToTake else { return .waiting }
      _ = queue.takers.leave(sleeper)
      return .ready
    case .handOver(let rules):
      let (result, woken) = rules.withLock { rules in
        let (result, woken) = rules.take()
        if case .empty = result { rules.enter(.init(sleeper: sleeper, place: 0, cell: cell)) }
        return (result, woken)
      }
      woken?.wake()
      return outcome(result).map { .done($0) } ?? .waiting
    }
  }

  func enter(_ sleeper: Sleeper, place: Int) {
    switch queue.keeping {
    case .core: queue.takers.enter(sleeper, place: place)
    case .handOver(let rules):
      rules.withLock { $0.enter(.init(sleeper: sleeper, place: place, cell: cell)) }
    }
  }

  func isReady(besides sleeper: Sleeper) -> Bool {
    switch queue.keeping {
    case .core(let core): core.isReadyToTake
    case .handOver(let rules):
      rules.withLock { rules in
        rules.isSealed || rules.offers.contains { !($0.sleeper === sleeper) }
      }
    }
  }

  func leave(_ sleeper: Sleeper, place: Int) -> Bool {
    switch queue.keeping {
    case .core: queue.takers.leave(sleeper, place: place)
    case .handOver(let rules): rules.withLock { $0.leave(sleeper, place: place) }
    }
  }

  func finish(_ reason: ThreadRecord.WakeReason) -> Outcome {
    guard reason == .given, let element = cell.element else { return .closed }
    return .element(element)
  }

  func passOn() {
    if case .core(let core) = queue.keeping, core.isReadyToTake { queue.takers.announce() }
  }

  private func outcome(_ result: RingTake<Element>) -> Outcome? {
    switch result {
    case .element(let element): .element(element)
    case .sealed: .closed
    case .empty: nil
    }
  }
}
