import CInterlock
import Glibc

/// The thread that looks after the processes which this one has started.
///
/// There is one at the most, as long as there are processes to watch. It sleeps until a process ends or
/// writes to its standard error. It never waits for anybody: what our own standard error does not take
/// at the moment stays in the process's pipe, and is tried again a little later.
final class ProcessWatch: Sendable {
  static let shared = ProcessWatch()

  private struct State {
    /// What the thread sleeps on; -1 if there is no thread.
    var watch: Int32 = -1
    var watched: [UInt64: WatchedProcess] = [:]
    var lastKey: UInt64 = 0

    /// Returns an errno value, or 0.
    mutating func add(_ process: WatchedProcess) -> Int32 {
      lastKey += 1
      var error = interlock_watch_add(watch, process.descriptor, lastKey)
      if error == 0 {
        error = interlock_watch_add(watch, process.errors, lastKey | ProcessWatch.errorsBit)
      }
      if error == 0 {
        watched[lastKey] = process
        process.begin(watch)
      }
      return error
    }

    /// Whether there is nothing left to watch; then there is no thread any more.
    mutating func stopIfIdle() -> Bool {
      guard watched.isEmpty else { return false }
      close(watch)
      watch = -1
      return true
    }
  }

  /// What is added to a process's key for its standard error.
  private static let errorsBit: UInt64 = 1 << 63
  /// How long our own standard error is given before it is tried again, in milliseconds.
  private static let patience: Int32 = 20

  /// One process is added at a time: the first one starts the thread.
  private let adding = Lock(name: "process watch")
  private let state = Guarded(State())

  /// Looks after a process from now on.
  ///
  /// - Throws: ``ProcessSystemError`` if nobody can; the process is the caller's to end then.
  func add(_ process: WatchedProcess) throws(ProcessSystemError) {
    try adding.withLock { () throws(ProcessSystemError) in
      let (error, needsThread) = state.withLock { state -> (Int32, Bool) in
        let isFirst = state.watch < 0
        if isFirst { state.watch = interlock_watch_create() }
        let error = state.watch < 0 ? -state.watch : state.add(process)
        let hasNone = state.watch >= 0 && isFirst && error != 0 && state.stopIfIdle()
        return (error, isFirst && !hasNone)
      }
      if error != 0 { throw ProcessSystemError(error, "it cannot be watched") }
      guard needsThread else { return }
      do throws(ThreadError) {
        try spawn(name: "process watch") { self.run() }
      } catch {
        state.withLock { state in
          state.watched = [:]
          _ = state.stopIfIdle()
        }
        throw ProcessSystemError(error.systemError, "there is no thread to watch it")
      }
    }
  }

  private func run() {
    let watch = state.withLock { $0.watch }
    /// Those whose standard error is not read, because ours takes nothing.
    var blocked: [UInt64: WatchedProcess] = [:]
    var keys = [UInt64](repeating: 0, count: 16)
    repeat {
      let count = unsafe interlock_watch_wait(
        watch,
        &keys,
        Int32(keys.count),
        blocked.isEmpty ? -1 : Self.patience
      )
      for (key, process) in blocked where process.exit == nil {
        _ = interlock_watch_add(watch, process.errors, key)
      }
      blocked = [:]
      for key in keys.prefix(max(0, Int(count))) {
        let process = state.withLock { $0.watched[key & ~Self.errorsBit] }
        guard let process else { continue }
        if key & Self.errorsBit == 0 {
          if process.noteEnd() { state.withLock { $0.watched[key] = nil } }
        } else {
          read(process, key, watch, &blocked)
        }
      }
    } while !state.withLock { $0.stopIfIdle() }
  }

  private func read(
    _ process: WatchedProcess,
    _ key: UInt64,
    _ watch: Int32,
    _ blocked: inout [UInt64: WatchedProcess]
  ) {
    switch process.readErrors() {
    case .some, .nothing, .end: break
    case .blocked:
      _ = interlock_watch_remove(watch, process.errors)
      blocked[key] = process
    }
  }
}
