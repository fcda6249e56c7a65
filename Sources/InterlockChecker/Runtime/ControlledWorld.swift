import CInterlockHooks
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
/// - A choice that the body leaves to the search.
///
/// What a thread does between its steps belongs to the step before; a new thread runs up to its first
/// operation inside the step that starts it.
@safe
final class ControlledWorld: World, Machine, @unchecked Sendable {
  // SAFETY (all): touched by the one thread of the system that runs the execution, on the fibers or
  // between them; nobody gives way in the middle of an access. `@unchecked`, because worlds are `Sendable` for the sake of those that are not of this kind.
  @safe @exclusivity(unchecked)
  private(set) var threads: [ControlledThread] = []
  private(set) var registry = ThreadRegistry()
  // By the number of the thread. References are not counted: that would be most of what a step costs.
  @safe @exclusivity(unchecked)
  private var byNumber: [Unmanaged<ControlledThread>?] = unsafe []
  /// The thread that runs; `nil` while the search decides.
  @safe @exclusivity(unchecked)
  private(set) var runningThread: Unmanaged<ControlledThread>?
  var time: UInt64 = 0
  /// The event that happens.
  @safe @exclusivity(unchecked)
  private(set) var current: EventID?
  @safe @exclusivity(unchecked)
  private(set) var stepCount = 0
  @safe @exclusivity(unchecked)
  var judge = RaceJudge()
  /// How many threads stand before a choice.
  @safe @exclusivity(unchecked)
  var choosing = 0
  /// What went wrong first.
  private(set) var failure: Failure? {
    didSet { hasFailed = failure != nil }
  }
  @safe @exclusivity(unchecked)
  private var hasFailed = false
  @safe @exclusivity(unchecked)
  var trace: ExecutionTrace?
  /// What comes now, while threads that were left in the middle end, is no part of it.
  private(set) var isOver = false
  /// The world in which they do.
  @safe @exclusivity(unchecked)
  private var ending: WorldBinding?
  /// Where variables were accessed from, if that is written down.
  var stacks: AccessStacks?
  /// Where accesses to variables go; `nil` if nobody asks for them.
  let accesses: AccessLog?

  /// Words that were touched inside of operations, and outside of any.
  @safe @exclusivity(unchecked)
  var innerWords: [UInt] = []
  @safe @exclusivity(unchecked)
  var outerWords: [(address: UInt, slot: ObjectNames.Slot)] = []

  let names: NamesOfExploration
  private let leftovers: Leftovers
  private let stepLimit: Int
  let reportsRaces: Bool
  let reportsUnjoinedThreads: Bool
  private var binding: WorldBinding?

  /// Begins a run.
  ///
  /// - Parameters:
  ///   - names: What is known from the runs before.
  ///   - leftovers: What the runs before have left.
  ///   - options: How long it may be, and what counts as a failure.
  ///   - accesses: Where the threads write down what they do with variables, if that is judged.
  ///   - traces: Whether to write down what happens, for a report.
  ///   - body: What the first thread does.
  init(
    names: NamesOfExploration,
    leftovers: Leftovers,
    options: Exploration,
    accesses: AccessLog?,
    traces: Bool,
    _ body: @escaping @Sendable () throws -> Void
  ) {
    self.names = names
    self.leftovers = leftovers
    stepLimit = options.stepLimit
    reportsRaces = options.reportsRaces
    reportsUnjoinedThreads = options.reportsUnjoinedThreads
    self.accesses = accesses
    trace = traces ? ExecutionTrace() : nil
    stacks = traces ? AccessStacks() : nil
    names.beginExecution()
    exchangeRoom()
    judge.begin(accesses)
    if names.isStuck { return }
    binding = WorldBinding(self)
    accesses?.begin(readsAtOnce: traces, in: self)
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

  /// The run is over: nothing comes back here, and nobody asks any more how it was.
  func close() {
    isOver = true
    if canStillRun, names.drains, !names.isStuck { drain() }
    for thread in threads {
      if let fiber = thread.fiber { leftovers.fibers.giveBack(fiber) }
      thread.fiber = nil
    }
    threads.removeAll(keepingCapacity: true)
    unsafe byNumber.removeAll(keepingCapacity: true)
    innerWords.removeAll(keepingCapacity: true)
    outerWords.removeAll(keepingCapacity: true)
    exchangeRoom()
    binding = nil
    ending = nil
  }

  /// Lets the threads that were left in the middle come to their ends, in a world of their own.
  private func drain() {
    trace = nil
    let world = EndingWorld(threads, registry, since: time)
    let binding = WorldBinding(world)
    ending = binding
    Seam.visit(binding) {
      names.drains = world.drain()
      for thread in threads { thread.fiber?.abandon() }
    }
  }

  private func exchangeRoom() {
    swap(&judge, &leftovers.judge)
    swap(&threads, &leftovers.threads)
    unsafe swap(&byNumber, &leftovers.byNumber)
    swap(&innerWords, &leftovers.innerWords)
    swap(&outerWords, &leftovers.outerWords)
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
    while unsafe byNumber.count <= number { unsafe byNumber.append(nil) }
    unsafe byNumber[number] = Unmanaged.passUnretained(thread)
    return thread
  }

  /// Lets a new thread run up to its first operation.
  private func run(_ thread: ControlledThread, _ body: @escaping @Sendable () -> Void) {
    guard let binding else { return }
    let notes = unsafe accesses?.notes
    do {
      thread.fiber = try leftovers.fibers.start {
        Seam.run(thread.record, in: binding) {
          unsafe interlock_note_accesses(notes)
          body()
          interlock_note_accesses(nil)
        }
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
    // Whoever has asked for this world before it was over.
    if isOver { throw .noMoreThreads }
    lookAway()
    defer { lookAgain() }
    let parent = unsafe runningThread?.takeUnretainedValue()
    let child = makeThread(thread, by: parent)
    judge.start(child.number, by: parent?.number)
    run(child, body)
  }

  private func withThread<Result>(
    _ number: Int,
    _ body: (ControlledThread) -> Result
  ) -> Result? {
    guard unsafe number < byNumber.count else { return nil }
    // SAFETY: threads stay in `threads` as long as the execution.
    return unsafe byNumber[number]?._withUnsafeGuaranteedRef(body)
  }

  /// Lets a thread run until it stands before its next operation, sleeps, or is over.
  private func resume(_ thread: ControlledThread) {
    // SAFETY: the thread owns its fiber until the run is over.
    guard let fiber = unsafe thread.fiber.map(Unmanaged.passUnretained) else { return }
    let outer = runningThread
    unsafe runningThread = Unmanaged.passUnretained(thread)
    thread.stand(before: .nothing, .over)
    let state = unsafe fiber._withUnsafeGuaranteedRef { resumeWatched($0) }
    unsafe runningThread = outer
    switch state {
    case .suspended: break
    case .finished:
      thread.isFinished = true
      if thread.lockCount > 0 { fail(.leakedLock(thread: thread.number)) }
    case .crashed(let crash):
      if crash.isStuck { names.isStuck = true }
      fail(.crashed(crash, thread: thread.record.name))
    }
  }

  /// Sets the running thread aside until the search chooses it.
  func suspend(
    _ thread: ControlledThread,
    before pending: ControlledThread.Pending,
    _ gate: ControlledThread.Gate
  ) {
    thread.stand(before: pending, gate)
    Fiber.suspend()
    if let ending { Seam.bind(ending) }
  }

  /// Runs `body` with the thread that runs, if there is one.
  func withRunning<Result>(_ body: (ControlledThread) -> Result) -> Result? {
    // SAFETY: threads stay in `threads` as long as the execution.
    unsafe runningThread?._withUnsafeGuaranteedRef(body)
  }

  func fail(_ failure: Failure) {
    if self.failure == nil, !isOver { self.failure = failure }
  }
}

// What the search sees.
extension ControlledWorld {
  var threadCount: Int { unsafe byNumber.count }

  /// Whether the run is over before its threads are: what comes after a failure means nothing.
  var isCutShort: Bool { hasFailed || stepCount >= stepLimit }

  func standing(of number: Int) -> Standing {
    withThread(number) { thread in
      if case .over = thread.gate { return .absent }
      return isCutShort ? .stopped : standing(at: thread.gate, of: thread)
    } ?? .absent
  }

  func labelCount(of number: Int) -> Int {
    guard choosing > 0 else { return 1 }
    return withThread(number) { thread in
      guard case .choice(let count) = thread.pending else { return 1 }
      return count
    } ?? 1
  }

  func origin(of number: Int) -> ThreadOrigin { names.origin(of: number) }

  func pending(_ number: Int) -> Event {
    let event = withThread(number) { self.event(of: $0) }
    guard let event else { fatalError("thread \(number) of this execution was not started") }
    return event
  }

  func step(_ number: Int, label: Int) -> Event {
    var event = pending(number)
    let count = labelCount(of: number)
    if count > 1 { (event.label, event.labelCount) = (Int32(label), Int32(count)) }
    advance(number, label: label)
    return event
  }

  func advance(_ number: Int, label: Int) {
    let isThere = withThread(number) { thread in
      let event = EventID(thread: number, index: thread.stepCount)
      current = event
      trace?.begin(thread)
      thread.stepCount += 1
      thread.label = label
      thread.lastEvent = event
      stepCount += 1
      if isOutOfPatience(thread) { thread.patience.turns += 1 }
      resume(thread)
      current = nil
      return true
    }
    guard isThere == true else {
      fatalError("thread \(number) of this execution was not started")
    }
    if stepCount >= stepLimit, !hasFailed, canStillRun { fail(.tooLong(steps: stepCount)) }
  }

  private var canStillRun: Bool { threads.contains { !$0.isFinished } }
}
