import CInterlock
import Interlock

/// A thread of a checked program: a stack of its own, which takes turns with others on one thread of
/// the system.
///
/// Whoever resumes a fiber is its host until the fiber suspends, finishes or crashes. To switch costs
/// some tens of nanoseconds, a thousandth of what it costs to let another thread of the system go on.
///
///     let fiber = try Fiber()
///     fiber.start {
///       print("one")
///       Fiber.suspend()
///       print("three")
///     }
///     _ = fiber.resume()
///     print("two")
///     _ = fiber.resume()
///
/// A fiber is resumed on the thread of the system on which it began; between two bodies it may move. One that
/// is suspended and not needed any more is abandoned: its frames are lost, and what they own is never freed.
/// Documentation/Internals/Fibers.md says what fibers keep apart and what they share.
@safe
package final class Fiber {
  /// What became of a fiber that was resumed.
  package enum State: Sendable {
    /// It has given way, and goes on when it is resumed.
    case suspended
    /// Its body has returned.
    case finished
    /// Its body failed, and never goes on.
    ///
    /// Indirect: what is returned from each switch is a word.
    indirect case crashed(Crash)
  }

  /// Whether the runtime lets fibers keep their accesses to variables apart.
  ///
  /// If not, its checks for overlapping accesses are turned off in the whole process as soon as there is
  /// a fiber: they would take the accesses of different threads for those of one.
  package static var isolatesAccesses: Bool { interlock_fiber_isolates_accesses() }

  /// What C hands to whatever runs on the fiber.
  @safe
  private struct Content {
    var body: (() -> Void)?
    /// What runs in its place if the fiber is used again and again.
    var kept: Unmanaged<FiberBody>?
    let owner: Unmanaged<Fiber>

    /// What the fiber does.
    ///
    /// Called where it lies: to copy the body would count a reference each time.
    func run() {
      // SAFETY: whoever has the fiber keep a body keeps that alive.
      if let kept = unsafe kept {
        unsafe kept._withUnsafeGuaranteedRef { $0.run() }
      } else {
        body?()
      }
    }
  }

  // SAFETY (both): this object is the only owner. They are made in `init` and freed in `deinit`. C reads the
  // content only while the fiber runs, and whoever called `resume` keeps the object alive until then.
  private let fiber: OpaquePointer
  private let content: UnsafeMutablePointer<Content>
  /// Makes a fiber that has nothing to do.
  ///
  /// - Parameter stackSize: The room for the frames of its functions, in bytes; `nil` for the usual,
  ///   512 KiB.
  /// - Throws: If there is no memory for it.
  package init(stackSize: Int? = nil) throws(FiberError) {
    // Before a fiber is taken for it: a thread is identified once.
    _ = ThreadRecord.current
    var made: OpaquePointer?
    let error = unsafe interlock_fiber_create(stackSize ?? 0, &made)
    guard error == 0, let made = unsafe made else { throw FiberError(systemError: error) }
    unsafe fiber = made
    unsafe content = .allocate(capacity: 1)
    unsafe content.initialize(
      to: Content(body: nil, kept: nil, owner: Unmanaged.passUnretained(self))
    )
  }

  deinit {
    unsafe interlock_fiber_destroy(fiber)
    unsafe content.deinitialize(count: 1)
    unsafe content.deallocate()
  }

  /// Whether the fiber runs, or is the host of one that runs.
  package var isRunning: Bool { unsafe interlock_fiber_state(fiber) == INTERLOCK_FIBER_RUNNING }

  /// Lets the fiber run `body` when it is resumed next.
  ///
  /// - Precondition: It has no body, or its body has finished or crashed.
  package func start(_ body: @escaping () -> Void) {
    checkFree()
    unsafe content.pointee.kept = nil
    unsafe content.pointee.body = body
    arm()
  }

  /// Gives the fiber a body, which it runs each time it is started again.
  ///
  /// The caller keeps the body alive.
  ///
  /// - Precondition: It has no body, or its body has finished or crashed.
  package func keep(_ body: FiberBody) {
    checkFree()
    unsafe content.pointee.kept = Unmanaged.passUnretained(body)
  }

  /// Lets the fiber run the body that was kept when it is resumed next.
  ///
  /// - Precondition: It has one, which does not run.
  package func startAgain() {
    checkFree()
    arm()
  }

  private func checkFree() {
    switch unsafe interlock_fiber_state(fiber) {
    case INTERLOCK_FIBER_IDLE, INTERLOCK_FIBER_FINISHED, INTERLOCK_FIBER_CRASHED: break
    default:
      misuse("Fiber.start(): it has a body that has not finished; abandon it first.")
    }
  }

  private func forgetBody() {
    if unsafe content.pointee.body != nil { unsafe content.pointee.body = nil }
  }

  private func arm() {
    // The fiber is not mentioned: a reference in a frame that is lost would keep it for ever.
    unsafe interlock_fiber_arm(
      fiber,
      { unsafe $0?.assumingMemoryBound(to: Content.self).pointee.run() },
      content
    )
  }

  /// Lets the fiber run until it suspends, finishes or crashes.
  ///
  /// - Returns: Which it did.
  /// - Precondition: It was started and has not begun, or is suspended and began on the calling thread of the
  ///   system.
  package func resume() -> State { unsafe state(after: interlock_fiber_resume(fiber)) }

  /// What C knows the fiber by, for whoever resumes it without a function in between.
  var handle: OpaquePointer { unsafe fiber }

  /// What became of the fiber when it was resumed.
  ///
  /// - Parameter end: What C says of that.
  /// - Returns: The same.
  func state(after end: interlock_fiber_state) -> State {
    switch end {
    case INTERLOCK_FIBER_SUSPENDED: return .suspended
    case INTERLOCK_FIBER_CRASHED: return .crashed(takeCrash())
    case INTERLOCK_FIBER_FINISHED:
      forgetBody()
      return .finished
    default:
      misuse(
        "Fiber.resume(): it has nothing to do, runs already, or began on another thread of the system; "
          + "start it, and resume it only there."
      )
    }
  }

  private func takeCrash() -> Crash {
    forgetBody()
    // SAFETY: the fiber has crashed, so C has written down how, and changes it no more.
    return unsafe Crash(interlock_fiber_crash(fiber))
  }

  /// Takes its body from a fiber that has not finished.
  ///
  /// What its functions own is never freed, and what they hold is never released: a deadlock in a checked
  /// program ends like this.
  ///
  /// - Precondition: It does not run.
  package func abandon() {
    if isRunning {
      misuse(
        "Fiber.abandon(): the fiber runs, or is the host of one that runs; let it suspend first."
      )
    }
    unsafe interlock_fiber_abandon(fiber)
    forgetBody()
  }

  /// How many bytes below the end of the fiber's stack an address is; `nil` if it is not in it.
  func depth(of address: UInt) -> Int? {
    let depth = unsafe interlock_fiber_depth(fiber, address)
    return depth == 0 ? nil : depth
  }

  /// Gives the system back memory that deep calls have used, if there is much of it.
  ///
  /// - Precondition: The fiber has no body.
  func trim() {
    unsafe interlock_fiber_trim(fiber, 128 << 10)
  }
}

// What runs on a fiber.
extension Fiber {
  /// The fiber that the caller runs on, the innermost if it is hosted by another one.
  package static var current: Fiber? {
    unsafe interlock_fiber_current_context()
      .map { unsafe $0.assumingMemoryBound(to: Content.self).pointee.owner.takeUnretainedValue() }
  }

  /// Goes back to whoever resumed the running fiber, until somebody resumes it again.
  ///
  /// - Precondition: The caller runs on a fiber.
  @inline(__always)
  package static func suspend() {
    guard interlock_fiber_suspend() else {
      misuse("Fiber.suspend(): no fiber runs here; call it in the body of one.")
    }
  }
}

/// What a fiber runs each time it is started again; see ``Fiber/keep(_:)``.
package class FiberBody {
  /// What it does.
  func run() {}
}
