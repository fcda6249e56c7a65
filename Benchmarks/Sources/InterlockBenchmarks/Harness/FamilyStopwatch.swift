import Glibc

/// Measures a piece of work of this process and of those that it has started.
///
/// Starting and stopping reads a few files; neither is part of the time that passes.
struct FamilyStopwatch {
  private let cpu: Double
  private let wall: Double

  init() throws {
    cpu = try Self.familyCPU()
    wall = seconds(on: CLOCK_MONOTONIC)
  }

  /// What one of `operations` has taken since the stopwatch was made.
  func stop(operations: Int) throws -> Sample {
    let wall = seconds(on: CLOCK_MONOTONIC) - wall
    let cpu = try Self.familyCPU() - cpu
    let count = Double(max(operations, 1))
    return Sample(cpu: cpu / count, wall: wall / count)
  }

  // SAFETY: the system's calls here write the variables that they are given, and at most as many bytes
  // as the buffer has; `readdir` gives names that end with a zero, and lives with its folder.

  /// The CPU time of this process, of its children, and of those that it has waited for.
  private static func familyCPU() throws -> Double {
    var ended = rusage()
    unsafe getrusage(RUSAGE_CHILDREN.rawValue, &ended)
    let running = try children().reduce(0.0) { sum, child in
      var clock = clockid_t()
      // One that ends meanwhile has no clock any more; the work is over then, or has failed.
      guard unsafe clock_getcpuclockid(child, &clock) == 0 else { return sum }
      return sum + seconds(on: clock)
    }
    return seconds(on: CLOCK_PROCESS_CPUTIME_ID) + running + ended.ru_utime.seconds
      + ended.ru_stime.seconds
  }

  /// The processes that the threads of this one have started.
  private static func children() throws -> [pid_t] {
    let folder = "/proc/self/task"
    guard let threads = unsafe opendir(folder) else { throw Failure("\(folder) cannot be read") }
    defer { unsafe closedir(threads) }
    var children: [pid_t] = []
    while let entry = unsafe readdir(threads) {
      let thread = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
        unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      }
      // A thread may have ended.
      guard let text = try? contents(of: "\(folder)/\(thread)/children") else { continue }
      children += text.split { $0.isWhitespace }.compactMap { pid_t($0) }
    }
    return children
  }
}
