import Glibc
import Interlock

/// A test waited in vain.
struct Stuck: Error, CustomStringConvertible {
  let description: String

  /// Says what did not happen, and what every thread waits for at this moment.
  init(_ what: String) {
    let threads = ThreadIdentity.live.map { "\n  \($0)" }.joined()
    description = "\(what) within \(TestTime.limit). Threads:\(threads)"
  }
}

/// Waits for a state that other threads bring about.
///
/// It looks again and again. Between looks other threads run; after many looks for a little longer
/// each time, so that a test that waits does not take the CPU from those it waits for.
///
/// - Throws: ``Stuck`` after ``TestTime/limit``.
func eventually(
  file: StaticString = #fileID,
  line: Int = #line,
  _ condition: () throws -> Bool
) throws {
  let clock = ContinuousClock()
  let end = clock.now + TestTime.limit
  var looks = 0
  while try !condition() {
    if clock.now > end { throw Stuck("the state awaited at \(file):\(line) did not come") }
    looks += 1
    if looks < 100 { sched_yield() } else { usleep(100) }
  }
}

/// Waits in a task for a state that others bring about, without keeping a thread from other tasks.
///
/// Tests that block keep the few threads of tasks for themselves for long: this waits longer than others.
///
/// - Throws: ``Stuck`` after some minutes.
func eventuallyInTask(
  file: StaticString = #fileID,
  line: Int = #line,
  _ condition: () throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let end = clock.now + TestTime.limit * 8
  while try !condition() {
    if clock.now > end { throw Stuck("the state awaited at \(file):\(line) did not come") }
    try await Task.sleep(for: .microseconds(200))
  }
}

/// Looks for ``TestTime/short`` whether something stays as it is.
///
/// What must not happen cannot be waited for. This finds it if it happens soon, and never takes
/// something for wrong that is right.
func remains(_ condition: () throws -> Bool) rethrows -> Bool {
  let clock = ContinuousClock()
  let end = clock.now + TestTime.short
  while clock.now < end {
    if try !condition() { return false }
    usleep(500)
  }
  return true
}

/// Ends the process, without a word, when a test in it is stuck.
func endWhenStuck() {
  alarm(UInt32(TestTime.limit.components.seconds))
}
