/// A task of a pool, whatever its body returns.
///
/// It is what ``PoolTask`` is when nobody asks for the value: tasks of different types can be waited
/// for, watched and cancelled together.
///
///     let tasks: [AnyPoolTask] = [try pool.submit { load() }, try pool.submit { 6 * 7 }]
///     tasks.waitForAll()
///
/// Only pools make tasks.
///
/// ## Ordering
///
/// Everything before `submit` happens before the body; everything in the body happens before
/// everything after a wait that returns because the task is over.
///
/// ## Waiting
///
/// `wait()` blocks until the task is over; see ``PoolTask`` for what a pool's own threads do
/// meanwhile. The forms with a deadline give up when it passes, or when the calling thread or the
/// task that it runs is cancelled. Everything else never blocks.
///
/// ## Cost
///
/// Looking at a task is one atomic load. Waiting and waking add one kernel call each.
public class AnyPoolTask: @unchecked Sendable {
  /// What the task was called, for reports.
  public let name: String?

  let core: PoolCore

  // Overview. `word` is the task's life; see `PoolTaskLife`. The body belongs to whoever turns
  // `waiting` into something else, by a compare-exchange that only one thread wins. The result is
  // written by the thread that runs the body, and is read when the word says `finished`.
  //
  // Nobody who follows the task is forgotten: a follower sets `isFollowed` and enters the list under
  // `guardLock`; the thread that ends the task sees the bit in the very exchange that ends it, and
  // then takes the list under the same guard, after the follower has entered. A follower that comes
  // later finds that the task is over, and does not enter.
  private let word = Atomic<UInt64>(PoolTaskLife.new.bits)
  private let guardLock = GuardLock()
  // SAFETY: touched only under `guardLock`.
  private nonisolated(unsafe) var followers: [PoolTaskFollower] = []

  init(name: String?, core: PoolCore) {
    self.name = name
    self.core = core
  }

  /// Runs the body and keeps what comes of it.
  ///
  /// - Returns: Whether the body succeeded.
  func perform() -> Bool { true }

  /// The body will not run: lets go of it.
  func discard() {}

  /// Whether the pool counts the task among those that were submitted.
  var isCounted: Bool { true }
}

// What a task tells about itself.
extension AnyPoolTask {
  /// Where a task is in its life.
  public enum State: Hashable, Sendable {
    /// Nobody has begun it.
    case waiting
    /// Its body runs.
    case running
    /// Its body has returned or thrown.
    case finished
    /// It was cancelled before anybody began it, and will never run.
    case cancelled
  }

  /// Where the task is in its life.
  public final var state: State {
    switch askedLife.phase {
    case .waiting: .waiting
    case .running: .running
    case .finished: .finished
    case .cancelled: .cancelled
    }
  }

  /// Whether nothing will come of the task any more: its body has returned or thrown, or it was
  /// cancelled before it ran.
  public final var isFinished: Bool { askedLife.isOver }

  /// Whether somebody has cancelled the task before it was finished, even if it ran to its end.
  public final var isCancelled: Bool { askedLife.isAsked }

  /// Whether the task is finished and its body has thrown, or was cancelled before it ran.
  public final var hasFailed: Bool {
    let life = askedLife
    return life.hasFailed || life.phase == .cancelled
  }

  /// Cancels the task.
  ///
  /// One that nobody has begun will never run. One that runs is asked to stop: its body finds out
  /// when it asks (``CurrentThread/isCancelled``), and its blocking calls with a deadline give up.
  /// Other tasks on the same thread notice nothing.
  ///
  /// - Returns: Whether the task will never run; `false` if it has begun.
  @discardableResult
  public final func cancel() -> Bool {
    var prevented: PoolTaskLife?
    var leftovers: [AnyPoolTask] = []
    _ = Seam.attempt(.cancel, on: subject) {
      prevented = prevent()
      if prevented != nil {
        core.line.dropStaleLast(keeping: &leftovers)
      } else if let life = change({ $0.asked() }) {
        // The thread may sleep. It looks at the word before each park, so an early wake is none.
        core.registry.record(number: life.runner)?.interrupt()
      }
      return prevented != nil
    }
    guard let prevented else { return false }
    // Not as part of the operation: what follows the task is foreign code.
    conclude(prevented)
    return true
  }
}

// The word.
extension AnyPoolTask {
  final var life: PoolTaskLife {
    // Ordering (T1): acquiring, pairs with the exchange in `change` that ended the task.
    PoolTaskLife(bits: word.load(ordering: .acquiring))
  }

  /// The same, for a world that watches.
  final var peekLife: PoolTaskLife { PoolTaskLife(bits: word.rawLoad(ordering: .acquiring)) }

  /// The same, for whoever is not in the middle of an operation.
  private final var askedLife: PoolTaskLife {
    Seam.isWatched ? Seam.look(at: subject, as: .ask) { life } : life
  }

  /// Whether the body should stop.
  final var isAskedToStop: Bool { life.isAsked || core.cancelsAll }

  /// Replaces the word by what `next` makes of it.
  ///
  /// - Returns: What the word was, or `nil` if `next` refused.
  @discardableResult
  private final func change(_ next: (PoolTaskLife) -> PoolTaskLife?) -> PoolTaskLife? {
    // Ordering (T1): acquiring, also where `next` refuses: whoever finds the task over reads its result.
    var seen = word.load(ordering: .acquiring)
    while true {
      guard let wanted = next(PoolTaskLife(bits: seen)) else { return nil }
      let (isDone, now) = word.weakCompareExchange(
        expected: seen,
        desired: wanted.bits,
        // Ordering (T1): releasing for who ends the task, acquiring for who begins it.
        successOrdering: .acquiringAndReleasing,
        failureOrdering: .acquiring
      )
      if isDone { return PoolTaskLife(bits: seen) }
      seen = now
    }
  }

  /// What comes of the wish to run a task.
  enum Beginning {
    /// The body is the calling thread's, and nobody else's.
    case mine
    /// Somebody else was first: the body runs, or never will.
    case late
    /// The body will never run, because its pool cancels what waits. The task, whose life was this one, has to
    /// be concluded.
    case prevented(PoolTaskLife)
  }

  /// The thread with this number wants to run the body.
  ///
  /// No foreign code runs here: it may be a part of an operation.
  final func begin(by number: UInt32, counting counts: borrowing PoolCounts) -> Beginning {
    if core.cancelsWaiting {
      guard let last = prevent() else { return .late }
      return .prevented(last)
    }
    guard change({ $0.begun(by: number) }) != nil else { return .late }
    if isCounted {
      counts.noteBeginning()
      core.backlog?.leave()
    }
    return .mine
  }

  /// The thread that submits the task begins it at once; it was in no line.
  final func beginInCaller(_ thread: ThreadRecord, counting counts: borrowing PoolCounts) {
    change { $0.begun(by: thread.number) }
    counts.noteBeginning()
  }

  /// Runs the body, which the calling thread has begun, and ends the task.
  ///
  /// - Parameters:
  ///   - thread: The calling thread.
  ///   - counts: Where to count it; only this thread counts there, or atomically.
  final func run(on thread: ThreadRecord, counting counts: borrowing PoolCounts) {
    let outer = unsafe thread.task
    // SAFETY: whoever runs the task holds it.
    unsafe thread.task = .passUnretained(self)
    let succeeded = perform()
    unsafe thread.task = outer
    guard Seam.isWatched else {
      if finish(failed: !succeeded, counting: counts) { tell(wakeFollowers()) }
      return
    }
    var told: [PoolTaskFollower] = []
    Seam.perform(.done, on: subject) {
      if finish(failed: !succeeded, counting: counts) { told = wakeFollowers() }
    }
    tell(told)
  }

  /// The body has returned or thrown.
  ///
  /// - Returns: Whether somebody follows the task.
  private final func finish(failed: Bool, counting counts: borrowing PoolCounts) -> Bool {
    // Whoever waits for the task finds it counted.
    if isCounted { counts.noteEnd(failed: failed) }
    guard let last = change({ $0.finished(failed: failed) }) else {
      fatalError("a task that does not run cannot finish")
    }
    return last.isFollowed
  }

  /// Takes care that the body never runs, if nobody has begun it.
  ///
  /// No foreign code runs here: it may be a part of an operation.
  ///
  /// - Returns: What the life of the task was, which has to be concluded; `nil` if somebody was first.
  final func prevent() -> PoolTaskLife? {
    guard let last = change({ $0.cancelled() }) else { return nil }
    if isCounted {
      core.outside.noteCancellation()
      core.backlog?.leave()
    }
    return last
  }

  /// Whether the pool cancels the task, and a world watches, to which that is an operation of its own: others may
  /// wait for the end of the task, and not for what its pool does.
  final var isToBeCancelled: Bool {
    Seam.isWatched && core.cancelsWaiting && life.phase == .waiting
  }

  /// Cancels the task as its pool does: unless somebody has begun it.
  final func cancelWithPool() {
    var last: PoolTaskLife?
    _ = Seam.attempt(.cancel, on: subject) {
      last = prevent()
      return last != nil
    }
    if let last { conclude(last) }
  }

  /// The task, whose life was `last`, will never run: lets go of its body, and tells those who follow it.
  final func conclude(_ last: PoolTaskLife) {
    discard()
    guard last.isFollowed else { return }
    var told: [PoolTaskFollower] = []
    Seam.perform(.done, on: subject) { told = wakeFollowers() }
    tell(told)
  }
}

// Those who wait for the end.
extension AnyPoolTask {
  final var subject: Subject { Subject("PoolTask", self, exclusion: .poolTask) }

  /// Puts somebody on the list of those who are told when the task is over.
  ///
  /// - Returns: `false` if it is over already.
  final func follow(_ follower: PoolTaskFollower) -> Bool {
    Seam.attempt(.add, on: subject) {
      guardLock.withLock {
        guard change({ $0.followed() }) != nil else { return false }
        unsafe followers.append(follower)
        return true
      }
    }
  }

  /// Takes somebody off the list; does nothing for one who was told.
  final func unfollow(_ isMeant: (PoolTaskFollower) -> Bool) {
    // What the followers hold goes when the guard is free.
    var left: [PoolTaskFollower] = []
    Seam.perform(.add, on: subject) {
      guardLock.withLock {
        left = unsafe followers.filter(isMeant)
        unsafe followers.removeAll(where: isMeant)
      }
    }
    withExtendedLifetime(left) {}
  }

  /// Wakes the threads that follow the task, and forgets all who do.
  ///
  /// - Returns: Who they were; the others have to be told.
  private final func wakeFollowers() -> [PoolTaskFollower] {
    let told = guardLock.withLock {
      for case .thread(let thread) in unsafe followers { thread.signal(.given) }
      defer { unsafe followers = [] }
      return unsafe followers
    }
    // Threads go on while the callbacks run.
    for case .thread(let thread) in told { thread.parker.wake() }
    return told
  }

  /// Tells those who are no threads, with operations of their own.
  private final func tell(_ told: [PoolTaskFollower]) {
    for case .gathering(let gathering, let index) in told { gathering.note(index) }
    for case .callback(let callback) in told { callback() }
  }
}

/// Somebody who is told when a task is over.
enum PoolTaskFollower {
  /// A thread that sleeps.
  case thread(ThreadRecord)
  /// Somebody who waits for several tasks, of which this one has the index.
  case gathering(TaskGathering, Int)
  /// Foreign code.
  case callback(@Sendable () -> Void)
}

extension AnyPoolTask: Named {
  package final var nameForReports: String? { name }
}
