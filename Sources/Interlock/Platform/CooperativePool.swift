import CInterlock
import Glibc

/// Notices when a thread of Swift's cooperative pool is about to block.
///
/// That pool has one thread a CPU and starts no other while one is blocked: a few such calls stop
/// every task of the process.
enum CooperativePool {
  private static let hasWarned = Atomic<Bool>(false)

  /// Says so, once in a process, if the calling thread runs a task that others need to go on.
  ///
  /// Threads that Interlock started and the main thread may block, whatever they run. Inside a
  /// world that watches nothing blocks.
  static func noteBlocking(_ operation: Operation) {
    guard Seam.watchingWorld == nil, !hasWarned.rawLoad(ordering: .relaxed) else { return }
    guard unsafe withUnsafeCurrentTask(body: { unsafe $0 != nil }) else { return }
    guard interlock_thread_native_id() != getpid() else { return }
    guard hasWarned.rawCompareExchange(expected: false, desired: true, ordering: .relaxed) else {
      return
    }
    StandardError.write(
      """
      interlock: warning: \(operation) is about to block a thread of Swift's cooperative pool. \
      The pool has one thread a CPU and waits for all of them; call it from a thread of your own \
      (spawn { … }) and await that thread's value. This is said once.

      """
    )
  }
}
