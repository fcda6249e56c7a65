import CInterlock
import Glibc

/// A lock in shared memory that the death of its owner does not leave locked.
///
/// The lock belongs to a thread, in whatever process. When the thread ends without giving it back, the
/// next one gets it, and is told so.
///
/// # Waiting
///
/// A thread that cannot have the lock marks the word and sleeps on it; whoever gives the lock back wakes
/// one. A thread that was woken and dies before it has the lock would take the wake-up along. The system
/// passes it on if the lock is free then; if somebody has taken it meanwhile, whose word does not tell
/// of the others that sleep, nobody does. For that case alone sleepers look again now and then.
@safe
struct RobustLock: @unchecked Sendable {
  enum Outcome {
    case acquired
    /// From a thread that has died.
    case inherited
    /// The deadline has passed, or the thread or task was cancelled.
    case givenUp
  }

  /// How long a sleeper relies on being woken.
  private static let patience = Duration.milliseconds(100)

  /// How many bytes a lock has.
  static let size = unsafe MemoryLayout<interlock_robust_lock>.size

  // SAFETY: whoever makes one keeps the memory mapped, which began as zeroes and which nobody but these
  // functions touches.
  private let lock: UnsafeMutablePointer<interlock_robust_lock>

  init(at address: UnsafeMutableRawPointer) {
    unsafe lock = address.bindMemory(to: interlock_robust_lock.self, capacity: 1)
  }

  /// Takes the lock if it is free.
  ///
  /// - Returns: `nil` if it is not.
  func tryAcquire(call: StaticString) -> Outcome? {
    switch unsafe interlock_robust_try(lock, false) {
    case INTERLOCK_ROBUST_ACQUIRED: return .acquired
    case INTERLOCK_ROBUST_INHERITED: return .inherited
    case INTERLOCK_ROBUST_UNSUPPORTED: Self.refuse()
    default:
      interlock_robust_withdraw()
      return nil
    }
  }

  /// Takes the lock, waiting for it; with a deadline it may give up.
  func acquire(until deadline: Deadline?, call: StaticString) -> Outcome {
    switch unsafe interlock_robust_try(lock, false) {
    case INTERLOCK_ROBUST_ACQUIRED: return .acquired
    case INTERLOCK_ROBUST_INHERITED: return .inherited
    case INTERLOCK_ROBUST_UNSUPPORTED: Self.refuse()
    case INTERLOCK_ROBUST_OWN:
      misuse("\(call) by the thread that has the lock already, which would wait for itself.")
    default: return acquireSlowly(until: deadline)
    }
  }

  @inline(never)
  private func acquireSlowly(until deadline: Deadline?) -> Outcome {
    let word = unsafe SharedWord(at: &lock.pointee.word)
    return SharedWait.run(until: deadline) { wait in
      while true {
        let seen = unsafe interlock_robust_announce(lock)
        if seen != 0 {
          guard wait.sleep(on: word, while: seen, atMost: Self.patience) else {
            interlock_robust_withdraw()
            return .givenUp
          }
        }
        switch unsafe interlock_robust_try(lock, true) {
        case INTERLOCK_ROBUST_ACQUIRED: return .acquired
        case INTERLOCK_ROBUST_INHERITED: return .inherited
        default: continue
        }
      }
    }
  }

  /// Gives the lock back.
  func release(call: StaticString) {
    guard unsafe interlock_robust_release(lock) else {
      misuse("\(call) by a thread that does not have the lock.")
    }
  }

  /// Whether the calling thread has the lock.
  var isMine: Bool { unsafe interlock_robust_is_mine(lock) }

  /// Whether somebody who lives has it.
  var isHeld: Bool {
    unsafe SharedWord(at: &lock.pointee.word).load(ordering: .acquiring) & Self.ownerMask != 0
  }

  private static let ownerMask: UInt32 = ~(INTERLOCK_ROBUST_WAITERS | INTERLOCK_ROBUST_DIED)

  private static func refuse() -> Never {
    misuse(
      "locks between processes need the lists of robust locks that glibc keeps for each thread, and "
        + "they are not there. Ask SharedLock.isSupported."
    )
  }
}
