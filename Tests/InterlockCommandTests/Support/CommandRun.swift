import Glibc
import Interlock
import InterlockPrograms

/// A run of the built command, as a shell makes it.
final class CommandRun {
  /// How a run ends.
  enum Ending: Equatable {
    case exit(Int32)
    case signal(Int32)
  }

  /// How the run has ended, and what it has printed.
  struct Outcome {
    let ending: Ending
    let output: String
    let errors: String

    /// The one JSON object on standard output.
    func json() throws -> JSONValue { try JSONValue(parsing: output) }
  }

  private let child: pid_t
  private let guardian: Alarm
  private let output: CapturedStream
  private let errors: CapturedStream

  /// Starts the command.
  ///
  /// - Parameters:
  ///   - arguments: What follows the command's name.
  ///   - preparation: What a shell does first, as in `ulimit -f 1`.
  ///   - input: The descriptor that becomes standard input; `nil` gives an empty one.
  ///   - outputDescriptor: The descriptor that becomes standard output, if it is not captured.
  ///   - errorDescriptor: The descriptor that becomes standard error, if it is not captured.
  /// - Throws: `SystemError` if it cannot be started.
  init(
    _ arguments: [String],
    after preparation: String? = nil,
    input: Int32? = nil,
    output outputDescriptor: Int32? = nil,
    errors errorDescriptor: Int32? = nil
  ) throws {
    output = try CapturedStream()
    errors = try CapturedStream()
    // SAFETY: the calls write the variables that they are given, and keep none of the pointers.
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    if let input {
      unsafe posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO)
    } else {
      unsafe posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    unsafe posix_spawn_file_actions_adddup2(
      &files,
      outputDescriptor ?? output.descriptor,
      STDOUT_FILENO
    )
    unsafe posix_spawn_file_actions_adddup2(
      &files,
      errorDescriptor ?? errors.descriptor,
      STDERR_FILENO
    )

    // Whatever the test runner does with signals, the command starts as in a shell.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for signal in [SIGINT, SIGPIPE] { unsafe sigaddset(&signals, signal) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
    )

    var line = [try Self.program()] + arguments
    if let preparation {
      line = ["/bin/sh", "-c", "\(preparation); exec \"$0\" \"$@\""] + line
    }
    var words = unsafe line.map { unsafe strdup($0) } + [nil]
    defer { for place in line.indices { unsafe free(words[place]) } }
    var child: pid_t = 0
    let error = unsafe posix_spawn(&child, line[0], &files, &attributes, &words, environ)
    guard error == 0 else { throw SystemError(error) }
    self.child = child
    // So that a command which does not end fails its test, and not the whole run.
    guardian = try Alarm(after: Self.patience, name: "guardian") { [child] in
      kill(child, SIGKILL)
    }
  }

  private static let patience = Duration.seconds(60)

  /// Runs the command to its end.
  static func outcome(of arguments: String..., input: String? = nil) throws -> Outcome {
    guard let input else { return try CommandRun(arguments).wait() }
    let stream = try CapturedStream()
    try stream.write(input)
    return try CommandRun(arguments, input: stream.descriptor).wait()
  }

  /// Sends the command a signal.
  func send(_ signal: Int32) throws {
    try SystemError.check { kill(child, signal) }
  }

  /// Waits until the command has started so many processes.
  ///
  /// - Returns: Their numbers.
  /// - Throws: `SystemError` if the command has ended.
  func children(_ count: Int) throws -> [pid_t] {
    while true {
      let children = try Self.threads(of: child).flatMap { thread in
        Self.text(of: "/proc/\(child)/task/\(thread)/children").split(separator: " ")
      }
      if children.count >= count { return children.compactMap { pid_t($0) } }
      CurrentThread.yield()
    }
  }

  /// The numbers of the threads of a process.
  private static func threads(of process: pid_t) throws -> [String] {
    // SAFETY: the system gives names that end with a zero, and live with their folder.
    guard let folder = unsafe opendir("/proc/\(process)/task") else { throw SystemError.last }
    defer { unsafe closedir(folder) }
    var threads: [String] = []
    while let entry = unsafe readdir(folder) {
      threads.append(
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
          unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        }
      )
    }
    return threads
  }

  /// What a short file says; nothing if it is not there any more.
  private static func text(of path: String) -> String {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  /// Waits for the end.
  func wait() throws -> Outcome {
    defer { guardian.cancel() }
    var status: Int32 = 0
    _ = try SystemError.check { unsafe waitpid(child, &status, 0) }
    let signal = status & 0x7F
    return Outcome(
      ending: signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal),
      output: try output.text(),
      errors: try errors.text()
    )
  }

  /// The command stands beside the tests, where the build has put both.
  private static func program() throws -> String {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = try SystemError.check {
      unsafe readlink("/proc/self/exe", &bytes, bytes.count)
    }
    let tests = String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let folder = tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)]
    let program = "\(folder)/interlock"
    try SystemError.check { unsafe access(program, X_OK) }
    return program
  }
}
