import CInterlock
import Glibc

/// What the toolkit knows about one thread, its own or a foreign one.
///
/// A record is made by whoever starts the thread, or by a foreign thread when it first meets the
/// toolkit, and lives as long as anybody asks for it.
///
/// A thread that must wait for another one
///
/// 1. calls ``prepareToWait()``,
/// 2. puts its record where the other one finds it, under the guard of the object it waits for,
/// 3. calls ``waitForSignal(_:until:)``,
/// 4. and if that gave up, takes its record away again, under the guard. It may find that it was
///    signalled meanwhile.
///
/// The other thread takes the record out and calls ``signal(_:)`` under the guard, and wakes
/// `parker` after it has released the guard.
@safe
package final class ThreadRecord: @unchecked Sendable {
  /// Numbers fit the owner's bits of a lock's word.
  static let greatestNumber: UInt32 = 1 << 30 - 1

  /// What tells the thread from all others that live.
  package let number: UInt32
  /// What its user called it, or `thread-7`.
  package let name: String
  /// Where the thread is listed while it lives.
  private let registry: ThreadRegistry
  package let parker = Parker()

  private let native = Atomic<Int32>(0)
  private let cancellation = Atomic<Bool>(false)
  // The reason in the low 8 bits; above them the place that the signal came from.
  private let wakeSignal = Atomic<UInt32>(UInt32(WakeReason.none.rawValue))
  private let circumstancesGuard = GuardLock(isQuiet: true)
  // Guarded by: `circumstancesGuard`.
  @exclusivity(unchecked)
  private var circumstances = Circumstances()

  // SAFETY (all): touched only by the thread itself.
  /// How often the thread was woken for the lock that it waits for; see `Lock`.
  nonisolated(unsafe) var wakes: UInt32 = 0
  /// How often the thread has selected; see `nextSelection`.
  nonisolated(unsafe) private var selections: UInt64 = 0
  /// What tells the queues of the thread's last `select` from others, if somebody watched then.
  package nonisolated(unsafe) var selectedQueues: [UInt] = []
  /// The values of this thread's thread-local variables.
  @exclusivity(unchecked)
  nonisolated(unsafe) var locals: [UInt64: AnyObject] = [:]
  /// The locks with a rank that this thread holds.
  nonisolated(unsafe) var rankedHolds: [RankedHold] = []
  /// What the thread is to its pool, if it is a pool's.
  nonisolated(unsafe) var worker: Unmanaged<PoolWorker>?
  /// Whether a wait of the thread that closes a circle may be refused; see ``Deadlock``.
  nonisolated(unsafe) var acceptsRefusal = false
  /// The circle for which the thread's last wait was refused.
  nonisolated(unsafe) var refusal: Deadlock?
  /// How often the thread has waited.
  nonisolated(unsafe) private var waitCount: UInt64 = 0
  /// In which orders it has acquired locks, as far as it has said so.
  nonisolated(unsafe) var orders = OrderMemory()

  /// Whether the thread is a pool's.
  var isPoolWorker: Bool { unsafe worker != nil }
  /// The pool task that the thread runs, the innermost if there are several.
  nonisolated(unsafe) var task: Unmanaged<AnyPoolTask>?

  private func withCircumstances<Result>(_ body: (inout Circumstances) -> Result) -> Result {
    circumstancesGuard.withLock { unsafe body(&circumstances) }
  }

  /// What others may want to know of the thread, or change.
  private struct Circumstances {
    /// The wait that it is in.
    var wait: ThreadWait?
    /// Ends a wait that is not at its parker.
    var interrupter: (@Sendable () -> Void)?
    /// The locks that it has, while ``DeadlockDetection`` is on.
    var holds = HeldLocks()
  }

  /// A record for a thread that is about to start.
  package init(name: String?, in registry: ThreadRegistry) {
    self.registry = registry
    number = registry.makeNumber()
    self.name = name ?? "thread-" + String(number)
  }

  /// Which threads of its world wait for which pool tasks.
  var joins: Guarded<JoinGraph> { registry.joins }

  /// The system's number of the thread; 0 before it has started.
  package var nativeID: Int32 { native.rawLoad(ordering: .relaxed) }
}

// Waiting for other threads.
extension ThreadRecord {
  /// Why a waiting thread was woken.
  package enum WakeReason: UInt8, Sendable {
    /// It was not.
    case none
    /// What it waits for may be there: it should look again.
    case tryAgain
    /// What it waits for is its own already.
    case given
    /// What it waits for will never be there.
    case refused
  }

  /// Forgets earlier signals.
  package func prepareToWait() {
    wakeSignal.store(UInt32(WakeReason.none.rawValue), ordering: .relaxed)
  }

  /// Tells the waiting thread why it is woken.
  ///
  /// The caller wakes `parker` afterwards.
  package func signal(_ reason: WakeReason) {
    // Ordering (W1): releasing, pairs with the load in `signalled`.
    wakeSignal.store(UInt32(reason.rawValue), ordering: .releasing)
  }

  /// Tells the waiting thread why it is woken, unless somebody else has.
  ///
  /// For threads that stand in several lines at once: the first signal is the only one. The caller
  /// wakes `parker` afterwards.
  ///
  /// - Parameters:
  ///   - reason: Why the thread is woken.
  ///   - place: In which of its lines it was found.
  /// - Returns: Whether this was the first signal.
  package func signalOnce(_ reason: WakeReason, from place: Int) -> Bool {
    // Ordering (W1): releasing, pairs with the load in `signalled`.
    wakeSignal.compareExchange(
      expected: UInt32(WakeReason.none.rawValue),
      desired: UInt32(reason.rawValue) | UInt32(place) << 8,
      ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// The signal that came, if one has.
  package var signalled: WakeReason {
    // Ordering (W1): acquiring, pairs with the store in `signal`.
    WakeReason(rawValue: UInt8(truncatingIfNeeded: wakeSignal.load(ordering: .acquiring))) ?? .none
  }

  /// The line that the signal came from, of those that the thread stood in.
  package var signallingPlace: Int { Int(wakeSignal.load(ordering: .relaxed) >> 8) }

  /// Sleeps until a signal comes.
  ///
  /// With a deadline the wait also gives way to the thread's cancellation; without one it does not. A
  /// thread that accepts it gives up too when it is chosen to end a deadlock.
  ///
  /// - Parameters:
  ///   - operation: What the thread does, for reports.
  ///   - deadline: When to give up.
  ///   - held: What others have and this thread waits for.
  /// - Returns: The signal, or `none` if the wait gave up.
  package func waitForSignal(
    _ operation: @autoclosure () -> Operation,
    until deadline: Deadline?,
    heldBy held: (any HeldByThreads)? = nil
  )
    -> WakeReason
  {
    let reason = signalled
    guard reason == .none else { return reason }
    let operation = operation()
    CooperativePool.noteBlocking(operation)
    enterWait(operation, until: deadline, heldBy: held)
    defer { withCircumstances { $0.wait = nil } }
    while true {
      if isRefused || deadline != nil && isCancelled { return signalled }
      let isInTime = parker.park(until: deadline ?? .never)
      let reason = signalled
      if reason != .none || !isInTime { return reason }
    }
  }

  /// What the thread waits for, in words, if it is still in the wait with this number.
  func words(ofWait number: UInt64) -> String? {
    // While the guard is held the wait goes on, and its object is there.
    withCircumstances { $0.wait.flatMap { $0.number == number ? $0.operation.description : nil } }
  }

  /// What the thread waits for at this moment, in words.
  package var currentWait: String? {
    // While the guard is held the wait goes on, and its object is there.
    withCircumstances { $0.wait?.operation.description }
  }
}

// Waiting in circles; see Documentation/Internals/Deadlock.md.
extension ThreadRecord {
  private func enterWait(
    _ operation: Operation,
    until deadline: Deadline?,
    heldBy held: (any HeldByThreads)?
  ) {
    unsafe waitCount += 1
    let entered = ThreadWait(
      number: unsafe waitCount,
      operation: operation,
      held: held,
      // Without a limit of time only cancellation ends it, which has come already or may never.
      isEndless: deadline == nil || deadline == .never && !isCancelled,
      acceptsRefusal: unsafe acceptsRefusal
    )
    guard held != nil, entered.isEndless, Seam.watchingWorld == nil else {
      return setWait(entered)
    }
    WaitForGraph.enter(self, entered)
  }

  /// The wait that the thread is in, whatever has become of it.
  var lastWait: ThreadWait? { withCircumstances { $0.wait } }

  /// Writes down what the thread is about to wait for.
  func setWait(_ wait: ThreadWait) {
    withCircumstances { $0.wait = wait }
  }

  /// Changes what is known of the wait with this number, if the thread is still in it.
  func changeWait(_ number: UInt64, _ change: (inout ThreadWait) -> Void) {
    withCircumstances { circumstances in
      guard var changed = circumstances.wait, changed.number == number else { return }
      change(&changed)
      circumstances.wait = changed
    }
  }

  /// Lets the waiting thread end a deadlock, if it is still in the wait with this number.
  ///
  /// The caller wakes `parker` afterwards.
  func refuseWait(_ number: UInt64, _ deadlock: Deadlock) {
    changeWait(number) { $0.refusal = deadlock }
  }

  /// Whether the thread was chosen to end a deadlock; only the thread itself asks.
  private var isRefused: Bool {
    guard unsafe acceptsRefusal, let deadlock = withCircumstances({ $0.wait?.refusal }) else {
      return false
    }
    unsafe refusal = deadlock
    return true
  }
}

extension ThreadRecord {
  /// Runs `body` with the locks that the thread has, as far as that is noted.
  func withHolds<Result>(_ body: (inout HeldLocks) -> Result) -> Result {
    withCircumstances { body(&$0.holds) }
  }
}

/// A wait of a thread, from before it first sleeps until it wakes for good.
struct ThreadWait {
  /// Which of the thread's waits it is.
  let number: UInt64
  let operation: Operation
  /// What others have and the thread waits for; `nil` if what it waits for belongs to nobody.
  let held: (any HeldByThreads)?
  /// Whether only the end of what it waits for ends it.
  let isEndless: Bool
  /// Whether it may be refused, to end a deadlock.
  let acceptsRefusal: Bool
  /// From where the thread called.
  var stack: CallStack?
  /// It is part of a circle that nobody ends, and which was told of.
  var isTold = false
  /// It ends, for its thread was chosen to end a circle.
  var isSettled = false
  /// It was refused, for this circle.
  var refusal: Deadlock?
}

/// Something that threads have and others wait for until they give it back.
package protocol HeldByThreads: AnyObject, Sendable {
  /// The threads that have it at this moment, or stand in front of one that waits for it and keep it out.
  func holdingThreads(against waiter: ThreadRecord) -> [ThreadRecord]
}

// Choosing fairly.
extension ThreadRecord {
  /// A number for the thread itself: where to begin among several things that are as good as each
  /// other.
  ///
  /// They are spread evenly whatever share of the calls somebody looks at, and the same in each run.
  func nextSelection() -> Int {
    unsafe selections &+= 0x9E37_79B9_7F4A_7C15
    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    var bits = unsafe selections
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: (bits ^ (bits >> 31)) >> 1)
  }
}

// Cancellation.
extension ThreadRecord {
  /// Whether the thread itself was asked to end.
  package var isAskedToEnd: Bool {
    // Ordering (C1): acquiring, pairs with the store in `cancel`.
    cancellation.rawLoad(ordering: .acquiring)
  }

  /// Whether the thread, or the pool task that it runs, was asked to end.
  ///
  /// Only the thread itself asks.
  package var isCancelled: Bool {
    if isAskedToEnd { return true }
    return unsafe task?.takeUnretainedValue().isAskedToStop ?? false
  }

  /// Asks the thread to end, and wakes it if it waits with a deadline.
  ///
  /// No cancellation is missed: the flag is set before the permit is left, and a waiting thread
  /// looks at the flag before each park.
  package func cancel() {
    // Ordering (C1): releasing, pairs with the load in `isAskedToEnd`.
    cancellation.store(true, ordering: .releasing)
    interrupt()
  }

  /// Lets the thread, if it waits, look whether it was cancelled.
  package func interrupt() {
    parker.wake()
    withCircumstances { $0.interrupter?() }
  }

  /// Runs `body`, in which the thread waits for something outside its process.
  ///
  /// `interrupt` ends that wait. It is called in other threads, under a guard, as long as `body` runs:
  /// it must neither wait nor come back here.
  func withInterrupter<Result, Failure: Error>(
    _ interrupt: @escaping @Sendable () -> Void,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    withCircumstances { $0.interrupter = interrupt }
    defer { withCircumstances { $0.interrupter = nil } }
    return try body()
  }
}

// Who is who.
extension ThreadRecord {
  /// The calling thread.
  package static var current: ThreadRecord {
    // SAFETY: `becomeCurrent` retained the record; it is released when the thread ends.
    if let record = unsafe interlock_get_current_thread().record {
      return unsafe Unmanaged<ThreadRecord>.fromOpaque(record).takeUnretainedValue()
    }
    return adoptCurrentThread()
  }

  /// Makes a record for a thread that the toolkit did not start.
  private static func adoptCurrentThread() -> ThreadRecord {
    let record = ThreadRecord(name: nameInSystem(), in: RealWorld.shared.registry)
    record.becomeCurrent()
    let context = unsafe Unmanaged.passUnretained(record).toOpaque()
    // If the system has no key left the record outlives its thread, which harms nobody.
    _ = unsafe interlock_thread_watch_exit(context) { context in
      guard let context = unsafe context else { return }
      unsafe Unmanaged<ThreadRecord>.fromOpaque(context).takeUnretainedValue().end()
    }
    return record
  }

  private static func nameInSystem() -> String? {
    if interlock_thread_native_id() == getpid() { return "main" }
    var bytes = [CChar](repeating: 0, count: 16)
    unsafe interlock_thread_get_name(&bytes)
    let name = String(
      decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
      as: UTF8.self
    )
    return name.isEmpty ? nil : name
  }

  /// The calling thread is the one that this record describes.
  package func becomeCurrent() {
    enter()
    var thread = unsafe interlock_get_current_thread()
    unsafe thread.number = number
    unsafe thread.record = unsafe Unmanaged.passRetained(self).toOpaque()
    unsafe interlock_set_current_thread(thread)
  }

  /// The calling thread, which this record describes, begins to do something for its user.
  package func enter() {
    native.rawStore(interlock_thread_native_id(), ordering: .relaxed)
    registry.add(self)
  }

  /// The calling thread, which this record describes, will not do anything for its user any more.
  package func leave() {
    // The deinit of a local may use other locals, or make new ones; but not for ever.
    var passes = 4
    while passes > 0, unsafe !locals.isEmpty {
      let leaving = unsafe locals
      unsafe locals = [:]
      withExtendedLifetime(leaving) {}
      passes -= 1
    }
    registry.remove(self)
  }

  /// The calling thread, which this record describes, ends.
  package func end() {
    leave()
    unsafe interlock_set_current_thread(interlock_thread())
    unsafe Unmanaged.passUnretained(self).release()
  }
}

/// The number of the calling thread, as locks store it.
@usableFromInline
enum ThreadNumber {
  @inlinable @inline(__always)
  static var current: UInt32 {
    let number = interlock_thread_number()
    return number != 0 ? number : identify()
  }

  @usableFromInline @inline(never)
  static func identify() -> UInt32 { ThreadRecord.current.number }
}

extension ThreadRecord: Named {
  package var nameForReports: String? { name }
}
