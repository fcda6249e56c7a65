/// Tasks of a pool in the order in which they came, taken from either end.
///
/// A value of rules: it is touched under the guard of its owner only. It owns its tasks by counting
/// them itself, so that moving them costs nothing; whoever lets go of it takes them out before.
@safe
struct JobLine {
  // SAFETY: `append` retains what it puts in, `popFirst` and `popLast` hand that over.
  // A circle; its capacity is a power of two, or 0.
  private var slots: ContiguousArray<Unmanaged<AnyPoolTask>?> = unsafe []
  private var first = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  private func slot(_ offset: Int) -> Int { unsafe (first + offset) & (slots.count - 1) }

  mutating func append(_ job: AnyPoolTask) {
    unsafe append(.passRetained(job))
  }

  private mutating func append(_ job: Unmanaged<AnyPoolTask>) {
    if unsafe count == slots.count { grow() }
    unsafe slots[slot(count)] = job
    count += 1
  }

  mutating func popFirst() -> AnyPoolTask? {
    guard count > 0 else { return nil }
    return unsafe takeFirst()?.takeRetainedValue()
  }

  mutating func popLast() -> AnyPoolTask? {
    guard count > 0 else { return nil }
    count -= 1
    return unsafe slots[slot(count)]?.takeRetainedValue()
  }

  private mutating func takeFirst() -> Unmanaged<AnyPoolTask>? {
    let index = first
    first = slot(1)
    count -= 1
    return unsafe slots[index]
  }

  /// Takes out the last task if it has been begun, or will never be.
  mutating func popLastIfStale() -> AnyPoolTask? {
    guard count > 0,
      unsafe slots[slot(count - 1)]?._withUnsafeGuaranteedRef({ $0.life.phase }) != .waiting
    else {
      return nil
    }
    return popLast()
  }

  /// Takes out the first tasks, at most `most`, in their order.
  mutating func popFirst(_ most: Int) -> JobLine {
    var taken = JobLine()
    while count > 0, taken.count < most {
      if let job = unsafe takeFirst() { unsafe taken.append(job) }
    }
    return taken
  }

  /// Takes all tasks out of `other` and puts them at the end, the last one first.
  mutating func appendReversed(_ other: inout JobLine) {
    while other.count > 0 {
      other.count -= 1
      if let job = unsafe other.slots[other.slot(other.count)] { unsafe append(job) }
    }
  }

  /// Takes all tasks out of `other` and puts them at the end.
  mutating func append(_ other: inout JobLine) {
    while other.count > 0 {
      if let job = unsafe other.takeFirst() { unsafe append(job) }
    }
  }

  private mutating func grow() {
    let capacity = unsafe max(16, 2 * slots.count)
    var larger = unsafe ContiguousArray<Unmanaged<AnyPoolTask>?>(repeating: nil, count: capacity)
    for offset in 0..<count { unsafe larger[offset] = slots[slot(offset)] }
    unsafe slots = larger
    first = 0
  }
}

/// A line of tasks that several threads share.
final class SharedJobLine: Sendable {
  private struct State {
    var line = JobLine()
    var isClosed = false
  }

  private let guardLock = GuardLock()
  // SAFETY: touched only under `guardLock`, by code that does not come back here.
  @exclusivity(unchecked)
  private nonisolated(unsafe) var state = State()
  /// How many there are: changed under the guard, looked at without.
  private let length = Atomic<Int>(0)

  /// How many tasks there are.
  ///
  /// The answer may be old when it arrives; see `PoolCore` for when it cannot be.
  var count: Int { length.load(ordering: .relaxed) }

  /// The same, for a world that watches.
  var peekCount: Int { length.rawLoad(ordering: .relaxed) }

  /// Runs `body` under the guard.
  @inline(__always)
  private func change<Result>(_ body: (inout State) -> Result) -> Result {
    guardLock.withLock {
      defer { unsafe length.store(state.line.count, ordering: .relaxed) }
      return unsafe body(&state)
    }
  }

  /// - Returns: `false` if the line is closed.
  func append(_ job: AnyPoolTask) -> Bool {
    change { state in
      if !state.isClosed { state.line.append(job) }
      return !state.isClosed
    }
  }

  deinit {
    // Without the guard: nobody else has the line any more.
    while unsafe state.line.popFirst() != nil {}
  }

  /// Puts tasks in that were in the pool already, even if the line is closed.
  func giveBack(_ jobs: inout JobLine) {
    change { $0.line.append(&jobs) }
  }

  /// Puts tasks in that were in the pool already, the last one first.
  func giveBackReversed(_ jobs: inout JobLine) {
    change { $0.line.appendReversed(&jobs) }
  }

  func popFirst() -> AnyPoolTask? { count == 0 ? nil : change { $0.line.popFirst() } }
  func popLast() -> AnyPoolTask? { count == 0 ? nil : change { $0.line.popLast() } }

  /// Takes out the first tasks: a part of them, or all.
  func popFirst(where share: (_ count: Int) -> Int) -> JobLine {
    count == 0 ? JobLine() : change { $0.line.popFirst(share($0.line.count)) }
  }

  /// Takes out tasks at the end that have been begun, or will never be.
  ///
  /// - Parameter leftovers: Where they go if this is part of an operation: to let go of one may run foreign code.
  func dropStaleLast(keeping leftovers: inout [AnyPoolTask]) {
    while count > 0, let stale = change({ $0.line.popLastIfStale() }) {
      if Seam.isWatched { leftovers.append(stale) }
    }
  }

  /// Lets no new task in.
  func close() {
    change { $0.isClosed = true }
  }
}
