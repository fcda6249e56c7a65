import CInterlock
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
/// # Runs
///
/// A world is used for one run after the other, because to make one takes as long as a short run. Nothing of a run is
/// left in it when it is closed, but room.
@safe
final class ControlledWorld: World, Machine, @unchecked Sendable {
  // SAFETY (all): touched by the one thread of the system that runs the execution, on the fibers or
  // between them; nobody gives way in the middle of an access. `@unchecked`, because worlds are `Sendable` for
  // the sake of those that are not of this kind.
  /// Those of all runs; the first ``startedCount`` are threads of this one.
  @safe @exclusivity(unchecked)
  private var crew: [ControlledThread] = []
  @safe @exclusivity(unchecked)
  private var startedCount = 0
  @safe @exclusivity(unchecked)
  private(set) var registry = ThreadRegistry(listsThreads: false)
  // By the number of the thread. References are not counted: that would be most of what a step costs.
  @safe @exclusivity(unchecked)
  private var byNumber: [Unmanaged<ControlledThread>?] = unsafe []
  /// The thread that runs; `nil` while the search decides.
  @safe @exclusivity(unchecked)
  private(set) var runningThread: Unmanaged<ControlledThread>?
  @safe @exclusivity(unchecked)
  var time: UInt64 = 0
  @safe @exclusivity(unchecked)
  private(set) var stepCount = 0
  @safe @exclusivity(unchecked)
  var judge = RaceJudge()
  /// How many threads stand before a choice.
  @safe @exclusivity(unchecked)
  var choosing = 0
  /// What went wrong first.
  @safe @exclusivity(unchecked)
  private(set) var failure: Failure?
  /// Whether anything did; it is asked often.
  @safe @exclusivity(unchecked)
  private var hasFailed = false
  @safe @exclusivity(unchecked)
  var trace: ExecutionTrace?
  /// What comes now, while threads that were left in the middle end, is no part of it.
  @safe @exclusivity(unchecked)
  private(set) var isOver = true
  /// The world in which they do.
  @safe @exclusivity(unchecked)
  private(set) var ending: WorldBinding?
  /// Where variables were accessed from, if that is written down.
  var stacks: AccessStacks?
  /// Where it is written down what threads make, and what they do with variables; `nil` if that is not seen.
  let accesses: AccessLog?
  /// Its notes.
  ///
  /// Not by way of the log, a reference to which would be counted with each step.
  let notes: UnsafeMutablePointer<interlock_notes>?
  /// The same if accesses are written down.
  let accessNotes: UnsafeMutablePointer<interlock_notes>?

  /// Words that were touched inside of operations, and outside of any.
  @safe @exclusivity(unchecked)
  var innerWords: [UInt] = []
  @safe @exclusivity(unchecked)
  var outerWords: [UInt] = []

  let memory: ExplorationMemory
  private let fibers: FiberPool
  /// How many runs there were.
  @safe @exclusivity(unchecked)
  private var runs = 0
  /// Memory of deep calls is looked for each time there were so many runs: looking is a system call.
  private static let trimInterval = 64
  private let stepLimit: Int
  let reportsRaces: Bool
  let reportsUnjoinedThreads: Bool
  private let traces: Bool
  /// Binds threads to the world, and so keeps it alive; until it is retired.
  @safe @exclusivity(unchecked)
  private var binding: WorldBinding?
  /// What the first thread does.
  @safe @exclusivity(unchecked)
  private var firstBody: (@Sendable () -> Void)?

  /// Makes a world for runs.
  ///
  /// - Parameters:
  ///   - memory: What is known from all runs of the body.
  ///   - fibers: Those that its threads run on.
  ///   - options: How long a run may be, and what counts as a failure.
  ///   - accesses: Where it is written down what threads make, and what they do with variables if that is judged.
  ///   - traces: Whether to write down what happens, for a report.
  ///   - body: What the first thread does.
  init(
    memory: ExplorationMemory,
    fibers: FiberPool,
    options: Exploration,
    accesses: AccessLog?,
    traces: Bool,
    _ body: @escaping @Sendable () throws -> Void
  ) {
    self.memory = memory
    self.fibers = fibers
    stepLimit = options.stepLimit
    reportsRaces = options.reportsRaces
    reportsUnjoinedThreads = options.reportsUnjoinedThreads
    self.accesses = accesses
    unsafe notes = accesses?.notes
    unsafe accessNotes = accesses?.accessNotes
    self.traces = traces
    // Not weak, which would make each reference to the world as slow as a weak one: the world is there as
    // long as its fibers run.
    firstBody = { [unowned(unsafe) self] in
      do {
        try body()
      } catch {
        unsafe fail(.threw(error))
      }
    }
  }

  /// Begins a run; the one before it is closed.
  func begin() {
    forgetRun()
    memory.beginExecution()
    judge.begin(accesses)
    guard !memory.isStuck, let firstBody else { return }
    if binding == nil { binding = WorldBinding(self) }
    accesses?.begin(readsAtOnce: traces, in: self)
    begin(watchingObjects { ThreadRecord(name: "main", in: registry) }, by: nil, firstBody)
  }

  private func forgetRun() {
    // Somebody may still know a thread of the last run, and look for it.
    if !isKnownUniquelyReferenced(&registry) {
      registry = ThreadRegistry(listsThreads: false)
    }
    registry.countAnew()
    (time, stepCount, choosing) = (0, 0, 0)
    (failure, hasFailed) = (nil, false)
    isOver = false
    trace = traces ? ExecutionTrace() : nil
    stacks = traces ? AccessStacks() : nil
  }

  /// Learns which accesses of the run, which is over, have looked into the toolkit's objects.
  func learn() {
    guard !outerWords.isEmpty else { return }
    let inner = Set(innerWords)
    for address in outerWords where inner.contains(address) {
      memory.objects.learnLook(at: address)
    }
  }

  /// The run is over: nothing comes back here, and nobody asks any more how it was.
  func close() {
    guard !isOver else { return }
    isOver = true
    if canStillRun, memory.drains, !memory.isStuck { drain() }
    for place in 0..<startedCount { crew[place].close() }
    runs += 1
    if runs.isMultiple(of: Self.trimInterval) { for thread in crew { thread.fiber.trim() } }
    startedCount = 0
    unsafe byNumber.removeAll(keepingCapacity: true)
    innerWords.removeAll(keepingCapacity: true)
    outerWords.removeAll(keepingCapacity: true)
    ending = nil
  }

  /// There are no more runs for now: nobody watches.
  func retire() {
    close()
    for thread in crew { fibers.giveBack(thread.fiber) }
    crew = []
    binding = nil
  }

  /// Runs `body` as if the caller lived here.
  func visit(_ body: () -> Void) {
    if let binding { Seam.visit(binding, body) }
  }

  /// Lets the threads that were left in the middle come to their ends, in a world of their own.
  private func drain() {
    trace = nil
    let world = EndingWorld(started, registry, since: time)
    let binding = WorldBinding(world)
    ending = binding
    Seam.visit(binding) {
      memory.drains = world.drain()
      for thread in started { thread.fiber.abandon() }
    }
  }
}

// Threads.
extension ControlledWorld {
  /// The threads of this run, in the order in which they were started.
  var started: ArraySlice<ControlledThread> { crew[..<startedCount] }

  var threads: [ThreadRecord] { started.filter { !$0.isFinished }.map(\.record) }

  /// Begins a thread, and lets it run up to its first operation.
  private func begin(
    _ record: ThreadRecord,
    by parent: ControlledThread?,
    _ body: @escaping @Sendable () -> Void
  ) {
    do {
      // SAFETY: see `withThread`.
      unsafe try nextThread()._withUnsafeGuaranteedRef { begin($0, record, by: parent, body) }
    } catch {
      fail(.threw(error))
    }
  }

  private func begin(
    _ thread: ControlledThread,
    _ record: ThreadRecord,
    by parent: ControlledThread?,
    _ body: @escaping @Sendable () -> Void
  ) {
    let origin = ThreadOrigin(parent: parent?.number, ordinal: parent?.children ?? 0)
    let number = memory.threadNumber(origin)
    parent?.children += 1
    thread.begin(number: number, origin: origin, record: record, startedBy: parent?.lastEvent, body)
    while unsafe byNumber.count <= number { unsafe byNumber.append(nil) }
    unsafe byNumber[number] = Unmanaged.passUnretained(thread)
    judge.start(number, by: parent?.number)
    unsafe resume(Unmanaged.passUnretained(thread))
  }

  private func nextThread() throws(FiberError) -> Unmanaged<ControlledThread> {
    if startedCount == crew.count {
      crew.append(ControlledThread(on: try fibers.take(), in: self))
    }
    startedCount += 1
    return unsafe Unmanaged.passUnretained(crew[startedCount - 1])
  }

  /// What the fiber of a thread does.
  func live(as record: ThreadRecord, _ body: () -> Void) {
    // SAFETY: the world keeps its binding until it is retired.
    unsafe binding.map(Unmanaged.passUnretained)?._withUnsafeGuaranteedRef { binding in
      Seam.run(record, in: binding) {
        unsafe interlock_note_accesses(accessNotes)
        body()
        interlock_note_accesses(nil)
      }
    }
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
    withRunning { begin(thread, by: $0, body) }
  }

  @inline(__always)
  private func withThread<Result>(
    _ number: Int,
    _ body: (ControlledThread) -> Result
  ) -> Result? {
    guard unsafe number < byNumber.count else { return nil }
    // SAFETY: threads stay in `crew` as long as the execution.
    return unsafe byNumber[number]?._withUnsafeGuaranteedRef(body)
  }

  /// The first thread, by number, of which something is so.
  @inline(__always)
  func firstThread(
    where condition: (ControlledThread) -> Bool
  ) -> Unmanaged<ControlledThread>? {
    for number in unsafe byNumber.indices {
      // SAFETY: see above.
      guard let thread = unsafe byNumber[number] else { continue }
      if unsafe thread._withUnsafeGuaranteedRef(condition) { return unsafe thread }
    }
    return nil
  }

  /// Lets a thread run until it stands before its next operation, sleeps, or is over.
  @inline(__always)
  private func resume(_ thread: Unmanaged<ControlledThread>) {
    let outer = runningThread
    unsafe runningThread = thread
    // SAFETY (both): see `withThread`.
    let (fiber, moment) = unsafe thread._withUnsafeGuaranteedRef { thread in
      thread.stand(before: .nothing, .over)
      return unsafe (thread.fiber.handle, beginWatching(thread))
    }
    let notesOutside = unsafe notes.map { unsafe interlock_note_objects($0) }
    // Not in a closure; see `suspend`.
    let end = unsafe interlock_fiber_resume(fiber)
    if let notesOutside = unsafe notesOutside { _ = unsafe interlock_note_objects(notesOutside) }
    endWatching(moment)
    unsafe runningThread = outer
    if end != INTERLOCK_FIBER_SUSPENDED {
      unsafe thread._withUnsafeGuaranteedRef { note($0.fiber.state(after: end), of: $0) }
    }
  }

  private func note(_ state: Fiber.State, of thread: ControlledThread) {
    switch state {
    case .suspended: break
    case .finished:
      thread.isFinished = true
      if thread.lockCount > 0 { fail(.leakedLock(thread: thread.number)) }
    case .crashed(let crash):
      if crash.isStuck { memory.isStuck = true }
      fail(.crashed(crash, thread: thread.record.name))
    }
  }

  /// Sets the running thread aside until the search chooses it.
  ///
  /// Inlined, as all that is called between a search and a fiber: a processor predicts where functions return to by
  /// where they were called last, and is wrong about each that has gone to another stack.
  @inline(__always)
  func suspend(
    _ thread: ControlledThread,
    before pending: ControlledThread.Pending,
    _ gate: ControlledThread.Gate
  ) {
    thread.stand(before: pending, gate)
    Fiber.suspend()
    if let ending { bind(to: ending) }
  }

  /// The running thread comes to its end in another world.
  func bind(to ending: WorldBinding) {
    Seam.bind(ending)
    Seam.touchesUnseen = false
  }

  /// Runs `body` with the thread that runs, if there is one.
  @inline(__always)
  func withRunning<Result>(_ body: (ControlledThread) -> Result) -> Result? {
    // SAFETY: threads stay in `crew` as long as the execution.
    unsafe runningThread?._withUnsafeGuaranteedRef(body)
  }

  func fail(_ failure: Failure) {
    guard !hasFailed, !isOver else { return }
    self.failure = failure
    hasFailed = true
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

  func collectRunnable(into threads: inout ThreadNumbers) {
    threads.removeAll()
    guard !isCutShort else { return }
    for number in unsafe byNumber.indices {
      // SAFETY: see `withThread`.
      guard let thread = unsafe byNumber[number] else { continue }
      if unsafe thread._withUnsafeGuaranteedRef({ isRunnable($0) }) { threads.append(number) }
    }
  }

  @inline(__always)
  private func isRunnable(_ thread: ControlledThread) -> Bool {
    thread.isOpen || standing(at: thread.gate, of: thread) == .runnable
  }

  func labelCount(of number: Int) -> Int {
    guard choosing > 0 else { return 1 }
    return withThread(number) { thread in
      guard case .choice(let count) = thread.pending else { return 1 }
      return count
    } ?? 1
  }

  func origin(of number: Int) -> ThreadOrigin { memory.origin(of: number) }

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
    guard unsafe number < byNumber.count, let thread = unsafe byNumber[number] else {
      fatalError("thread \(number) of this execution was not started")
    }
    // SAFETY: see `withThread`.
    unsafe thread._withUnsafeGuaranteedRef { thread in
      trace?.begin(thread)
      thread.stepCount += 1
      thread.label = label
      stepCount += 1
      if isOutOfPatience(thread) { thread.patience.turns += 1 }
    }
    unsafe resume(thread)
    if stepCount >= stepLimit, !hasFailed, canStillRun { fail(.tooLong(steps: stepCount)) }
  }

  /// Whether some thread has not come to its end.
  var canStillRun: Bool { unsafe firstThread { !$0.isFinished } != nil }
}
