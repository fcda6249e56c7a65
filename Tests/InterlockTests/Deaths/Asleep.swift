import CInterlock
import Glibc

@testable import Interlock

/// Whether a thread of the system sleeps: it waits for something, and has told the system so.
func isAsleep(process: Int32, thread: Int32) -> Bool {
  let file = unsafe open("/proc/\(process)/task/\(thread)/stat", O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return false }
  defer { close(file) }
  var text = [UInt8](repeating: 0, count: 256)
  let count = unsafe read(file, &text, text.count)
  // The state comes behind the name, which stands in parentheses.
  guard count > 0, let end = text[..<count].lastIndex(of: UInt8(ascii: ")")), end + 2 < count
  else { return false }
  return text[end + 2] == UInt8(ascii: "S")
}

/// A thread that waits for something that processes share.
struct SharedSleeper<Success: Sendable>: Sendable {
  private let handle: ThreadHandle<Success, any Error>
  private let number: Shared<Atomic<Int32>>

  /// Starts the thread and waits until it sleeps.
  init(_ crew: Crew, _ body: @escaping @Sendable () throws -> Success) throws {
    let number = Shared(Atomic<Int32>(0))
    let handle = try crew.spawn { () throws(any Error) in
      number.value.store(interlock_thread_native_id(), ordering: .relaxed)
      return try body()
    }
    self.handle = handle
    self.number = number
    try waitUntilAsleep()
  }

  /// Waits until the thread sleeps, or has finished.
  func waitUntilAsleep() throws {
    try eventually {
      let number = number.value.load(ordering: .relaxed)
      return handle.isFinished || number != 0 && isAsleep(process: getpid(), thread: number)
    }
  }

  var isFinished: Bool { handle.isFinished }

  /// What it has found, or `Stuck`.
  func result() throws -> Success { try handle.result() }
}
