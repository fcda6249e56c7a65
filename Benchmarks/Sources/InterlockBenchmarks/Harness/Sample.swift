import Glibc

/// What one operation took, in one round.
struct Sample: Sendable {
  /// Seconds of CPU time, in user and in system mode, of all threads together.
  var cpu: Double
  /// Seconds that passed.
  var wall: Double
  /// The most memory the process had resident, in bytes; `nil` for work inside this process.
  var residentBytes: Double?
  /// What the thread that was served worst got, as a share of the mean; `nil` where nobody competes.
  var leastShare: Double?
}

/// Measures a piece of work of this process.
struct Stopwatch {
  private let cpu = seconds(on: CLOCK_PROCESS_CPUTIME_ID)
  private let wall = seconds(on: CLOCK_MONOTONIC)

  /// What one of `operations` has taken since the stopwatch was made.
  func stop(operations: Int) -> Sample {
    let cpu = seconds(on: CLOCK_PROCESS_CPUTIME_ID) - cpu
    let wall = seconds(on: CLOCK_MONOTONIC) - wall
    let count = Double(max(operations, 1))
    return Sample(cpu: cpu / count, wall: wall / count)
  }
}

/// The time on one of the system's clocks.
func seconds(on clock: clockid_t) -> Double {
  var time = timespec()
  // SAFETY: the call writes one `timespec`. These clocks exist on every Linux, so it cannot fail.
  _ = unsafe clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
