import CInterlock
import Glibc

/// Sees which locks the threads of the process acquire, while ``DeadlockDetection`` is on.
///
/// It hears of every operation through the ``Seam``, like a world, but decides nothing. Threads that live
/// in a world of their own do not come here.
final class LockWatch: Sendable {
  static let shared = LockWatch()

  private struct State {
    var response: DeadlockDetection.Response?
    var order = LockOrder()
  }

  private let state = Guarded(State())
  // 0 while nobody watches, else a number for this time of watching. Changed under the guard of `state`.
  private let period = Atomic<UInt64>(0)
  private let periods = Atomic<UInt64>(0)
  /// Goes up when a lock is forgotten: what threads remember of orders counts no more.
  private let edition = Atomic<UInt64>(0)

  private init() {
    guard let asked = unsafe interlock_deadlock_switch() else { return }
    // The seam was told that somebody watches before the program began.
    switch unsafe String(cString: asked) {
    case "report": turnOn(.report)
    case "trap": turnOn(.trap)
    case let other:
      StandardError.write(
        "interlock: warning: INTERLOCK_DEADLOCKS=\(other) means nothing; say report or trap.\n"
      )
    }
    Seam.dismissWorld()
  }

  var isOn: Bool { currentPeriod != 0 }

  private var currentPeriod: UInt64 {
    // Ordering (D1): acquiring, pairs with the store in `turnOn`.
    period.rawLoad(ordering: .acquiring)
  }

  func turnOn(_ response: DeadlockDetection.Response) {
    // First: whoever sees the period notes an acquisition, and must not overlook the release.
    Seam.announceWorld()
    let next = periods.wrappingAdd(1, ordering: .relaxed).newValue
    let wasOff = state.withLock { state in
      defer { state = State(response: response) }
      // Ordering (D1): releasing, pairs with the load in `currentPeriod`.
      period.store(next, ordering: .releasing)
      return state.response == nil
    }
    edition.wrappingAdd(1, ordering: .relaxed)
    if wasOff { WaitForGraph.beginInterest() } else { Seam.dismissWorld() }
  }

  func turnOff() {
    let wasOn = state.withLock { state in
      defer { state = State() }
      period.store(0, ordering: .relaxed)
      return state.response != nil
    }
    guard wasOn else { return }
    Seam.dismissWorld()
    WaitForGraph.endInterest()
  }

  /// Tells whoever turned detection on.
  func tell(_ finding: DeadlockDetection.Finding) {
    guard let response = state.withLock({ $0.response }) else { return }
    switch response {
    case .report: report(finding)
    case .trap: fatalError("\(finding)")
    case .call(let body):
      // The calling thread may be about to sleep, and cannot wait for anything else meanwhile.
      do throws(ThreadError) {
        try spawn(name: "deadlock") { body(finding) }
      } catch {
        report(finding)
      }
    }
  }

  private func report(_ finding: DeadlockDetection.Finding) {
    StandardError.write("interlock: warning: \(finding)\n")
  }
}

// What threads do.
extension LockWatch {
  /// Runs `body`, which is an operation of the calling thread.
  func watch(_ kind: Operation.Kind, _ subject: Subject, _ body: () -> Bool) -> Bool {
    guard subject.isLock else { return body() }
    let me = ThreadRecord.current
    switch kind {
    case .acquire, .acquireShared:
      let stack = CallStack.capture()
      noteOrder(me, subject, isShared: kind == .acquireShared, stack)
      return acquire(me, subject, isShared: kind == .acquireShared, stack, body)
    case .tryAcquire, .tryAcquireShared:
      return acquire(me, subject, isShared: kind == .tryAcquireShared, .capture(), body)
    case .release, .releaseShared:
      me.withHolds { $0.remove(subject.identity) }
    case .downgrade:
      me.withHolds { $0.share(subject.identity) }
    default: break
    }
    return body()
  }

  private func acquire(
    _ me: ThreadRecord,
    _ subject: Subject,
    isShared: Bool,
    _ stack: CallStack,
    _ body: () -> Bool
  ) -> Bool {
    guard body() else { return false }
    let period = currentPeriod
    // Turned off meanwhile: nobody will note the release.
    guard period != 0 else { return true }
    let hold = HeldLocks.Hold(subject: subject.named, isShared: isShared, stack: stack)
    me.withHolds { $0.append(hold, period: period) }
    return true
  }

  /// The calling thread will let a lock go, wait for something else, and acquire the lock again.
  func willAcquireAgain(_ subject: Subject) {
    guard isOn else { return }
    noteOrder(.current, subject, isShared: false, .capture())
  }

  private func noteOrder(
    _ me: ThreadRecord,
    _ wanted: Subject,
    isShared: Bool,
    _ stack: CallStack
  ) {
    // Before the period, so that what is said too late for a period is said again in the next one.
    let edition = edition.load(ordering: .acquiring)
    let period = currentPeriod
    let held = me.withHolds { $0.current(period: period, without: wanted.identity) }
    guard !held.isEmpty else { return }
    var way = Hasher()
    for hold in held {
      way.combine(hold.subject.identity)
      way.combine(hold.isShared)
    }
    way.combine(wanted.identity)
    way.combine(isShared)
    guard unsafe me.orders.isNew(way.finalize(), edition: edition) else { return }
    let identity = ThreadIdentity(me)
    let circles = state.withLock { state -> [[LockOrder.Step]] in
      // Turned off or on since: what the thread had then is no news of this period.
      guard currentPeriod == period else { return [] }
      return held.compactMap { hold in
        state.order.note(
          LockOrder.Step(
            thread: identity,
            held: hold,
            allHeld: held,
            wanted: wanted.named,
            wantsShared: isShared,
            stack: stack
          )
        )
      }
    }
    for circle in circles { tell(.inversion(LockOrderInversion(circle))) }
  }

  /// Where a thread acquired a lock that it has.
  func stack(of subject: Subject, in holder: ThreadRecord) -> CallStack? {
    let period = currentPeriod
    guard period != 0 else { return nil }
    return holder.withHolds { $0.stack(of: subject.identity, period: period) }
  }

  /// A lock goes away.
  func forget(_ subject: Subject) {
    guard isOn else { return }
    if state.withLock({ $0.order.forget(subject.identity) }) {
      edition.wrappingAdd(1, ordering: .relaxed)
    }
  }
}

/// In which ways one thread has acquired locks already, so that it need not say so again.
struct OrderMemory {
  private static let limit = 4096

  /// The locks that it had, and the one that it acquired; hashed.
  private var ways: Set<Int> = []
  private var edition: UInt64 = 0

  /// Whether the thread does this for the first time since a lock was last forgotten.
  mutating func isNew(_ way: Int, edition: UInt64) -> Bool {
    if edition != self.edition || ways.count >= Self.limit { ways = [] }
    self.edition = edition
    return ways.insert(way).inserted
  }
}
