import Glibc

/// A whole program, from its start to its end.
final class ChildProcess: Contestant {
  let name: String
  private let arguments: [String]

  /// - Parameters:
  ///   - name: What the table calls it.
  ///   - arguments: The program's path and its arguments.
  init(_ name: String, _ arguments: [String]) {
    self.name = name
    self.arguments = arguments
  }

  func measure(for seconds: Double) throws -> Sample { try run() }

  /// Runs the program.
  ///
  /// - Parameter output: The file that gets what the program prints.
  /// - Returns: What the run took.
  /// - Throws: ``Failure`` if it cannot be started or fails.
  @discardableResult
  func run(output: String = "/dev/null") throws -> Sample {
    let begin = seconds(on: CLOCK_MONOTONIC)
    let child = try start(output: output)
    // SAFETY (here and in `start`): the calls write the variables that they are given, and keep
    // none of the pointers.
    var status: Int32 = 0
    var usage = rusage()
    while unsafe wait4(child, &status, 0, &usage) < 0 {
      guard errno == EINTR else { throw failure("cannot be waited for", errno) }
    }
    let wall = seconds(on: CLOCK_MONOTONIC) - begin
    let signal = status & 0x7F
    guard signal == 0 else { throw Failure("\(command) was ended by signal \(signal)") }
    guard status == 0 else { throw Failure("\(command) ended with the status \(status >> 8)") }
    return Sample(
      cpu: usage.ru_utime.seconds + usage.ru_stime.seconds,
      wall: wall,
      residentBytes: Double(usage.ru_maxrss) * 1024
    )
  }

  private func start(output: String) throws -> pid_t {
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    unsafe posix_spawn_file_actions_addopen(
      &files,
      STDOUT_FILENO,
      output,
      O_WRONLY | O_CREAT | O_TRUNC,
      0o644
    )

    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in arguments.indices { unsafe free(words[index]) } }
    var child: pid_t = 0
    let error = unsafe posix_spawn(&child, arguments[0], &files, nil, &words, environ)
    guard error == 0 else { throw failure("cannot be started", error) }
    return child
  }

  private var command: String { arguments.joined(separator: " ") }

  private func failure(_ what: String, _ error: Int32) -> Failure {
    Failure("\(command) \(what): \(unsafe String(cString: strerror(error)))")
  }
}

extension timeval {
  /// The time as a number.
  var seconds: Double { Double(tv_sec) + Double(tv_usec) * 1e-6 }
}

/// Why a benchmark could not be run.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
