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
/// Only the execution changes anything here, while no fiber runs or from the fiber that runs.
final class ControlledThread {
  /// What a thread that does not run will do next.
  enum Pending {
    case operation(Operation)
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
    /// It sleeps, and ``pending`` says on what.
    case sleep
    /// It has given way, or looked at the same thing, too often: it goes on when it is its turn.
    case turn
    /// There is nothing that it could do.
    case over
  }

  /// A thread sleeps on a word.
  struct Sleep {
    let address: UInt
    let deadline: Deadline
    /// The operation in whose middle it sleeps.
    let operation: Operation?

    /// Whether it sleeps only to let others go first.
    var isYield: Bool { address == 0 }
  }

  /// Which thread it is, in every execution of the body.
  let number: Int
  /// How it came to be.
  let origin: ThreadOrigin
  let record: ThreadRecord
  /// Where it runs; `nil` before it has begun.
  @safe @exclusivity(unchecked)
  var fiber: Fiber?

  /// Set together with ``gate``.
  @safe @exclusivity(unchecked)
  private(set) var pending = Pending.nothing
  @safe @exclusivity(unchecked)
  private(set) var gate = Gate.over
  /// What was chosen in its last step.
  @safe @exclusivity(unchecked)
  var label = 0
  /// How many steps it has done.
  @safe @exclusivity(unchecked)
  var stepCount = 0
  /// In how many operations it is, one inside the other.
  @safe @exclusivity(unchecked)
  var depth = 0
  /// The operation that it is in, the outermost.
  @safe @exclusivity(unchecked)
  var operation: Operation?
  /// How many threads it has started.
  var children = 0
  /// The step that started it.
  let startedBy: EventID?
  /// Its last step.
  @safe @exclusivity(unchecked)
  var lastEvent: EventID?
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

  init(number: Int, origin: ThreadOrigin, record: ThreadRecord, startedBy: EventID?) {
    self.number = number
    self.origin = origin
    self.record = record
    self.startedBy = startedBy
  }

  /// Says what the thread does next, and on what that depends.
  func stand(before pending: Pending, _ gate: Gate) {
    self.pending = pending
    self.gate = gate
  }

  /// The identity by which operations on the thread's end name it.
  var subject: UInt { UInt(bitPattern: ObjectIdentifier(record)) }

  /// Counts the locks that an operation of the thread, which is done, has acquired or released.
  func note(_ operation: Operation, succeeded: Bool) {
    guard operation.subject.isLock else { return }
    if operation.releasesLock {
      lockCount -= 1
    } else if succeeded, operation.acquiresLock {
      lockCount += 1
    }
  }
}
