import Glibc
import Interlock

/// The world of threads that a run has left in the middle: here they come to their ends.
///
/// A run that fails stops everybody where they are, and a fiber that is given up never frees what its functions
/// own. So when all is known about the run, its threads go on in this world until they return. They run one after
/// the other, in any order; operations do what they always do, but
///
/// - who would sleep for ever is sent on with nothing: with a lock that somebody else has, with a queue that
///   seems to be closed, with a condition that nobody has notified;
/// - all threads are cancelled, and no new ones start;
/// - what goes wrong is nobody's fault, and ends the thread that it happens to.
///
/// # States
///
/// | state | next | who |
/// |---|---|---|
/// | ready | running | `drain`, in turn |
/// | running | ready: its turn is over; asleep: it parks; lost: it has used up what it may do | the thread |
/// | | over: it has returned, or crashed | `drain` |
/// | asleep | ready: it is woken, or sent on when nobody else is ready | who wakes it; `drain` |
/// | lost, over | | nobody |
///
/// It ends, because each thread has only so many operations, and is sent on only so often. A thread that joins another
/// one is not sent on: what the other one returns cannot be made up. Who waits for a thread that is lost is lost, too.
@safe
final class EndingWorld: World, @unchecked Sendable {
  // SAFETY (all): touched by the one thread of the system that has run the execution, on its fibers or between
  // them.
  private var crew: [EndingThread]
  private var ready: [EndingThread]
  private var running: EndingThread?
  private var time: UInt64
  /// Whether a thread did not come to its next operation.
  private var isStuck = false

  let registry: ThreadRegistry
  var threads: [ThreadRecord] { crew.filter(\.canGoOn).map(\.controlled.record) }

  /// Makes a world for what is left of a run.
  ///
  /// - Parameters:
  ///   - threads: All threads of the run.
  ///   - registry: Where they are listed.
  ///   - time: The present moment, in nanoseconds.
  init(_ threads: some Sequence<ControlledThread>, _ registry: ThreadRegistry, since time: UInt64) {
    crew = threads.map(EndingThread.init)
    self.registry = registry
    self.time = time
    ready = crew.filter { $0.state == .ready }
  }

  /// Lets the threads run until nobody can go on.
  ///
  /// The caller is bound to this world.
  ///
  /// - Returns: `false` if one of them got stuck, and had to be ended.
  func drain() -> Bool {
    for thread in crew where thread.canGoOn { thread.controlled.record.cancel() }
    while !isStuck, let thread = next() { run(thread) }
    // Frames that are lost keep this world.
    crew = []
    return !isStuck
  }

  /// Who goes on.
  private func next() -> EndingThread? {
    if !ready.isEmpty { return ready.removeFirst() }
    // Who waits for a lock last: to send it on lets it in where somebody else is.
    let sleeper = crew.filter(canBeSentOn).min {
      ($0.sendings, $0.lock) < ($1.sendings, $1.lock)
    }
    sleeper?.sendings += 1
    return sleeper
  }

  private func canBeSentOn(_ thread: EndingThread) -> Bool {
    guard case .asleep = thread.state, thread.sendings < EndingThread.mostSendings else {
      return false
    }
    return !isJoining(thread)
  }

  /// Whether a thread waits for the end of another one.
  private func isJoining(_ thread: EndingThread) -> Bool {
    guard let operation = thread.operation, operation.kind == .join else { return false }
    return crew.contains { $0.controlled.subject == operation.subject.identity }
  }

  private func run(_ thread: EndingThread) {
    thread.state = .running
    running = thread
    let state = thread.controlled.fiber.resume()
    running = nil
    switch state {
    case .suspended: return
    case .finished: break
    case .crashed(let crash): isStuck = crash.isStuck
    }
    thread.state = .over
  }

  /// Sets the running thread aside.
  private func suspend(_ thread: EndingThread, _ state: EndingThread.State) {
    thread.state = state
    if state == .ready { ready.append(thread) }
    Fiber.suspend()
  }

  /// The running thread does something, of which it cannot do endlessly much.
  private func count(_ thread: EndingThread, mayGiveWay: Bool) {
    thread.deeds += 1
    if thread.deeds >= EndingThread.mostDeeds { return suspend(thread, .lost) }
    if mayGiveWay, thread.deeds.isMultiple(of: EndingThread.turn) { suspend(thread, .ready) }
  }
}

// What threads do.
extension EndingWorld {
  var isEnding: Bool { true }

  /// Whether the calling thread lives in such a world.
  static var isCurrent: Bool { Seam.watchingWorld is EndingWorld }

  func leaveForGood() {
    guard let running else { return }
    suspend(running, .lost)
  }

  func begin(_ operation: Operation) {
    guard let thread = running else { return }
    thread.depth += 1
    guard thread.depth == 1 else { return }
    thread.operation = operation
    count(thread, mayGiveWay: true)
  }

  func end(_ operation: Operation, succeeded: Bool) {
    guard let thread = running else { return }
    thread.depth -= 1
    if thread.depth == 0 { thread.operation = nil }
  }

  func willAccess(_ access: WordAccess) {
    guard let thread = running else { return }
    // Not with a guard, for which others would have to wait.
    count(thread, mayGiveWay: thread.depth == 0 && access.kind != .guarding)
  }

  func didAccess(_ access: WordAccess, read: UInt128?, written: UInt128?) {}

  func park(
    on address: UnsafeRawPointer,
    while expected: UInt32,
    until deadline: Deadline
  ) -> ParkOutcome {
    guard let thread = running, unsafe address.load(as: UInt32.self) == expected else {
      return .unexpected
    }
    thread.isWoken = false
    suspend(thread, .asleep(on: UInt(bitPattern: address)))
    if thread.isWoken { return .woken }
    if deadline != .never { time = max(time, deadline.nanoseconds) }
    return .timedOut
  }

  func wake(_ count: Int, on address: UnsafeRawPointer) {
    let word = UInt(bitPattern: address)
    var rest = count
    for thread in crew where rest > 0 && thread.state == .asleep(on: word) {
      thread.wake()
      ready.append(thread)
      rest -= 1
    }
  }

  func now() -> Deadline {
    if let running { count(running, mayGiveWay: running.depth == 0) }
    return Deadline(nanoseconds: time)
  }

  func yield() {
    guard let thread = running else { return }
    // Whoever gives way in a loop waits for something: time goes on, as it did in the run.
    time += 1_000_000
    thread.sendings += 1
    suspend(thread, thread.sendings < EndingThread.mostSendings ? .ready : .lost)
  }

  func start(
    _ thread: ThreadRecord,
    stackSize: Int?,
    body: @escaping @Sendable () -> Void
  ) throws(ThreadError) {
    throw .noMoreThreads
  }
}

extension ThreadError {
  /// In a world that is ending no threads start.
  static let noMoreThreads = ThreadError(reason: .cannotStart, systemError: EAGAIN)
}
