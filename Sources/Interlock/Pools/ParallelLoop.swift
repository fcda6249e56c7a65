/// One loop that several threads run together: who does which part of it.
///
/// The calling thread takes part, and is the only one that has to. Others are invited by tasks in the
/// pool; one that comes finds parts left, or does nothing.
///
/// Parts are handed out by guided self-scheduling (Polychronopoulos and Kuck, "Guided
/// Self-Scheduling", 1987): each is a share of what is left, so that the first ones are large and
/// the last ones even out. They are never smaller than the grain, and the share is a quarter of what
/// the paper gives, because bodies may cost more at one end.
final class ParallelLoop: @unchecked Sendable {
  typealias Part = @Sendable (Range<UInt>) -> Bool

  private let count: UInt
  private let grain: UInt
  private let threads: UInt
  private let next: Atomic<UInt>
  // SAFETY: set before the loop is shared; set to `nil` when all who took part have left.
  private nonisolated(unsafe) var part: Part?

  /// - Parameters:
  ///   - start: Where to begin.
  ///   - count: Where to end.
  ///   - grain: The least number of elements of a part.
  ///   - threads: How many threads may take part.
  ///   - part: Does a part; says whether the loop goes on.
  init(from start: UInt, to count: UInt, grain: UInt, threads: Int, part: @escaping Part) {
    self.count = count
    self.grain = grain
    self.threads = UInt(threads)
    next = Atomic(start)
    unsafe self.part = part
  }

  /// Does parts until none is left.
  func takePart() {
    guard let part = unsafe part else { return }
    while let range = Seam.isWatched ? takeRangeInOperation() : takeRange() {
      if !part(range) {
        Seam.perform(.drain, on: subject) { next.store(count, ordering: .relaxed) }
        return
      }
    }
  }

  private var subject: Subject { Subject("ParallelLoop", unnamed: self) }

  @inline(never)
  private func takeRangeInOperation() -> Range<UInt>? {
    var range: Range<UInt>?
    _ = Seam.attempt(.take, on: subject) {
      range = takeRange()
      return range != nil
    }
    return range
  }

  @inline(__always)
  private func takeRange() -> Range<UInt>? {
    var start = next.load(ordering: .relaxed)
    while start < count {
      let left = count - start
      let size = min(left, max(grain, left / (4 * threads)))
      // Relaxed: what the parts do is ordered by the tasks that take part.
      let (isTaken, now) = next.weakCompareExchange(
        expected: start,
        desired: start + size,
        ordering: .relaxed
      )
      if isTaken { return start..<start + size }
      start = now
    }
    return nil
  }

  /// Lets go of the body: nobody takes part any more.
  func end() {
    unsafe part = nil
  }
}

/// The invitation to take part in a loop.
final class LoopInvitation: AnyPoolTask, @unchecked Sendable {
  // SAFETY: belongs to whoever begins or prevents the task.
  private nonisolated(unsafe) var loop: ParallelLoop?

  init(_ loop: ParallelLoop, core: PoolCore) {
    unsafe self.loop = loop
    super.init(name: "a parallel loop", core: core)
  }

  override func perform() -> Bool {
    unsafe loop.take()?.takePart()
    return true
  }

  override func discard() {
    unsafe loop = nil
  }

  override var isCounted: Bool { false }
}

extension PoolCore {
  /// How long a part should take at least, and how long it takes to find out: far more than handing
  /// it out costs, far less than anybody would notice at the end of a loop.
  private static let leastPart = Duration.microseconds(20)
  private static let trial = Duration.microseconds(10)
  /// How much work must be left for waking another thread, which takes tens of microseconds itself.
  private static let worthSharing = Duration.microseconds(60)

  /// Runs `part` for all of `0..<count`, in parts, on several threads.
  ///
  /// - Parameters:
  ///   - count: How many elements there are.
  ///   - grain: The least number of elements of a part; `nil` to find out by measuring.
  ///   - part: Does the elements of a part in their order; returns `false` to end the loop early.
  func runLoop(_ count: UInt, grain: Int?, _ part: ParallelLoop.Part) {
    if let grain {
      guard grain > 0 else {
        misuse("a loop with grain: \(grain): a part has 1 element or more.")
      }
      share(from: 0, to: count, grain: UInt(grain), part)
      return
    }
    var done: UInt = 0
    var step: UInt = 1
    let start = Deadline.now
    var took = Duration.zero
    repeat {
      let end = done + min(step, count - done)
      guard end > done, part(done..<end), end < count else { return }
      done = end
      step *= 2
      took = Deadline.now - start
    } while took < Self.trial
    let each = max(took / Double(done), .nanoseconds(1) / 8)
    let grain = max(1, UInt(Self.leastPart / each))
    if Double(count - done) * (each / .nanoseconds(1)) < Self.worthSharing / .nanoseconds(1) {
      _ = part(done..<count)
    } else {
      share(from: done, to: count, grain: grain, part)
    }
  }

  private func share(from start: UInt, to count: UInt, grain: UInt, _ part: ParallelLoop.Part) {
    guard count > start else { return }
    let parts = (count - start - 1) / grain + 1
    withoutActuallyEscaping(part) { part in
      let worker = worker(.current)
      var party: (loop: ParallelLoop, invitations: [LoopInvitation])?
      Seam.perform(.submit, on: subject) {
        let threads = withCrew { $0.isClosing ? 1 : $0.wanted }
        let loop = ParallelLoop(from: start, to: count, grain: grain, threads: threads, part: part)
        let guests = Int(min(UInt(threads), parts)) - 1
        party = (loop, invite(guests, to: loop, worker))
      }
      guard let (loop, invitations) = party else { return }
      loop.takePart()
      for invitation in takeBack(invitations, worker) { invitation.wait() }
      loop.end()
    }
  }

  /// Puts invitations to a loop in line.
  ///
  /// - Returns: Those that are there: fewer if the pool is closed.
  private func invite(
    _ guests: Int,
    to loop: ParallelLoop,
    _ worker: PoolWorker?
  ) -> [LoopInvitation] {
    var invitations: [LoopInvitation] = []
    for _ in 0..<guests {
      let invitation = LoopInvitation(loop, core: self)
      guard put(invitation, worker) else { break }
      invitations.append(invitation)
    }
    return invitations
  }

  /// Takes the invitations back that nobody has accepted: who has not come is not waited for.
  ///
  /// - Returns: Those of the guests that came.
  private func takeBack(
    _ invitations: [LoopInvitation],
    _ worker: PoolWorker?
  ) -> [LoopInvitation] {
    guard !invitations.isEmpty else { return [] }
    var accepted: [LoopInvitation] = []
    var leftovers: [AnyPoolTask] = []
    Seam.perform(.drain, on: subject) {
      for invitation in invitations {
        if let last = invitation.prevent() {
          // Nobody else knows of an invitation, and there is no foreign code in it.
          invitation.discard()
          assert(!last.isFollowed)
        } else {
          accepted.append(invitation)
        }
      }
      (worker?.line ?? line).dropStaleLast(keeping: &leftovers)
    }
    return accepted
  }
}
