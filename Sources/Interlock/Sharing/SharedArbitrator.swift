/// Gives out several resources at once to threads of several processes: a thread gets all that it asks
/// for, or waits and has none of it.
///
/// The resources are numbers from 0. As with an ``Arbitrator`` nobody can wait in a circle, and nobody
/// starves: a thread waits while one of its resources is held, or wanted by one that came before it and
/// still waits.
///
/// When a process dies, what it held is free for the next one, which is told that what stands behind the
/// resource may be *torn*: changed by half. It stays torn for all that come until somebody has put it right
/// and says so. What it waited for it does not wait for any more.
///
///     let forks = try SharedArbitrator(resources: 5)
///     forks.withResources([0, 4]) { torn in
///       if !torn.isEmpty {
///         wash(torn)
///         forks.declareMended(torn)
///       }
///       eat()
///     }
///
/// Only the thread that acquired resources may release them, all at once or one after the other. To wait
/// for more while holding some is a mistake that ends the program with a message.
///
/// ## Ordering
///
/// Everything before a resource is released happens before everything after it is acquired, in whatever
/// process; also before that of whoever gets the resource of one that has died.
///
/// ## Waiting
///
/// `acquire` blocks until the thread has everything. The forms with a deadline give up when it passes, or
/// when the calling thread or task is cancelled; `tryAcquire(_:)` never waits. At most 64 threads stand in
/// line; those beyond wait until there is room, and who of them comes first is not kept. A thread that ends
/// while it holds something is not noticed as long as its process lives.
///
/// ## Cost
///
/// That of a ``SharedSemaphore``. A resource of a process that has died is there for others after a
/// twentieth of a second at the most.
public final class SharedArbitrator: Sendable {
  struct State: BitwiseCopyable, Sendable {
    let count: Int32
    var rules = SharedArbitratorRules()
  }

  /// How many resources there are.
  public let resourceCount: Int
  let cell: RobustCell<State>

  /// Makes an arbitrator of whom nobody holds anything.
  ///
  /// - Parameter resources: How many there are; they are numbered from 0.
  /// - Throws: ``SharingError`` if the system has no memory for it.
  /// - Precondition: There are from 1 to 64.
  public convenience init(resources: Int) throws(SharingError) {
    guard 1...SharedArbitratorRules.limit ~= resources else {
      misuse("SharedArbitrator(resources: \(resources)): there are from 1 to 64.")
    }
    self.init(try RobustCell(.arbitrator, State(count: Int32(resources))))
  }

  private init(_ cell: RobustCell<State>) {
    self.cell = cell
    resourceCount = cell.withLock { Int($0.count) }
  }

  /// Waits until all of the resources are the calling thread's.
  ///
  /// - Parameter resources: Their numbers, in any order; what is given twice counts once.
  /// - Precondition: There are such resources, and the calling thread holds none of the arbitrator.
  public func acquire(_ resources: some Sequence<Int>) {
    _ = take(bits(resources, "acquire"), until: nil)
  }

  /// Takes the resources if none of them is held, and nobody waits for any of them.
  ///
  /// - Parameter resources: Their numbers, in any order; what is given twice counts once.
  /// - Returns: Whether the calling thread has all of them now; otherwise it has got none.
  /// - Precondition: There are such resources.
  public func tryAcquire(_ resources: some Sequence<Int>) -> Bool {
    takeAtOnce(bits(resources, "tryAcquire"))
  }

  /// Waits until all of the resources are the calling thread's, or gives up.
  ///
  /// - Parameters:
  ///   - resources: Their numbers, in any order; what is given twice counts once.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether the calling thread has all of them now; `false`, and it has none, if the deadline
  ///   passed or the thread or task was cancelled.
  /// - Precondition: There are such resources, and the calling thread holds none of the arbitrator.
  public func acquire(_ resources: some Sequence<Int>, until deadline: Deadline) -> Bool {
    take(bits(resources, "acquire"), until: deadline)
  }

  /// Waits until all of the resources are the calling thread's, or gives up.
  ///
  /// - Parameters:
  ///   - resources: Their numbers, in any order; what is given twice counts once.
  ///   - duration: How long to wait at the most.
  /// - Returns: Whether the calling thread has all of them now; `false`, and it has none, if the time was
  ///   over or the thread or task was cancelled.
  /// - Precondition: There are such resources, and the calling thread holds none of the arbitrator.
  public func acquire(_ resources: some Sequence<Int>, for duration: Duration) -> Bool {
    take(bits(resources, "acquire"), until: .after(duration))
  }

  /// Lets resources go.
  ///
  /// - Parameter resources: Some that the thread holds, or all; what is given twice counts once.
  /// - Precondition: The calling thread holds them.
  public func release(_ resources: some Sequence<Int>) {
    giveBack(bits(resources, "release"))
  }

  /// Says that what stands behind resources is whole again.
  ///
  /// - Parameter resources: Some that the thread holds.
  /// - Precondition: The calling thread holds them.
  public func declareMended(_ resources: some Sequence<Int>) {
    let (mended, party) = (bits(resources, "declareMended"), party)
    guard cell.withLock({ $0.rules.mend(mended, party) }) else {
      misuse(
        "SharedArbitrator.declareMended() by a thread that does not hold all of it: acquire it first."
      )
    }
  }

  /// Runs `body` while holding all of the resources.
  ///
  /// - Parameters:
  ///   - resources: Their numbers, in any order; what is given twice counts once.
  ///   - body: What to do meanwhile. It is told which of the resources may be torn, and may release some
  ///     early.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  /// - Precondition: There are such resources, and the calling thread holds none of the arbitrator.
  public func withResources<Result, Failure: Error>(
    _ resources: some Sequence<Int>,
    _ body: (_ torn: Set<Int>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let wanted = bits(resources, "withResources")
    _ = take(wanted, until: nil)
    defer { releaseRest(of: wanted) }
    return try body(torn(among: wanted))
  }

  /// Runs `body` while holding all of the resources, or gives up.
  ///
  /// - Parameters:
  ///   - resources: Their numbers, in any order; what is given twice counts once.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  ///   - body: What to do meanwhile. It is told which of the resources may be torn, and may release some
  ///     early.
  /// - Returns: What `body` returns; `nil` if the deadline passed or the thread or task was cancelled.
  /// - Throws: What `body` throws.
  /// - Precondition: There are such resources, and the calling thread holds none of the arbitrator.
  public func withResources<Result, Failure: Error>(
    _ resources: some Sequence<Int>,
    until deadline: Deadline,
    _ body: (_ torn: Set<Int>) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let wanted = bits(resources, "withResources")
    guard take(wanted, until: deadline) else { return nil }
    defer { releaseRest(of: wanted) }
    return try body(torn(among: wanted))
  }
}

// What an arbitrator tells about itself. The answers may be old when they arrive.
extension SharedArbitrator {
  /// The resources that a thread holds, in whatever process that lives.
  public var heldResources: Set<Int> { look { Self.numbers($0.held) } }

  /// The resources whose holder has died, and that nobody has declared mended since.
  public var tornResources: Set<Int> { look { Self.numbers($0.torn) } }

  /// How many threads stand in line, in all processes.
  public var waiterCount: Int { look { $0.waiterCount } }

  private func look<Result>(_ body: (SharedArbitratorRules) -> Result) -> Result {
    let family = cell.family
    return cell.withLock { state in
      _ = state.rules.removeDead(family.isAlive)
      return body(state.rules)
    }
  }
}

extension SharedArbitrator: Codable {
  /// Hands the arbitrator to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws { try cell.encode(to: encoder) }

  /// Takes an arbitrator that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is none.
  public convenience init(from decoder: any Decoder) throws {
    self.init(try RobustCell(.arbitrator, from: decoder))
  }
}
