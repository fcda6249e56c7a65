import Interlock

/// A thread of an execution: a fiber, and what it will do next.
///
/// # States
///
/// | `pending` | the fiber | who goes on |
/// |---|---|---|
/// | `operation`, `access` | stands before the operation, which has not touched anything | the execution, when the search chooses it |
/// | `choice` | waits to be told which of so many possibilities is chosen | the execution, when the search chooses one |
/// | `resumption` | sleeps in the middle of an operation | the execution, when it was woken or its time is over |
/// | `nothing` | has finished, or crashed | nobody |
///
/// Only the execution changes anything here, while no fiber runs or from the fiber that runs. When it is over the
/// same object, with its fiber, is a thread of the next one.
@safe
final class ControlledThread: FiberBody {
  /// What a thread that does not run will do next.
  enum Pending {
    /// Its ``operation``.
    case operation
    case access(WordAccess)
    case resumption(Sleep)
    case choice(count: Int)
    case nothing
  }

  /// On what it depends whether a thread can make its next step.
  @safe
  enum Gate {
    /// On nothing.
    case open
    /// A lock has to be free; or its own, which is told to whoever acquires it again.
    case lock(SoleLock)
    /// A thread has to end.
    case end(Unmanaged<ControlledThread>)
    /// In a pool there has to be a task for it.
    case work(WatchedPool)
    /// All threads of a pool have to go.
    case endOfPool(WatchedPool)
    /// A task of a pool has to end.
    case endOfTask(WatchedTask)
    /// It sleeps, and ``pending`` says on what.
    case sleep
    /// It has given way, or looked at the same thing, too often: it goes on when it is its turn.
    case turn
    /// There is nothing that it could do.
    case over
  }

  /// A thread sleeps on a word, perhaps in the middle of its ``operation``.
  struct Sleep {
    let address: UInt
    let deadline: Deadline

    /// Whether it sleeps only to let others go first.
    var isYield: Bool { address == 0 }
  }

  /// An operation in the midst of which the thread runs code of the toolkit's user.
  private struct Interrupted {
    let operation: Operation?
    let depth: Int
    /// How many steps the thread had done.
    let stepCount: Int
  }

  /// Which thread it is, in every execution of the body.
  @safe @exclusivity(unchecked)
  private(set) var number = 0
  /// How it came to be.
  @safe @exclusivity(unchecked)
  private(set) var origin = ThreadOrigin(parent: nil, ordinal: 0)
  /// The step that started it.
  @safe @exclusivity(unchecked)
  private(set) var startedBy: EventID?
  @safe @exclusivity(unchecked)
  private var knownRecord: ThreadRecord?
  @safe @exclusivity(unchecked)
  private var body: (@Sendable () -> Void)?

  // SAFETY: the world has its threads, and so is there as long as they are. Not `unowned(unsafe)`: such references
  // are counted while they are used.
  private let world: Unmanaged<ControlledWorld>
  /// Where it runs.
  let fiber: Fiber

  /// Set together with ``gate``.
  @safe @exclusivity(unchecked)
  private(set) var pending = Pending.nothing
  @safe @exclusivity(unchecked)
  private(set) var gate = Gate.over
  /// Whether the gate is open; it is asked often.
  @safe @exclusivity(unchecked)
  private(set) var isOpen = false
  /// What was chosen in its last step.
  @safe @exclusivity(unchecked)
  var label = 0
  /// How many steps it has done.
  @safe @exclusivity(unchecked)
  var stepCount = 0
  /// In how many operations it is, one inside the other.
  @safe @exclusivity(unchecked)
  var depth = 0
  /// The operation that it stands before or is in, the outermost.
  @safe @exclusivity(unchecked)
  var operation: Operation?
  /// Operations in the midst of which the thread runs code of the toolkit's user, the innermost last.
  @safe @exclusivity(unchecked)
  private var interrupted: [Interrupted] = []
  /// How many threads it has started.
  @safe @exclusivity(unchecked)
  var children = 0
  /// The step that woke it, while it sleeps.
  @safe @exclusivity(unchecked)
  var wokenBy: EventID?
  /// What it does again and again without getting on.
  @safe @exclusivity(unchecked)
  var patience = Patience()
  @safe @exclusivity(unchecked)
  var isFinished = false
  /// How many locks it has.
  @safe @exclusivity(unchecked)
  private(set) var lockCount = 0
  /// Whether some thread has joined it.
  @safe @exclusivity(unchecked)
  var isJoined = false

  /// Makes a thread that is none yet.
  init(on fiber: Fiber, in world: ControlledWorld) {
    unsafe self.world = Unmanaged.passUnretained(world)
    self.fiber = fiber
    super.init()
    fiber.keep(self)
  }

  /// Becomes a thread of a run, which goes on with `body`.
  func begin(
    number: Int,
    origin: ThreadOrigin,
    record: ThreadRecord,
    startedBy: EventID?,
    _ body: @escaping @Sendable () -> Void
  ) {
    (self.number, self.origin, self.startedBy) = (number, origin, startedBy)
    knownRecord = record
    self.body = body
    (label, stepCount, depth, children, lockCount) = (0, 0, 0, 0, 0)
    wokenBy = nil
    (isFinished, isJoined) = (false, false)
    operation = nil
    if !interrupted.isEmpty { interrupted = [] }
    patience.reset()
    fiber.startAgain()
  }

  /// The run is over.
  func close() {
    fiber.abandon()
    knownRecord = nil
    body = nil
  }

  /// What the fiber does.
  override func run() {
    guard let body = body.take(), let record = unsafe knownRecord.map(Unmanaged.passUnretained)
    else {
      fatalError("a thread is begun before it runs")
    }
    // SAFETY: the thread keeps its record until the run is over.
    unsafe record._withUnsafeGuaranteedRef { record in
      unsafe world._withUnsafeGuaranteedRef { $0.live(as: record, body) }
    }
  }

  /// What the toolkit knows of it.
  var record: ThreadRecord {
    guard let knownRecord else { fatalError("a thread of a run has its record") }
    return knownRecord
  }

  /// Its last step; `nil` before the first.
  var lastEvent: EventID? {
    stepCount > 0 ? EventID(thread: number, index: stepCount - 1) : nil
  }

  /// Says what the thread does next, and on what that depends.
  func stand(before pending: Pending, _ gate: Gate) {
    self.pending = pending
    self.gate = gate
    isOpen = if case .open = gate { true } else { false }
  }

  /// Code of the toolkit's user begins in the midst of an operation: what it does is no part of that.
  func leaveOperation() {
    interrupted.append(
      Interrupted(operation: operation, depth: depth, stepCount: stepCount)
    )
    (operation, depth) = (nil, 0)
  }

  /// That code is done, and the operation goes on.
  ///
  /// - Returns: Whether there were steps in between.
  func returnToOperation() -> Bool {
    guard let last = interrupted.popLast() else { return false }
    (operation, depth) = (last.operation, last.depth)
    return last.stepCount != stepCount
  }

  /// The identity by which operations on the thread's end name it.
  var subject: UInt { knownRecord.map { UInt(bitPattern: ObjectIdentifier($0)) } ?? 0 }
  /// The number by which locks know the thread.
  var recordNumber: UInt32 { knownRecord?.number ?? 0 }

  /// The thread has done something with a lock.
  func noteLock(_ kind: Operation.Kind, succeeded: Bool) {
    switch kind {
    case .release, .releaseShared: lockCount -= 1
    case .acquire, .acquireShared, .tryAcquire, .tryAcquireShared: lockCount += succeeded ? 1 : 0
    default: break
    }
  }
}
