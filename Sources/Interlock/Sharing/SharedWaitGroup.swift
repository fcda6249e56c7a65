/// Waits until threads of several processes are done, or until one of them can never be.
///
/// A process takes part from when it gets the wait group until it lets go of it. If one dies meanwhile,
/// what it has not done may never be done: whoever waits gets ``ParticipantDied`` instead of waiting for
/// ever, until somebody declares that it is mended.
///
///     let group = try SharedWaitGroup(count: parts.count)
///     for part in parts { try pool.submit(Work(part, group)) { $0.do(); $0.group.done() } }
///     try group.wait()
///
/// ## Ordering
///
/// Everything before a `done()` happens before everything after the `wait()` that it lets go.
///
/// ## Waiting
///
/// `wait()` blocks until the count is zero. The forms with a deadline give up when it passes, or when the
/// calling thread or task is cancelled. At most 64 processes can have the group at the same time.
///
/// ## Cost
///
/// That of a ``SharedLock``. A death is noticed after a twentieth of a second at the most.
public final class SharedWaitGroup: Sendable {
  private struct State: BitwiseCopyable, Sendable {
    var count: Int64
    var isTorn = false

    /// Whether the wait is over; an error if nobody knows whether it ever will be.
    var outcome: Result<Void, ParticipantDied>? {
      if count == 0 { return .success(()) }
      return isTorn ? .failure(ParticipantDied()) : nil
    }
  }

  private let cell: RobustCell<State>
  /// How many handles each process has.
  private let members: RobustCell<MemberTable>

  /// Makes a wait group.
  ///
  /// - Parameter count: How much is to be done.
  /// - Throws: ``SharingError`` if the system has no memory for it.
  /// - Precondition: `count` is not negative.
  public convenience init(count: Int = 0) throws(SharingError) {
    guard count >= 0 else { misuse("SharedWaitGroup(count: \(count)): it is not negative.") }
    try self.init(
      RobustCell(.waitGroup, State(count: Int64(count))),
      RobustCell(.members, MemberTable())
    )
  }

  private init(
    _ cell: RobustCell<State>,
    _ members: RobustCell<MemberTable>
  ) throws(SharingError) {
    try members.register()
    self.cell = cell
    self.members = members
  }

  deinit {
    members.unregister()
  }

  private func lookForDeaths() {
    guard members.hasDead else { return }
    cell.withLock { $0.isTorn = true }
    members.forgetDead()
    cell.announceChange()
  }

  /// Adds work that is to be waited for.
  ///
  /// - Precondition: `count` is not negative.
  public func add(_ count: Int = 1) {
    guard count >= 0 else { misuse("SharedWaitGroup.add(\(count)): use done() for what is done.") }
    cell.withLock { $0.count += Int64(count) }
  }

  /// A piece of work is done.
  ///
  /// - Precondition: There is one that is not.
  public func done() {
    let left = cell.withLock { state in
      state.count -= 1
      return state.count
    }
    guard left >= 0 else {
      misuse("SharedWaitGroup.done() more often than was added. Call add() before the work starts.")
    }
    if left == 0 { cell.announceChange() }
  }

  /// Waits until everything is done.
  ///
  /// - Throws: ``ParticipantDied`` if a process died that took part.
  public func wait() throws(ParticipantDied) {
    let outcome = cell.wait(until: nil, onPatience: lookForDeaths) { $0.outcome }
    guard let outcome else {
      fatalError("a wait without a deadline does not give up")
    }
    try outcome.get()
  }

  /// Waits until everything is done, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether it is; `false` if the deadline passed or the thread or task was cancelled.
  /// - Throws: ``ParticipantDied`` if a process died that took part.
  public func wait(until deadline: Deadline) throws(ParticipantDied) -> Bool {
    let outcome = cell.wait(until: deadline, onPatience: lookForDeaths) { $0.outcome }
    guard let outcome else { return false }
    try outcome.get()
    return true
  }

  /// Waits until everything is done, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether it is; `false` if the time was over or the thread or task was cancelled.
  /// - Throws: ``ParticipantDied`` if a process died that took part.
  public func wait(for duration: Duration) throws(ParticipantDied) -> Bool {
    try wait(until: .after(duration))
  }

  /// Says what is really left to be done, after a process has died.
  ///
  /// - Parameter count: How much is left.
  /// - Precondition: `count` is not negative.
  public func declareMended(count: Int) {
    guard count >= 0 else {
      misuse("SharedWaitGroup.declareMended(count: \(count)): it is not negative.")
    }
    members.forgetDead()
    cell.withLock { state in
      state.count = Int64(count)
      state.isTorn = false
    }
    cell.announceChange()
  }

  /// How much is left to be done.
  public var count: Int { Int(cell.withLock { $0.count }) }
}

extension SharedWaitGroup: Codable {
  /// Hands the group to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.unkeyedContainer()
    try cell.encode(to: values.superEncoder())
    try members.encode(to: values.superEncoder())
  }

  /// Takes a group that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is none, or if too many processes have it.
  public convenience init(from decoder: any Decoder) throws {
    var values = try decoder.unkeyedContainer()
    try self.init(
      RobustCell(.waitGroup, from: values.superDecoder()),
      RobustCell(.members, from: values.superDecoder())
    )
  }
}
