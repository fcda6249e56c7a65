import CInterlock
import Glibc

/// The world as the system makes it: futexes, threads of the system, the monotonic clock.
final class RealWorld: World {
  static let shared = RealWorld()

  let registry = ThreadRegistry()

  func begin(_ operation: Operation) {}
  func end(_ operation: Operation, succeeded: Bool) {}
  func willAccess(_ access: WordAccess) {}
  func didAccess(_ access: WordAccess, read: UInt128?, written: UInt128?) {}

  func park(
    on address: UnsafeRawPointer,
    while expected: UInt32,
    until deadline: Deadline
  )
    -> ParkOutcome
  {
    switch unsafe interlock_futex_wait(address, expected, deadline.nanoseconds) {
    case EAGAIN: .unexpected
    case ETIMEDOUT: .timedOut
    default: .woken
    }
  }

  func wake(_ count: Int, on address: UnsafeRawPointer) {
    _ = unsafe interlock_futex_wake(address, Int32(clamping: count))
  }

  func now() -> Deadline { Deadline(nanoseconds: interlock_clock_now()) }

  func yield() { interlock_thread_yield() }

  func start(
    _ thread: ThreadRecord,
    stackSize: Int?,
    body: @escaping @Sendable () -> Void
  )
    throws(ThreadError)
  {
    // SAFETY: the box is retained here and released by the thread, or here if there is none.
    let box = unsafe Unmanaged.passRetained(StartBox(thread: thread, body: body))
    let size = stackSize.map { max($0, 1) } ?? 0
    let error = unsafe interlock_thread_start(
      size,
      { box in
        guard let box = unsafe box else { return }
        unsafe Unmanaged<StartBox>.fromOpaque(box).takeRetainedValue().run()
      },
      box.toOpaque()
    )
    guard error == 0 else {
      unsafe box.release()
      throw ThreadError(reason: .cannotStart, systemError: error)
    }
  }
}

/// What a new thread of the system finds: who it is and what to do.
private final class StartBox: Sendable {
  private let thread: ThreadRecord
  private let body: @Sendable () -> Void

  init(thread: ThreadRecord, body: @escaping @Sendable () -> Void) {
    self.thread = thread
    self.body = body
  }

  func run() {
    thread.becomeCurrent()
    unsafe thread.name.withCString { unsafe interlock_thread_set_name($0) }
    body()
    thread.end()
  }
}
