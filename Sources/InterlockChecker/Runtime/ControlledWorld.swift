import Interlock

/// One run of a body, in a world where somebody else decides who goes next.
///
/// Its threads are fibers on the one thread of the system that calls it. Each stands before its next
/// operation; ``step(_:label:)`` lets one of them do it, up to the next. The operations themselves are the
/// toolkit's own code. They never block: what would block a thread sets its fiber aside, and the step ends.
///
/// # What is a step
///
/// - An operation of the toolkit, as far as it comes without sleeping. Locks are acquired only when they
///   are free, so that an acquisition is one step.
/// - The rest of an operation that slept, after it was woken, or gave up.
/// - An access to an atomic word or a plain cell that is not part of an operation.
///
/// What a thread does between its steps belongs to the step before; a new thread runs up to its first
/// operation inside the step that starts it.
@safe
final class ControlledWorld: World, Machine, @unchecked Sendable {
  // SAFETY (all): touched by the one thread of the system that runs the execution, on the fibers or
  // between them. `@unchecked`, because worlds are `Sendable` for the sake of those that are not of this kind.
  private(set) var threads: [ControlledThread] = []
  private(set) var registry = ThreadRegistry()
  /// By the number of the thread.
  private var byNumber: [ControlledThread?] = []
  /// The thread that runs; `nil` while the search decides.
  private(set) var running: ControlledThread?
  private var time: UInt64 = 0
  /// The event that happens.
  private(set) var current: EventID?
  private(set) var stepCount = 0
  var judge = RaceJudge()
  /// What went wrong first.
  private(set) var failure: Failure?
  var trace: ExecutionTrace?

  /// Words that were touched inside of operations, and outside of any.
  private var innerWords: [UInt] = []
  private var outerWords: [(address: UInt, slot: ObjectNames.Slot)] = []

  let names: NamesOfExploration
  private let pool: FiberPool
  private let stepLimit: Int
  let reportsRaces: Bool
  private var binding: WorldBinding?

  /// Begins a run.
  ///
  /// - Parameters:
  ///   - names: What is known from the runs before.
  ///   - pool: Where the fibers come from.
  ///   - options: How long it may be, and what counts as a failure.
  ///   - traces: Whether to write down what happens, for a report.
  ///   - body: What the first thread does.
  init(
    names: NamesOfExploration,
    pool: FiberPool,
    options: Exploration,
    traces: Bool,
    _ body: @escaping @Sendable () throws -> Void
  ) {
    self.names = names
    self.pool = pool
    stepLimit = options.stepLimit
    reportsRaces = options.reportsRaces
    trace = traces ? ExecutionTrace() : nil
    names.beginExecution()
    binding = WorldBinding(self)
    let main = makeThread(ThreadRecord(name: "main", in: registry), by: nil)
    judge.start(main.number, by: nil)
    // Not weak, which would make each reference to the world as slow as a weak one: the world is there as
    // long as its fibers run.
    run(main) { [unowned self] in
      do {
        try body()
      } catch {
        fail(.threw(error))
      }
    }
  }

  /// Learns which accesses of the run, which is over, have looked into the toolkit's objects.
  func learn() {
    guard !outerWords.isEmpty else { return }
    let inner = Set(innerWords)
    for (address, slot) in outerWords where inner.contains(address) {
      names.objects.learnLook(slot)
    }
  }

  /// The run is over: nothing comes back here.
  func close() {
    for thread in threads {
      if let fiber = thread.fiber { pool.giveBack(fiber) }
      thread.fiber = nil
    }
    binding = nil
  }
}

// Threads.
extension ControlledWorld {
  private func makeThread(_ record: ThreadRecord, by parent: ControlledThread?) -> ControlledThread
  {
    let origin = ThreadOrigin(parent: parent?.number, ordinal: parent?.children ?? 0)
    let number = names.threadNumber(origin)
    parent?.children += 1
    let thread = ControlledThread(
      number: number,
      origin: origin,
      record: record,
      startedBy: current
    )
    threads.append(thread)
    while byNumber.count <= number { byNumber.append(nil) }
    byNumber[number] = thread
    return thread
  }

  /// Lets a new thread run up to its first operation.
  private func run(_ thread: ControlledThread, _ body: @escaping @Sendable () -> Void) {
    guard let binding else { return }
    do {
      thread.fiber = try pool.start {
        Seam.run(thread.record, in: binding, body)
      }
    } catch {
      return fail(.threw(error))
    }
    resume(thread)
  }

  func start(
    _ thread: ThreadRecord,
    stackSize: Int?,
    body: @escaping @Sendable () -> Void
  ) throws(ThreadError) {
    let parent = running
    let child = makeThread(thread, by: parent)
    judge.start(child.number, by: parent?.number)
    run(child, body)
  }

  func thread(_ number: Int) -> ControlledThread? {
    number < byNumber.count ? byNumber[number] : nil
  }

  /// Lets a thread run until it stands before its next operation, sleeps, or is over.
  private func resume(_ thread: ControlledThread) {
    guard let fiber = thread.fiber else { return }
    let outer = running
    running = thread
    thread.pending = .nothing
    let state = fiber.resume()
    running = outer
    switch state {
    case .suspended: break
    case .finished: thread.isFinished = true
    case .crashed(let crash): fail(.crashed(crash, thread: thread.record.name))
    }
  }

  func suspend(_ pending: ControlledThread.Pending) {
    running?.pending = pending
    Fiber.suspend()
  }

  func fail(_ failure: Failure) {
    if self.failure == nil { self.failure = failure }
  }
}

// What the search sees.
extension ControlledWorld {
  var threadCount: Int { byNumber.count }

  /// Whether the run is over before its threads are: what comes after a failure means nothing.
  var isCutShort: Bool { failure != nil || stepCount >= stepLimit }

  func standing(of number: Int) -> Standing {
    guard let thread = thread(number), !thread.isFinished else { return .absent }
    if case .nothing = thread.pending { return .absent }
    if isCutShort { return .stopped }
    switch thread.pending {
    case .nothing: return .absent
    case .access: return .runnable
    case .operation(let operation): return standing(of: operation, by: thread)
    case .resumption(let sleep): return standing(of: sleep, by: thread)
    }
  }

  func labelCount(of number: Int) -> Int { 1 }

  func origin(of number: Int) -> ThreadOrigin { names.origin(of: number) }

  func pending(_ number: Int) -> Event {
    guard let thread = thread(number) else {
      fatalError("thread \(number) of this execution was not started")
    }
    return event(of: thread)
  }

  func step(_ number: Int, label: Int) -> Event {
    guard let thread = thread(number) else {
      fatalError("thread \(number) of this execution was not started")
    }
    let event = event(of: thread)
    current = event.id
    trace?.begin(thread)
    thread.stepCount += 1
    thread.lastEvent = event.id
    stepCount += 1
    resume(thread)
    current = nil
    if stepCount >= stepLimit, failure == nil, canStillRun { fail(.tooLong(steps: stepCount)) }
    return event
  }

  private var canStillRun: Bool { threads.contains { !$0.isFinished } }
}

// What threads do.
extension ControlledWorld {
  func begin(_ operation: Operation) {
    guard let thread = running else { return }
    thread.depth += 1
    guard thread.depth == 1 else { return }
    thread.operation = operation
    trace?.approach(thread)
    suspend(.operation(operation))
    trace?.describe(operation)
    enter(operation, by: thread)
  }

  func end(_ operation: Operation, succeeded: Bool) {
    guard let thread = running else { return }
    thread.depth -= 1
    guard thread.depth == 0 else { return }
    thread.operation = nil
    leave(operation, by: thread, succeeded: succeeded)
    trace?.end(operation, succeeded: succeeded)
  }

  func willAccess(_ access: WordAccess) {
    guard let thread = running else { return }
    guard thread.depth == 0 else {
      // Nobody gives way while it has a guard, so guards are always free.
      if access.kind != .guarding { innerWords.append(access.address) }
      return
    }
    // Who looks has looked when it gives the guard back.
    if access.kind == .guarding, access.ordering == StoreOrdering.releasing.rawValue { return }
    if access.kind != .guarding { outerWords.append((access.address, wordSlot(of: thread))) }
    trace?.approach(thread)
    suspend(.access(access))
    trace?.describe(access)
    judgeAccess(access, by: thread)
  }

  func didAccess(_ access: WordAccess, read: UInt128?, written: UInt128?) {
    guard let thread = running, thread.depth == 0 else { return }
    trace?.end(access, read: read, written: written)
  }

  func park(
    on address: UnsafeRawPointer,
    while expected: UInt32,
    until deadline: Deadline
  ) -> ParkOutcome {
    guard let thread = running else { return .unexpected }
    guard unsafe address.load(as: UInt32.self) == expected else { return .unexpected }
    sleep(thread, on: UInt(bitPattern: address), until: deadline)
    if thread.wokenBy != nil { return .woken }
    if deadline != .never { time = max(time, deadline.nanoseconds) }
    return .timedOut
  }

  /// Sets the running thread aside in the middle of what it does.
  private func sleep(_ thread: ControlledThread, on address: UInt, until deadline: Deadline) {
    if let operation = thread.operation { leave(operation, by: thread, succeeded: true) }
    trace?.sleep()
    thread.wokenBy = nil
    suspend(
      .resumption(
        ControlledThread.Sleep(address: address, deadline: deadline, operation: thread.operation)
      )
    )
    if thread.wokenBy == nil { thread.timeouts += 1 }
    trace?.goOn(thread, isWoken: thread.wokenBy != nil)
    if let operation = thread.operation { enter(operation, by: thread) }
  }

  func wake(_ count: Int, on address: UnsafeRawPointer) {
    let word = UInt(bitPattern: address)
    var rest = count
    for thread in threads where rest > 0 {
      guard case .resumption(let sleep) = thread.pending, sleep.address == word,
        thread.wokenBy == nil
      else { continue }
      thread.wokenBy = current
      rest -= 1
    }
  }

  func now() -> Deadline { Deadline(nanoseconds: time) }

  func yield() {
    guard let thread = running, thread.operation?.kind != .yield else { return }
    // Whoever gives way in a loop waits for something; time goes on, so that a deadline passes.
    time += 1_000_000
    sleep(thread, on: 0, until: .now)
  }
}
