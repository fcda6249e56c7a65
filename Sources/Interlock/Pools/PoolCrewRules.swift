/// The rules of a pool's crew: who is there, who rests, who is called.
///
/// `wanted` workers are to be *active*: neither resting nor blocked in a join. While fewer are, one
/// that rests may be called, or a new one started; while more are, whoever finishes a task rests.
struct PoolCrewRules {
  /// What a worker does that has nothing to do, or is one too many.
  enum Rest {
    /// It goes on.
    case goOn
    /// It sleeps until it is called.
    case sleep
    /// It looks a last time: the pool is closed.
    case lookAgain
    /// It ends, and wakes those who waited for that.
    case retire(joiners: [ThreadRecord])
  }

  /// What has to be done so that waiting tasks are run.
  enum Call {
    /// Nothing: enough workers are active, or no more can be had.
    case nobody
    /// This worker was signalled and has to be woken.
    case wake(PoolWorker)
    /// A worker with this number has to be made, and ``start(_:)`` told of it.
    case start
  }

  /// How many workers may be there beyond those wanted, all others being blocked; more only while
  /// all are.
  static let greatestSurplus = 256

  /// How many workers are to be active.
  private(set) var wanted: Int
  /// All workers, those included whose threads are being started.
  private(set) var members: [PoolWorker] = []
  /// Those that sleep until they are called, the last one to be called first.
  private(set) var resting: [PoolWorker] = []
  /// How many sleep in a join.
  private(set) var blocked = 0
  /// Whether the lines are being closed, or were.
  private(set) var isClosing = false
  /// Whether no task comes any more.
  private(set) var isClosed = false
  /// The threads that wait for the end of the pool.
  private(set) var joiners = WaitLine()
  /// How often `members` has changed.
  private(set) var generation = 0
  private(set) var lastNumber = 0

  init(wanted: Int) {
    self.wanted = wanted
  }

  var active: Int { members.count - blocked - resting.count }

  /// Whether somebody can be called for a task that waits.
  var mayCall: Bool {
    // One is active whatever the limit says: else all could wait for a task that nobody may begin.
    let mayStart = members.count < wanted + Self.greatestSurplus || active == 0
    return active < wanted && (!resting.isEmpty || mayStart) && !(isClosed && members.isEmpty)
  }

  /// Whether a worker should rest as soon as it can.
  var hasSurplus: Bool { active > wanted }

  /// Whether all workers have gone, and no other will come.
  var isOver: Bool { isClosed && members.isEmpty }

  mutating func makeNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  /// A worker's thread is about to be started.
  mutating func add(_ worker: PoolWorker) {
    members.append(worker)
    generation += 1
  }

  /// A worker goes, or its thread could not be started.
  mutating func remove(_ worker: PoolWorker) -> [ThreadRecord] {
    members.removeAll { $0 === worker }
    generation += 1
    return isOver ? joiners.signalAll(.given) : []
  }

  mutating func call() -> Call {
    guard mayCall else { return .nobody }
    guard let worker = resting.popLast() else { return .start }
    worker.thread.signal(.given)
    return .wake(worker)
  }

  /// Like ``call()``, but no worker is made.
  mutating func callResting() -> PoolWorker? {
    guard active < wanted, let worker = resting.popLast() else { return nil }
    worker.thread.signal(.given)
    return worker
  }

  /// A worker finds no task, or one too many at work.
  ///
  /// - Parameters:
  ///   - worker: Who it is.
  ///   - onlyAsSurplus: Whether the worker has a reason to go on if it is not one too many.
  ///   - hasLookedAgain: Whether it has looked for tasks since it knows that the pool is closed.
  /// - Returns: What it does.
  mutating func rest(
    _ worker: PoolWorker,
    onlyAsSurplus: Bool,
    hasLookedAgain: Bool
  ) -> Rest {
    if onlyAsSurplus, isClosed || !hasSurplus { return .goOn }
    if isClosed {
      return hasLookedAgain ? .retire(joiners: remove(worker)) : .lookAgain
    }
    // Some more than are wanted stay, for the next time that one blocks.
    if members.count - blocked > 2 * wanted { return .retire(joiners: remove(worker)) }
    resting.append(worker)
    return .sleep
  }

  mutating func block() { blocked += 1 }
  mutating func unblock() { blocked -= 1 }

  /// - Returns: Whom to wake, so that those who are too many go.
  mutating func resize(to count: Int) -> [ThreadRecord] {
    wanted = count
    return members.count - blocked > 2 * wanted ? takeResting() : []
  }

  /// How many workers are missing of those that a pool begins with.
  var missing: Int { isClosed ? 0 : max(0, wanted - (members.count - blocked)) }

  /// - Returns: The workers whose lines have to be closed; those of later ones are from the beginning.
  mutating func beginClosing() -> [PoolWorker] {
    isClosing = true
    return members
  }

  /// - Returns: Whom to wake.
  mutating func close() -> [ThreadRecord] {
    isClosed = true
    return takeResting() + (isOver ? joiners.signalAll(.given) : [])
  }

  private mutating func takeResting() -> [ThreadRecord] {
    let threads = resting.map(\.thread)
    for thread in threads { thread.signal(.tryAgain) }
    resting = []
    return threads
  }

  mutating func enterJoiners(_ thread: ThreadRecord) -> Entry {
    if isOver { return .pass }
    joiners.append(thread)
    return .wait
  }

  mutating func leaveJoiners(_ thread: ThreadRecord) -> Bool { joiners.remove(thread) }
}
