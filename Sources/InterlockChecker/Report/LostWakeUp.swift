import Interlock

/// A thread waits for a wake-up that came before it waited.
///
/// Whether what the thread waits for is so, only its own code knows. So a notification counts as lost only if
/// it found nobody, none came later, and since then nobody else has let the lock go, nor has the thread:
/// nobody can have used up what it told of. An event remembers that it was set until it is cleared.
struct LostWakeUp {
  /// The step of the notification.
  private let call: Int
  /// The step that cleared the event.
  private let end: Int?

  /// - Returns: `nil` if that is not why the thread waits.
  init?(_ thread: BlockedThread, _ trace: ExecutionTrace) {
    guard let subject = thread.operation?.subject, thread.resource?.identity == subject.identity,
      let sleep = trace.steps.lastIndex(where: { $0.thread == thread.number && $0.isAsleep })
    else { return nil }
    func last(_ kind: Operation.Kind, in range: Range<Int>) -> Int? {
      trace.steps[range].lastIndex { step in
        step.operation?.kind == kind && step.operation?.subject.identity == subject.identity
      }
    }
    if let clearing = last(.clear, in: 0..<sleep), let setting = last(.set, in: 0..<clearing) {
      (call, end) = (setting, clearing)
      return
    }
    guard let call = last(.notify, in: 0..<trace.steps.count), call < sleep,
      trace.steps[call].listeners == 0, let lock = trace.lentLock(of: thread.number)
    else { return nil }
    // The one that notifies lets the lock go once, after it has.
    let releases = trace.releases(of: lock, in: call..<sleep)
    guard releases.count <= 1, releases.allSatisfy({ $0 == trace.steps[call].thread }) else {
      return nil
    }
    (self.call, end) = (call, nil)
  }

  /// Who did it, in which step and where.
  func words(_ trace: ExecutionTrace) -> String {
    let name = trace.name(trace.steps[call].thread)
    let place = "in step \(call + 1)\(trace.place(of: call, after: "at"))"
    guard let end else {
      return "and the notification by \(name) came before, \(place), and found nobody waiting"
    }
    let clearing = "\(trace.name(trace.steps[end].thread)) cleared it again in step \(end + 1)"
    return "and \(name) set it before, \(place), but "
      + clearing + trace.place(of: end, after: "at")
  }
}

extension ExecutionTrace {
  /// The threads that let a lock go in these steps, other than to wait.
  fileprivate func releases(of lock: UInt, in range: Range<Int>) -> [Int] {
    steps[range].compactMap { step in
      guard let operation = step.operation, operation.releasesLock else { return nil }
      return operation.subject.identity == lock ? step.thread : nil
    }
  }
}
