import Glibc

/// Ctrl-C as a request to end soon, for work that can say what it has done so far.
///
/// The signal is blocked in the thread that begins to wait for requests, and so in all threads that it starts
/// afterwards; nobody handles it, and the one thread asks. After the first request it ends the program as ever.
struct Interruption: ~Copyable {
  private var isBlocked = true

  /// Begins to wait for requests, before other threads are started.
  init() {
    Self.change(SIG_BLOCK)
  }

  deinit {
    if isBlocked { Self.change(SIG_UNBLOCK) }
  }

  /// Whether a request has come since; once.
  mutating func takeRequest() -> Bool {
    guard isBlocked else { return false }
    var interrupt = Self.interrupt
    var now = timespec()
    // SAFETY: the call reads both, and keeps neither.
    guard unsafe sigtimedwait(&interrupt, nil, &now) == SIGINT else { return false }
    isBlocked = false
    Self.change(SIG_UNBLOCK)
    return true
  }

  private static var interrupt: sigset_t {
    // SAFETY: the calls write the set that they are given.
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGINT)
    return set
  }

  private static func change(_ how: Int32) {
    var interrupt = interrupt
    unsafe pthread_sigmask(how, &interrupt, nil)
  }
}
