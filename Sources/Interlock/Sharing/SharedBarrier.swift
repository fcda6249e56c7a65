/// A meeting point for threads of several processes, which the death of one of them breaks.
///
/// The same barrier serves round after round. A process takes part from when it gets the barrier until it
/// lets go of it; if it dies meanwhile, the barrier breaks: everybody who waits gets a ``BarrierError``
/// instead of waiting for ever, and so does everybody who comes until ``reset()``.
///
///     let barrier = try SharedBarrier(parties: 2)
///     let halves = try [0, 1].map { try pool.submit(Half(number: $0, field, barrier)) { half in
///       for _ in 0..<half.rounds {
///         half.compute()
///         try half.barrier.arriveAndWait()
///       }
///     } }
///
/// ## Ordering
///
/// Everything a party does before it arrives happens before everything any party does after its
/// `arriveAndWait()`.
///
/// ## Waiting
///
/// `arriveAndWait()` blocks until the last party arrives or the barrier breaks. The form with a deadline
/// gives up when it passes, or when the calling thread or task is cancelled, and breaks the barrier for
/// all. At most 64 processes can have the barrier at the same time.
///
/// ## Cost
///
/// That of a ``SharedLock``, and some thousand bytes copied. A death is noticed after a twentieth of a
/// second at the most.
public final class SharedBarrier: Sendable {
  private struct State: BitwiseCopyable, Sendable {
    let parties: Int32
    var arrived: Int32 = 0
    var round: UInt64 = 0
    /// All rounds before this one were ended by the last party, but for those that were reset.
    var lastPassed: UInt64 = 0
    var isBroken = false
    /// For each process, how many handles it has, and how many of its threads have arrived.
    var members = MemberTable()

    mutating func endRound(passed: Bool) {
      round += 1
      if passed { lastPassed = round }
      arrived = 0
      members.updateAll { $0.second = 0 }
    }

    mutating func repair(_ family: ProcessFamily) {
      if members.removeDead(family) != nil { isBroken = true }
    }
  }

  private enum Arrival {
    case last
    case waits(round: UInt64, index: Int)
    case broken
  }

  private let cell: RobustCell<State>

  /// Makes a barrier.
  ///
  /// - Parameter parties: How many threads meet.
  /// - Throws: ``SharingError`` if the system has no memory for it.
  /// - Precondition: `parties` is from 1 to 65,535.
  public convenience init(parties: Int) throws(SharingError) {
    guard 1...65_535 ~= parties else {
      misuse("SharedBarrier(parties: \(parties)): there are from 1 to 65,535.")
    }
    try self.init(RobustCell(.barrier, State(parties: Int32(parties))))
  }

  private init(_ cell: RobustCell<State>) throws(SharingError) {
    let member = cell.family.member
    let hasRoom = cell.withLock { state in state.members.update(member) { $0.first += 1 } }
    guard hasRoom else {
      throw SharingError(
        .tooManyProcesses,
        "\(MemberTable.limit) processes have the barrier already"
      )
    }
    self.cell = cell
  }

  deinit {
    let member = cell.family.member
    cell.withLock { state in _ = state.members.update(member) { $0.first -= 1 } }
  }

  /// Waits until all parties have arrived.
  ///
  /// - Returns: The caller's number in this round: each from 0 to `parties` - 1 once, 0 for the last one.
  /// - Throws: ``BarrierError`` if the barrier is broken, or breaks.
  @discardableResult
  public func arriveAndWait() throws(BarrierError) -> Int {
    try arrive(until: nil)
  }

  /// Waits until all parties have arrived, or gives up and breaks the barrier.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: The caller's number in this round.
  /// - Throws: ``BarrierError`` if the barrier is broken, or breaks.
  @discardableResult
  public func arriveAndWait(until deadline: Deadline) throws(BarrierError) -> Int {
    try arrive(until: deadline)
  }

  private func arrive(until deadline: Deadline?) throws(BarrierError) -> Int {
    let family = cell.family
    let arrival = cell.withLock { state -> Arrival in
      if state.isBroken { return .broken }
      if state.arrived + 1 == state.parties {
        state.endRound(passed: true)
        return .last
      }
      state.arrived += 1
      _ = state.members.update(family.member) { $0.second += 1 }
      return .waits(round: state.round, index: Int(state.parties - state.arrived))
    }
    switch arrival {
    case .broken: throw BarrierError(reason: .broken)
    case .last:
      cell.announceChange()
      return 0
    case .waits(let round, let index):
      let hasPassed = cell.wait(until: deadline) { state -> Bool? in
        if state.round > round { return state.lastPassed > round }
        state.repair(family)
        return state.isBroken ? false : nil
      }
      guard let hasPassed else { return try giveUp(round, index, deadline) }
      guard hasPassed else {
        // Those who sleep may not have noticed the death.
        cell.announceChange()
        throw BarrierError(reason: .broken)
      }
      return index
    }
  }

  /// The wait is given up, unless the round has ended meanwhile.
  private func giveUp(
    _ round: UInt64,
    _ index: Int,
    _ deadline: Deadline?
  ) throws(BarrierError) -> Int {
    let hasPassed = cell.withLock { state in
      if state.round == round { state.isBroken = true }
      return state.round > round && state.lastPassed > round
    }
    cell.announceChange()
    if hasPassed { return index }
    throw BarrierError(reason: deadline?.hasPassed ?? false ? .timedOut : .cancelled)
  }

  /// Breaks the barrier: everybody who waits gets an error, and everybody who comes.
  public func abort() {
    cell.withLock { $0.isBroken = true }
    cell.announceChange()
  }

  /// Makes the barrier as new; whoever waits gets an error.
  public func reset() {
    let family = cell.family
    cell.withLock { state in
      state.repair(family)
      state.endRound(passed: false)
      state.isBroken = false
    }
    cell.announceChange()
  }

  /// How many threads meet.
  public var parties: Int { Int(cell.withLock { $0.parties }) }

  /// Whether the barrier is broken.
  public var isBroken: Bool {
    let family = cell.family
    return cell.withLock { state in
      state.repair(family)
      return state.isBroken
    }
  }

  /// How many threads wait.
  public var waiterCount: Int { Int(cell.withLock { $0.arrived }) }
}

extension SharedBarrier: Codable {
  /// Hands the barrier to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws { try cell.encode(to: encoder) }

  /// Takes a barrier that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is none, or if too many processes have it.
  public convenience init(from decoder: any Decoder) throws {
    try self.init(RobustCell(.barrier, from: decoder))
  }
}
